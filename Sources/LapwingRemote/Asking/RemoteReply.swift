import LapwingHTTP
public import LapwingPromQL
public import LapwingSeries
import LapwingText

/// A server's answer, its envelope taken off.
///
/// Source: Prometheus 3.14 `web/api/v1/api.go`, `Response`.
public struct RemoteReply: Sendable {
    /// `data`, as it was sent.
    public let data: [UInt8]
    /// One of them tells that the answer is partial, where it is.
    public let warnings: [String]
    public let infos: [String]
    /// Whether the server says that it could not reach all of its data.
    let isPartial: Bool

    /// - Throws: `RemoteError.refused` for an error that the API tells, `foreign` for anything that is not the API's.
    init(_ response: HTTPClientResponse) throws(RemoteError) {
        var (status, type, message) = ("", "", "")
        var (data, warnings, infos): ([UInt8], [String], [String]) = ([], [], [])
        var isPartial = false
        var reader = JSONReader(response.body)
        do throws(JSONReader.Fault) {
            try reader.object { (reader, name) throws(JSONReader.Fault) in
                switch name {
                case "status": status = try reader.text()
                case "data": data = Array(try reader.raw())
                case "errorType": type = try reader.text()
                case "error": message = try reader.text()
                case "warnings": warnings = try reader.texts()
                case "infos": infos = try reader.texts()
                case "isPartial": isPartial = try reader.raw().elementsEqual("true".utf8)
                default: try reader.skip()
                }
            }
            try reader.finish()
        } catch {
            if response.status.isSuccess { throw .malformed(error.description) }
            status = ""
        }
        if status == "error" { throw .refused(status: response.status.code, type: type, message: message.isEmpty ? "no reason given" : message) }
        guard status == "success", response.status.isSuccess else {
            throw .foreign(status: response.status, beginning: Self.beginning(response.body))
        }
        if isPartial { warnings.append(RemoteError.partial.description) }
        (self.data, self.warnings, self.infos, self.isPartial) = (data, warnings, infos, isPartial)
    }

    /// Bytes of a foreign answer that its error shows.
    private static let shownBytes = 200

    private static func beginning(_ body: [UInt8]) -> String {
        let line = body.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return String(decoding: line.prefix(shownBytes), as: UTF8.self)
    }

    // MARK: What was asked for

    /// The value of a query.
    public func value() throws(RemoteError) -> QueryValue {
        try read { (reader) throws(JSONReader.Fault) in try reader.queryValue() }
    }

    /// The labels of series.
    public func series() throws(RemoteError) -> [Labels] {
        try read { (reader) throws(JSONReader.Fault) in
            try reader.list { (reader) throws(JSONReader.Fault) in try reader.labels() }
        }
    }

    /// Names or values of labels.
    public func names() throws(RemoteError) -> [String] { try read { (reader) throws(JSONReader.Fault) in try reader.texts() } }

    private func read<Value>(_ body: (inout JSONReader) throws(JSONReader.Fault) -> Value) throws(RemoteError) -> Value {
        var reader = JSONReader(data)
        do throws(JSONReader.Fault) { return try body(&reader) } catch { throw .malformed(error.description) }
    }
}
