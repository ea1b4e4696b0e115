import LapwingHTTP
import LapwingSeries
import LapwingText

/// `series`, `labels` and `label/NAME/values`.
struct SeriesEndpoints: Sendable {
    let source: any SeriesSource

    static let truncated = "results truncated due to limit"
    /// What one costs that is found, its labels aside, which the store has: in order, and in a set of those of several selectors.
    private static let bytesOfSeries = 3 * MemoryLayout<Labels>.stride
    /// What a name or value costs, its bytes aside: twice its place in a list, which is sorted, and what stands before the bytes.
    private static let bytesOfText = 2 * MemoryLayout<String>.stride + 32

    func series(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        try parameters.requireAllReadable()
        if parameters.texts("match[]").isEmpty { throw APIError(.badData, "no match[] parameter provided") }
        let limit = try parameters.limit()
        let range = try parameters.timeRangeOfSeries()
        let groups = try matchers(parameters)
        var found: [Labels] = []
        let snapshot = source.snapshot()
        for group in groups {
            do throws(ReadError) {
                let labels = try snapshot.labels(of: group, over: range)
                // Those of one group are in order, and each is there once.
                found = found.isEmpty ? labels : Set(found + labels).sorted()
            } catch {
                throw APIError(.execution, error.message)
            }
            try request.cancellation.take(bytes: found.count * Self.bytesOfSeries)
        }
        let shown = limit > 0 ? Array(found.prefix(limit)) : found
        return APIAnswer.list(
            shown, holding: shown.count * MemoryLayout<Labels>.stride, warnings: shown.count < found.count ? [Self.truncated] : []
        ) { labels, json in json.labels(labels) }
    }

    private func matchers(_ parameters: RequestParameters) throws(APIError) -> [[Matcher]] {
        do throws(APIError) {
            return try parameters.matchers()
        } catch {
            throw .invalidParameter("match[]", error.message)
        }
    }

    func labels(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        let limit = try parameters.limit()
        let range = try parameters.timeRangeOfSeries()
        let groups = try parameters.matchers()
        return try answer(request, limit: limit) { () throws(ReadError) in
            try source.snapshot().labelNames(matching: groups, over: range)
        }
    }

    func values(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        var name = request.pathParameters["name"] ?? ""
        if name.hasPrefix("U__") { name = Self.unescaped(name) }
        guard !name.isEmpty else { throw APIError(.badData, "invalid label name: \"\"") }
        let limit = try parameters.limit()
        let range = try parameters.timeRangeOfSeries()
        let groups = try parameters.matchers()
        return try answer(request, limit: limit) { () throws(ReadError) in
            try source.snapshot().labelValues(of: name, matching: groups, over: range)
        }
    }

    private func answer(_ request: HTTPRequest, limit: Int, _ read: () throws(ReadError) -> [String]) throws(APIError) -> HTTPResponse {
        let values: [String]
        do throws(ReadError) { values = try read() } catch { throw APIError(.execution, error.message) }
        let bytes = values.reduce(0) { $0 + Self.bytesOfText + $1.utf8.count }
        try request.cancellation.take(bytes: bytes)
        let shown = limit > 0 ? Array(values.prefix(limit)) : values
        let warnings = shown.count < values.count ? [Self.truncated] : []
        return APIAnswer.list(shown, holding: bytes, warnings: warnings) { value, json in json.string(value) }
    }

    /// A UTF-8 name that was escaped to stand in a path: `U__my_2e_label`.
    static func unescaped(_ name: String) -> String {
        var result = ""
        var rest = name.dropFirst(3)[...]
        while let character = rest.popFirst() {
            guard character == "_" else {
                result.append(character)
                continue
            }
            if rest.first == "_" {
                result.append("_")
                rest.removeFirst()
                continue
            }
            guard let end = rest.firstIndex(of: "_"), let code = UInt32(rest[..<end], radix: 16), let scalar = Unicode.Scalar(code) else {
                return name
            }
            result.unicodeScalars.append(scalar)
            rest = rest[rest.index(after: end)...]
        }
        return result
    }
}
