/// How a message's body is delimited (RFC 9112, section 6).
enum BodyFraming: Sendable, Equatable {
    case none
    case fixed(Int)
    case chunked
    /// Responses only: the body lasts until the connection ends.
    case untilClose
}

extension BodyFraming {
    /// The framing of a request.
    ///
    /// Anything that two readers could take in two ways is refused, since that is what request smuggling lives on:
    /// both length and coding, a length given twice, a coding other than exactly `chunked`.
    init(ofRequest head: HTTPRequestHead) throws(HTTPFault) {
        let codings = head.headers.values(of: "Transfer-Encoding")
        let lengths = head.headers.values(of: "Content-Length")
        if !codings.isEmpty {
            guard lengths.isEmpty else {
                throw HTTPFault(
                    .badRequest, "both Content-Length and Transfer-Encoding are given; expected one of them")
            }
            guard head.minorVersion >= 1 else {
                throw HTTPFault(.badRequest, "Transfer-Encoding is not known to HTTP/1.0")
            }
            guard codings.count == 1, HTTPHeaders.isSame(codings[0], "chunked") else {
                let found = codings.joined(separator: ", ").prefix(80)
                throw HTTPFault(.notImplemented, "unsupported transfer encoding \"\(found)\"; expected chunked")
            }
            self = .chunked
            return
        }
        guard let length = try Self.contentLength(lengths) else {
            self = .none
            return
        }
        self = length == 0 ? .none : .fixed(length)
    }

    /// The framing of a response to a request with `method`.
    init(ofResponse status: HTTPStatus, _ headers: HTTPHeaders, to method: HTTPMethod) throws(HTTPFault) {
        let codings = headers.values(of: "Transfer-Encoding")
        if method == .head || status.forbidsBody {
            self = .none
        } else if !codings.isEmpty {
            guard codings.count == 1, HTTPHeaders.isSame(codings[0], "chunked") else {
                let found = codings.joined(separator: ", ").prefix(80)
                throw HTTPFault(.badGateway, "unsupported transfer encoding \"\(found)\"; expected chunked")
            }
            self = .chunked
        } else if let length = try Self.contentLength(Self.settled(headers.values(of: "Content-Length"))) {
            self = length == 0 ? .none : .fixed(length)
        } else {
            self = .untilClose
        }
    }

    /// One of several values that are the same.
    private static func settled(_ values: [String]) -> [String] {
        values.dropFirst().allSatisfy { $0 == values[0] } ? Array(values.prefix(1)) : values
    }

    private static func contentLength(_ values: [String]) throws(HTTPFault) -> Int? {
        guard let text = values.first else { return nil }
        guard values.count == 1 else { throw HTTPFault(.badRequest, "Content-Length is given \(values.count) times") }
        guard !text.isEmpty, text.utf8.allSatisfy(HTTPCharacters.isDigit) else {
            throw HTTPFault(.badRequest, "bad Content-Length \"\(text.prefix(40))\"; expected digits")
        }
        guard let length = Int(text) else {
            throw HTTPFault(.contentTooLarge, "the announced body of \(text.prefix(40)) bytes is too large")
        }
        return length
    }
}
