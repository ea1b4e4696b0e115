/// Sends a request and follows where its answers point, whatever carries it.
enum HTTPRedirects {
    static let limit = 10

    typealias Exchange = (HTTPClientRequest, HTTPURL) async throws(HTTPClientError.Reason) -> HTTPClientResponse

    /// Runs `exchange` for the request and for each redirect, as RFC 9110, section 15.4, and Go's client have it: 307
    /// and 308 repeat the request, the others turn it into GET. Credentials are not taken to another host.
    static func follow(_ request: HTTPClientRequest, _ exchange: Exchange) async throws(HTTPClientError)
        -> HTTPClientResponse
    {
        var request = request
        var shownURL = request.url
        let deadline = ContinuousClock.now + request.timeout
        do throws(HTTPClientError.Reason) {
            var url = try parse(request.url)
            shownURL = url.description
            for _ in 0...limit {
                prepare(&request, url)
                let response = try await exchange(request, url)
                guard request.followsRedirects, let location = response.headers["Location"],
                    let method = method(after: response.status, request.method),
                    method == request.method || !request.keepsBody
                else { return response }
                let next = try resolve(location, from: url)
                if method != request.method {
                    request.method = method
                    request.body = []
                    request.headers.remove("Content-Type")
                }
                if next.host != url.host || next.effectivePort != url.effectivePort || next.scheme != url.scheme {
                    request.headers.remove("Authorization")
                    request.headers.remove("Cookie")
                }
                request.headers.remove("Host")
                url = next
                shownURL = url.description
                request.timeout = deadline - .now
            }
            throw HTTPClientError.Reason.tooManyRedirects(limit: limit)
        } catch {
            throw HTTPClientError(error, method: request.method, url: shownURL)
        }
    }

    private static func parse(_ text: String) throws(HTTPClientError.Reason) -> HTTPURL {
        do {
            return try HTTPURL(text)
        } catch {
            throw .invalidURL("\(error)")
        }
    }

    private static func resolve(_ location: String, from url: HTTPURL) throws(HTTPClientError.Reason) -> HTTPURL {
        do {
            return try url.resolving(location)
        } catch {
            throw .malformedResponse("bad Location of a redirect: \(error)")
        }
    }

    private static func prepare(_ request: inout HTTPClientRequest, _ url: HTTPURL) {
        if let user = url.user, request.headers["Authorization"] == nil {
            request.headers["Authorization"] = HTTPCredentials.basicAuthorization(user: user, password: url.password ?? "")
        }
    }

    /// The method of the request that follows a redirect; nil when `status` is none.
    private static func method(after status: HTTPStatus, _ method: HTTPMethod) -> HTTPMethod? {
        switch status.code {
        case 301, 302, 303: method == .head ? .head : .get
        case 307, 308: method
        default: nil
        }
    }
}
