public import LapwingHTTP
public import LapwingSeries

/// A client of Prometheus' HTTP API.
public struct RemoteAPI: Sendable {
    /// What the client has around it.
    public struct Surroundings: Sendable {
        public var client: any HTTPClient
        public var now: @Sendable () -> Timestamp = { .now }
        /// What the time limit is measured by: it does not move where the wall's time is set.
        public var instant: @Sendable () -> ContinuousClock.Instant = { .now }
        public var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
        public var readFile: SecretReader = HTTPCredentials.noFiles

        public init(client: any HTTPClient) { self.client = client }
    }

    public let settings: DatasourceSettings
    private let surroundings: Surroundings
    /// Shared by the copies of a client.
    private let turns: Turns
    /// On this machine an answer is not compressed, which costs both sides more than it saves.
    private let asksForCompression: Bool

    public init(_ settings: DatasourceSettings, _ surroundings: Surroundings) {
        self.settings = settings
        self.surroundings = surroundings
        turns = Turns(settings.maximumConcurrent)
        asksForCompression = (try? HTTPURL(settings.url))?.isLoopback != true
    }

    /// Asks, and asks again where a fault may pass.
    ///
    /// - Throws: `RemoteError`, the one of the last try.
    public func ask(_ question: RemoteQuestion) async throws(RemoteError) -> RemoteReply {
        let deadline = surroundings.instant() + (settings.timeout ?? DatasourceSettings.standardTimeout)
        await turns.take()
        defer { turns.give() }
        var tries = 0
        while true {
            let left = deadline - surroundings.instant()
            let (reply, asked) = await attempt(question, within: max(left, .milliseconds(1)))
            tries += 1
            switch reply {
            case .success(let reply): return reply
            case .failure(let error):
                let left = deadline - surroundings.instant()
                guard let pause = DatasourceSettings.pause(after: tries, error, asked: asked, left: left) else { throw error }
                guard (try? await surroundings.sleep(pause)) != nil else { throw error }
            }
        }
    }

    /// One try, with the wait that the server asks for before the next.
    private func attempt(_ question: RemoteQuestion, within timeout: Duration) async -> (Result<RemoteReply, RemoteError>, Duration?) {
        do throws(RemoteError) {
            var response = try await send(question, question.method, within: timeout)
            // Proxies that only let GET pass answer so.
            if question.method == .post, response.status == .methodNotAllowed || response.status == .notImplemented {
                response = try await send(question, .get, within: timeout)
            }
            let asked = response.headers["Retry-After"].flatMap { RetryAfter.delay($0, atSecond: surroundings.now().milliseconds / 1000) }
            do throws(RemoteError) { return (.success(try RemoteReply(response)), nil) } catch { return (.failure(error), asked) }
        } catch {
            return (.failure(error), nil)
        }
    }

    private func send(
        _ question: RemoteQuestion, _ method: HTTPMethod, within timeout: Duration
    ) async throws(RemoteError) -> HTTPClientResponse {
        let base = settings.url.hasSuffix("/") ? String(settings.url.dropLast()) : settings.url
        var request = HTTPClientRequest(
            method: method, url: "\(base)/api/v1/\(question.path)", timeout: timeout, maxResponseBytes: DatasourceSettings.maximumAnswerBytes)
        if !asksForCompression { request.headers["Accept-Encoding"] = "identity" }
        let form = question.parameters.formText
        if method == .post {
            request.body = Array(form.utf8)
            request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        } else if !form.isEmpty {
            request.url += "?" + form
        }
        do throws(HTTPCredentialsError) {
            try request.apply(settings.client, readFile: surroundings.readFile)
        } catch {
            throw .unprepared(error.description)
        }
        do throws(HTTPClientError) { return try await surroundings.client.send(request) } catch { throw .unanswered(error) }
    }
}
