/// Why a request got no answer; it reads as Go's `url.Error` does: `Get "http://localhost:1/": dial tcp …`.
public struct HTTPClientError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Reason: Error, Equatable, Sendable {
        case invalidURL(String)
        /// The host's name has no address.
        case unresolved(String)
        /// No connection to `address`: refused, unreachable and the like.
        case connectionFailed(address: String, String)
        /// The connection ended before the answer did.
        case connectionLost(String)
        case timedOut
        case responseTooLarge(limit: Int)
        case malformedResponse(String)
        case tls(String)
        case tooManyRedirects(limit: Int)
        case cancelled
        case other(String)
    }

    public let reason: Reason
    public let method: HTTPMethod
    /// Without user and password.
    public let url: String

    public init(_ reason: Reason, method: HTTPMethod, url: String) {
        self.reason = reason
        self.method = method
        self.url = url
    }

    /// The same without the path and query of its address, where they can be a secret.
    public var redacted: HTTPClientError { HTTPClientError(reason, method: method, url: HTTPURL.redacted(url)) }

    /// Whether trying again later could succeed.
    public var isTransient: Bool {
        switch reason {
        case .unresolved, .connectionFailed, .connectionLost, .timedOut, .other: true
        case .invalidURL, .responseTooLarge, .malformedResponse, .tls, .tooManyRedirects, .cancelled: false
        }
    }

    public var description: String {
        let verb = method.name.prefix(1) + method.name.dropFirst().lowercased()
        return "\(verb) \"\(url)\": \(reason)"
    }
}

extension HTTPClientError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidURL(let reason), .tls(let reason), .other(let reason): reason
        case .unresolved(let name): "dial tcp: lookup \(name): no such host"
        case .connectionFailed(let address, let reason): "dial tcp \(address): connect: \(reason)"
        case .connectionLost(let reason): reason
        case .timedOut: "context deadline exceeded"
        case .responseTooLarge(let limit): "body size limit exceeded: the answer has more than \(limit) bytes"
        case .malformedResponse(let reason): reason
        case .tooManyRedirects(let limit): "stopped after \(limit) redirects"
        case .cancelled: "context canceled"
        }
    }
}
