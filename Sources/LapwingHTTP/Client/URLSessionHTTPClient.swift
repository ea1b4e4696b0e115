import Dispatch
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A client over the system's URL loading, for the sake of TLS.
public final class URLSessionHTTPClient: HTTPClient {
    private let session: URLSession
    private let transfers: Transfers

    public init() {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpShouldSetCookies = false
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        configuration.urlCache = nil
        configuration.httpMaximumConnectionsPerHost = 64
        transfers = Transfers()
        session = URLSession(configuration: configuration, delegate: transfers, delegateQueue: nil)
    }

    deinit { session.invalidateAndCancel() }

    public func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        try await HTTPRedirects.follow(request) { request, url throws(HTTPClientError.Reason) in
            try await self.exchange(request, url)
        }
    }

    /// One request and its answer, without redirects.
    func exchange(
        _ request: HTTPClientRequest, _ url: HTTPURL
    ) async throws(HTTPClientError.Reason) -> HTTPClientResponse {
        guard let target = URL(string: url.description) else { throw .invalidURL("parse \"\(url)\": not a URL") }
        let milliseconds = Int(Socket.milliseconds(max(.zero, request.timeout)))
        var urlRequest = URLRequest(url: target)
        urlRequest.httpMethod = request.method.name
        // The session's own time-out starts again with every byte; the exact one is below.
        urlRequest.timeoutInterval = Double(milliseconds) / 1000 + 1
        if !request.body.isEmpty { urlRequest.httpBody = Data(request.body) }
        for field in request.headers.fields { urlRequest.addValue(field.value, forHTTPHeaderField: field.name) }
        let task = session.dataTask(with: urlRequest)
        let (identifier, transfers) = (task.taskIdentifier, transfers)
        let result: Transfers.Outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfers.start(identifier, url, limit: request.maxResponseBytes, continuation)
                task.resume()
                DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak task] in
                    if transfers.end(identifier, .failure(.timedOut)) { task?.cancel() }
                }
                // Cancelled before it was started, the task had nobody to tell.
                if Task.isCancelled, transfers.end(identifier, .failure(.cancelled)) { task.cancel() }
            }
        } onCancel: {
            if transfers.end(identifier, .failure(.cancelled)) { task.cancel() }
        }
        return try result.get()
    }
}

/// The transfers under way of one session, by task.
private final class Transfers: NSObject, URLSessionDataDelegate, Sendable {
    typealias Outcome = Result<HTTPClientResponse, HTTPClientError.Reason>

    private struct Transfer {
        let url: HTTPURL
        let limit: Int
        let continuation: CheckedContinuation<Outcome, Never>
        var response = HTTPClientResponse(status: .ok)
    }

    private let transfers = Mutex<[Int: Transfer]>([:])

    func start(_ task: Int, _ url: HTTPURL, limit: Int, _ continuation: CheckedContinuation<Outcome, Never>) {
        transfers.withLock { $0[task] = Transfer(url: url, limit: limit, continuation: continuation) }
    }

    /// Ends a transfer; false when it has ended before.
    @discardableResult
    func end(_ task: Int, _ outcome: Outcome) -> Bool {
        guard let transfer = transfers.withLock({ $0.removeValue(forKey: task) }) else { return false }
        transfer.continuation.resume(returning: outcome)
        return true
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let limit: Int? = transfers.withLock { transfers in
            guard var transfer = transfers.removeValue(forKey: dataTask.taskIdentifier) else { return nil }
            defer { transfers[dataTask.taskIdentifier] = transfer }
            guard data.count <= transfer.limit - transfer.response.body.count else { return transfer.limit }
            transfer.response.body.append(contentsOf: data)
            return nil
        }
        if let limit, end(dataTask.taskIdentifier, .failure(.responseTooLarge(limit: limit))) { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let transfer = transfers.withLock({ $0[task.taskIdentifier] }) else { return }
        if let error {
            end(task.taskIdentifier, .failure(Self.reason(error, transfer.url)))
        } else if let head = task.response as? HTTPURLResponse {
            var response = transfer.response
            response.status = HTTPStatus(code: head.statusCode)
            response.headers = Self.headers(head)
            end(task.taskIdentifier, .success(response))
        } else {
            end(task.taskIdentifier, .failure(.malformedResponse("the answer is not HTTP")))
        }
    }

    /// The session has decompressed the body already, so what describes the compressed one is left out.
    private static func headers(_ response: HTTPURLResponse) -> HTTPHeaders {
        var fields = response.allHeaderFields.map { HTTPHeaders.Field(name: "\($0.key)", value: "\($0.value)") }
        fields.sort { $0.name < $1.name }
        var headers = HTTPHeaders(fields)
        if headers.contains("Content-Encoding") { headers.remove("Content-Length") }
        headers.remove("Content-Encoding")
        return headers
    }

    private static func reason(_ error: any Error, _ url: HTTPURL) -> HTTPClientError.Reason {
        let text = error.localizedDescription
        guard let error = error as? URLError else { return .other(text) }
        switch error.code {
        case .timedOut: return .timedOut
        case .cancelled: return .cancelled
        case .cannotFindHost, .dnsLookupFailed: return .unresolved(url.host)
        case .cannotConnectToHost:
            return .connectionFailed(address: "\(url.host):\(url.effectivePort)", "connection refused")
        case .networkConnectionLost: return .connectionLost("EOF")
        case .badURL, .unsupportedURL: return .invalidURL(text)
        case .badServerResponse, .cannotParseResponse: return .malformedResponse(text)
        case .secureConnectionFailed, .serverCertificateHasBadDate, .serverCertificateUntrusted,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected,
            .clientCertificateRequired:
            return .tls("tls: \(text)")
        default: return .other(text)
        }
    }
}
