/// Sends requests to other programs.
public protocol HTTPClient: Sendable {
    /// Sends `request` and awaits the whole answer; an answer of any status is a success.
    ///
    /// Ends early when the task is cancelled.
    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse
}

public struct HTTPClientRequest: Sendable {
    public var method: HTTPMethod
    /// An absolute `http` or `https` URL; a user and password in it become basic authentication.
    public var url: String
    /// `Host`, lengths and connection fields are the client's to add.
    public var headers: HTTPHeaders
    public var body: [UInt8]
    /// For everything from the name's resolution to the answer's last byte.
    public var timeout: Duration
    /// An answer of more bytes, after decompression, is refused.
    public var maxResponseBytes: Int
    /// Whether up to ten redirects are followed.
    public var followsRedirects: Bool
    /// Whether a redirect that would turn the request into GET, without its body, is the answer: what is told has not arrived then.
    public var keepsBody = false
    /// How a server of an `https` URL is judged; nil: as the system does.
    public var tls: TLSSettings?

    public init(
        method: HTTPMethod = .get, url: String, headers: HTTPHeaders = [:], body: [UInt8] = [],
        timeout: Duration = .seconds(30), maxResponseBytes: Int = 64 << 20, followsRedirects: Bool = true,
        tls: TLSSettings? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.maxResponseBytes = maxResponseBytes
        self.followsRedirects = followsRedirects
        self.tls = tls
    }
}

public struct HTTPClientResponse: Sendable, Equatable {
    public var status: HTTPStatus
    public var headers: HTTPHeaders
    /// Decompressed.
    public var body: [UInt8]

    public init(status: HTTPStatus, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// What the body says first that can be read, for those who are told of a refusal.
    public func firstLine(maximumBytes: Int) -> String {
        let lines = body.prefix(maximumBytes).split { $0 < 0x20 }.map { String(decoding: $0, as: UTF8.self) }
        return lines.first { line in line.contains { $0 != " " } } ?? ""
    }
}
