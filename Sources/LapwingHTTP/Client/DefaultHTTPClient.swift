import Synchronization

/// Sockets of our own for `http` and where a request says how servers are judged, else the system's URL loading for `https`,
/// which is set up when it is first needed.
public final class DefaultHTTPClient: HTTPClient {
    private let sockets: SocketHTTPClient
    private let secure = Mutex<URLSessionHTTPClient?>(nil)

    public init(configuration: SocketHTTPClient.Configuration = SocketHTTPClient.Configuration()) {
        sockets = SocketHTTPClient(configuration: configuration)
    }

    public func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        try await HTTPRedirects.follow(request) { request, url throws(HTTPClientError.Reason) in
            guard url.isSecure, request.tls == nil else { return try await self.sockets.exchange(request, url) }
            return try await self.secureClient().exchange(request, url)
        }
    }

    private func secureClient() -> URLSessionHTTPClient {
        secure.withLock { client in
            let existing = client ?? URLSessionHTTPClient()
            client = existing
            return existing
        }
    }
}
