import LapwingHTTP
import LapwingPromQL
import LapwingText

/// Why a request has no answer: Prometheus' error types with their status codes.
///
/// Source: Prometheus 3.14 `web/api/v1/api.go`, `respondError`.
struct APIError: Error {
    enum Kind: String {
        case badData = "bad_data"
        case execution, timeout, canceled, unavailable
        case notFound = "not_found"
        case internalError = "internal"

        var status: HTTPStatus {
            switch self {
            case .badData: .badRequest
            case .execution: .unprocessableContent
            case .timeout, .unavailable: .serviceUnavailable
            case .canceled: .clientClosedRequest
            case .notFound: .notFound
            case .internalError: .internalServerError
            }
        }
    }

    var kind: Kind
    var message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    static func invalidParameter(_ name: String, _ reason: String) -> APIError {
        APIError(.badData, "invalid parameter \"\(name)\": \(reason)")
    }

    init(_ error: QueryError) {
        switch error {
        case .syntax, .unaskable: self = .invalidParameter("query", error.description)
        case .execution, .tooManySamples: self.init(.execution, error.description)
        case .timeout: self.init(.timeout, error.description)
        case .cancelled: self.init(.canceled, error.description)
        case .storage: self.init(.internalError, error.description)
        }
    }

    var response: HTTPResponse {
        var json = JSONWriter()
        json.object { json in
            json.member("status", "error")
            json.member("errorType", kind.rawValue)
            json.member("error", message)
        }
        return .json(json.bytes, status: kind.status)
    }
}

/// The envelope of a successful answer.
enum APIAnswer {
    /// `{"status":"success","data":…}` with what `data` writes.
    static func success(
        warnings: [String] = [], infos: [String] = [], _ data: (inout JSONWriter) -> Void
    ) -> HTTPResponse {
        var json = JSONWriter()
        json.beginObject()
        json.member("status", "success")
        json.key("data")
        data(&json)
        remarks(warnings, infos, &json)
        json.endObject()
        return .json(json.bytes)
    }

    /// Warnings that are told one by one, and infos likewise.
    private static let toldRemarks = 10

    /// Warnings and infos where there are any, as members of an envelope that is open.
    static func remarks(_ warnings: [String], _ infos: [String], _ json: inout JSONWriter) {
        for (name, kind, texts) in [("warnings", "warning", warnings), ("infos", "info", infos)] where !texts.isEmpty {
            json.key(name)
            json.array { json in
                for text in texts.prefix(toldRemarks) { json.string(text) }
                if texts.count > toldRemarks { json.string("\(texts.count - toldRemarks) more \(kind) annotations omitted") }
            }
        }
    }

    /// As `success`, of an array that may be long: what is written is sent and forgotten.
    ///
    /// - Parameter bytes: what the elements hold in memory.
    static func list<Element: Sendable>(
        _ elements: [Element], holding bytes: Int, warnings: [String] = [], _ write: @escaping @Sendable (Element, inout JSONWriter) -> Void
    ) -> HTTPResponse {
        return HTTPResponse(contentType: "application/json", holding: bytes) { writer in
            var json = JSONWriter()
            json.beginObject()
            json.member("status", "success")
            json.key("data")
            json.beginArray()
            for element in elements {
                write(element, &json)
                if json.bytes.count >= bytesInPart { try writer.write(json.take()) }
            }
            json.endArray()
            remarks(warnings, [], &json)
            json.endObject()
            try writer.write(json.bytes)
        }
    }

    /// Bytes that are sent at once.
    private static let bytesInPart = 64 << 10
}
