import Foundation
import LapwingHTTP
import LapwingPromQL
import LapwingSeries
import LapwingText

/// A server with Prometheus' HTTP API.
struct RemoteServer {
    private let base: String
    private let client: any HTTPClient

    init(url: String, client: any HTTPClient) {
        base = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.client = client
    }

    func answer(_ question: QueryQuestion) async throws(QueryFailure) -> QueryAnswer {
        switch question.kind {
        case .instant(let query, let time):
            return try value(try await ask("query", ["query": query, "time": Self.seconds(time)], query: query), at: time)
        case .range(let query, let start, let end, let step):
            let parameters: HTTPParameters = [
                "query": query, "start": Self.seconds(start), "end": Self.seconds(end),
                "step": GoNumber.text(step / .seconds(1), .fixed),
            ]
            return try value(try await ask("query_range", parameters, query: query), at: end)
        case .series(let selector):
            let envelope = try await ask("series", ["match[]": selector], query: selector)
            let series = try envelope.decoded([[String: String]].self).map { pairs in
                Labels(pairs.map { Label(name: $0.key, value: $0.value) })
            }
            return QueryAnswer(content: .series(series), json: envelope.data, remarks: envelope.remarks)
        case .labelNames: return try names(try await ask("labels", [:], query: ""))
        case .labelValues(let name):
            return try names(try await ask("label/\(PercentCoding.encode(name))/values", [:], query: "", method: .get))
        }
    }

    private static func seconds(_ time: Timestamp) -> String { GoNumber.text(time.seconds, .fixed) }

    private func names(_ envelope: Envelope) throws(QueryFailure) -> QueryAnswer {
        QueryAnswer(content: .names(try envelope.decoded([String].self)), json: envelope.data, remarks: envelope.remarks)
    }

    private func value(_ envelope: Envelope, at time: Timestamp) throws(QueryFailure) -> QueryAnswer {
        let result = try envelope.decoded(WireResult.self)
        return QueryAnswer(content: .value(result.value, at: time), json: envelope.data, remarks: envelope.remarks)
    }

    private func ask(
        _ path: String, _ parameters: HTTPParameters, query: String, method: HTTPMethod = .post
    ) async throws(QueryFailure) -> Envelope {
        var request = HTTPClientRequest(
            method: method, url: "\(base)/api/v1/\(path)", body: method == .post ? Array(parameters.formText.utf8) : [],
            timeout: .seconds(150), maxResponseBytes: 1 << 30)
        if method == .post { request.headers["Content-Type"] = "application/x-www-form-urlencoded" }
        let response: HTTPClientResponse
        do throws(HTTPClientError) {
            response = try await client.send(request)
        } catch {
            throw QueryFailure("lapwing: \(error)")
        }
        return try Envelope(response, query: query)
    }
}

/// The API's envelope, taken apart without losing how `data` was written.
private struct Envelope {
    let data: [UInt8]
    let remarks: [String]

    private struct Head: Decodable {
        var status: String
        var error: String?
        var warnings: [String]?
        var infos: [String]?
    }

    init(_ response: HTTPClientResponse, query: String) throws(QueryFailure) {
        guard let head = try? JSONDecoder().decode(Head.self, from: Data(response.body)) else {
            throw QueryFailure("lapwing: the server's answer (status \(response.status)) is not that of a Prometheus API")
        }
        if head.status != "success" { throw Self.failure(head.error ?? "no reason given", query: query) }
        remarks = (head.warnings ?? []) + (head.infos ?? [])
        data = Self.member("data", of: response.body)
    }

    /// A fault of the query's text is shown under it, as it is when no server is asked.
    private static func failure(_ message: String, query: String) -> QueryFailure {
        if message.contains("parse error"), !query.isEmpty {
            do throws(PromQLSyntaxError) {
                _ = try Parser.parse(query)
            } catch {
                return QueryFailure(error.rendered(in: query))
            }
        }
        return QueryFailure("lapwing: \(message)")
    }

    /// The bytes of a member of an object, as they were sent.
    private static func member(_ name: String, of object: [UInt8]) -> [UInt8] {
        var depth = 0
        var isInString = false
        var start: Int?
        var index = 0
        let key = Array("\"\(name)\":".utf8)
        while index < object.count {
            let byte = object[index]
            if isInString {
                if byte == UInt8(ascii: "\\") { index += 1 } else if byte == UInt8(ascii: "\"") { isInString = false }
            } else if byte == UInt8(ascii: "\""), depth == 1, start == nil, object[index...].starts(with: key) {
                index += key.count
                start = index
                continue
            } else {
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 1, let start { return Array(object[start..<index]) }
                    depth -= 1
                case UInt8(ascii: ","): if depth == 1, let start { return Array(object[start..<index]) }
                default: break
                }
            }
            index += 1
        }
        return start.map { Array(object[$0...]) } ?? []
    }

    func decoded<T: Decodable>(_ type: T.Type) throws(QueryFailure) -> T {
        do {
            return try JSONDecoder().decode(type, from: Data(data))
        } catch {
            throw QueryFailure("lapwing: the server's answer is not understood: \(error)")
        }
    }
}

/// A result as it comes over the wire; histograms are shown by their count.
private struct WireResult: Decodable {
    private struct Point: Decodable {
        var time: Double
        var text: String

        init(from decoder: any Decoder) throws {
            var pair = try decoder.unkeyedContainer()
            time = try pair.decode(Double.self)
            text = (try? pair.decode(String.self)) ?? "NaN"
        }

        var milliseconds: Int64 { Int64((time * 1000).rounded()) }
        var number: Double { GoNumber.parse(text) ?? .nan }
    }

    private struct Series: Decodable {
        var metric: [String: String]
        var value: Point?
        var values: [Point]?

        var labels: Labels { Labels(metric.map { Label(name: $0.key, value: $0.value) }) }
    }

    private enum Key: CodingKey {
        case resultType, result
    }

    let value: QueryValue

    init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Key.self)
        switch try object.decode(String.self, forKey: .resultType) {
        case "scalar": value = .scalar(try object.decode(Point.self, forKey: .result).number)
        case "string": value = .string(try object.decode(Point.self, forKey: .result).text)
        case "vector":
            value = .vector(
                try object.decode([Series].self, forKey: .result).map { series in
                    VectorSample(labels: series.labels, time: series.value?.milliseconds ?? 0, value: series.value?.number ?? .nan)
                })
        default:
            value = .matrix(
                QueryMatrix(
                    try object.decode([Series].self, forKey: .result).map { series in
                        let points = series.values ?? []
                        return MatrixSeries(labels: series.labels, times: points.map(\.milliseconds), values: points.map(\.number))
                    }))
        }
    }
}
