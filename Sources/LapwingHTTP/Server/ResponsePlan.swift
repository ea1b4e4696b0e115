/// How an answer is put into bytes, settled from request, response and configuration before the first byte.
struct ResponsePlan: Sendable {
    let status: HTTPStatus
    private(set) var headers: HTTPHeaders
    /// Whether the connection can be used again after this answer.
    let keepsAlive: Bool
    /// HEAD, and statuses without a body.
    let omitsBody: Bool
    let compressesBody: Bool
    /// Whether the client knows chunks; a body of unknown length ends with the connection otherwise.
    let allowsChunks: Bool

    init(
        _ response: HTTPResponse, to head: HTTPRequestHead?, endsConnection: Bool,
        _ configuration: HTTPServerConfiguration
    ) {
        status = response.status
        allowsChunks = (head?.minorVersion ?? 0) >= 1
        omitsBody = head?.method == .head || status.forbidsBody
        var headers = response.headers
        let isStream =
            switch response.body {
            case .bytes: false
            case .stream: true
            }
        let wantsClose = headers.hasToken("close", in: "Connection") || (isStream && !allowsChunks && !omitsBody)
        keepsAlive = !endsConnection && !wantsClose
        if !keepsAlive {
            headers["Connection"] = "close"
        } else if !allowsChunks {
            headers["Connection"] = "keep-alive"
        }
        if headers["Date"] == nil { headers.add("Date", HTTPDate.text(secondsSinceEpoch: configuration.wallClock())) }
        let mayCompress = Self.mayCompress(response, headers, configuration)
        if mayCompress { headers.add("Vary", "Accept-Encoding") }
        compressesBody = mayCompress && head.map { AcceptEncoding.acceptsGzip($0.headers) } ?? false
        if compressesBody { headers["Content-Encoding"] = "gzip" }
        self.headers = headers
    }

    private static func mayCompress(
        _ response: HTTPResponse, _ headers: HTTPHeaders, _ configuration: HTTPServerConfiguration
    ) -> Bool {
        guard let threshold = configuration.compressionThreshold, !response.status.forbidsBody else { return false }
        if case .bytes(let bytes) = response.body, bytes.count < threshold { return false }
        return !headers.contains("Content-Encoding") && !headers.contains("Content-Range")
            && headers["Content-Type"].flatMap { MediaType($0) }?.isCompressible ?? false
    }

    /// The head for a body of `length` bytes, or of a length that is not known yet.
    func head(length: Int?) -> [UInt8] {
        let framing: BodyFraming
        if status.forbidsBody {
            framing = .none
        } else if let length {
            framing = .fixed(length)
        } else {
            framing = allowsChunks ? .chunked : .untilClose
        }
        return MessageEncoder.head(of: status, headers, framing: framing)
    }
}
