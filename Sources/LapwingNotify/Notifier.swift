public import LapwingHTTP
public import LapwingSeries
import LapwingText

/// Delivers alerts: to webhooks, grouped and repeated, and to Alertmanagers, one batch after another.
///
/// A thin shell: every receiver has a sender of its own, so that one that is down delays no other; what is sent when is
/// decided by `WebhookDispatcher` and `AlertmanagerQueue`.
public final class Notifier: Sendable {
    public struct Configuration: Sendable {
        public var webhooks: [WebhookReceiver] = []
        /// Base URLs of Alertmanagers.
        public var alertmanagers: [String] = []
        public var externalURL = ""
        /// Scatters the retries of different processes.
        public var jitterSeed: UInt64 = 0

        public init() {}
    }

    /// Something worth a line in a log.
    public enum Event: Sendable, Hashable {
        case delivered(receiver: String, group: String, alerts: Int)
        case failed(receiver: String, group: String, attempt: Int, String)
        case refused(receiver: String, group: String, String)
    }

    private let webhooks: [WebhookSender]
    private let alertmanagers: [AlertmanagerSender]

    /// Base URLs of the Alertmanagers.
    public let alertmanagerURLs: [String]

    public init(
        _ configuration: Configuration, client: any HTTPClient, now: @escaping @Sendable () -> Timestamp = { .now },
        observer: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        webhooks = configuration.webhooks.enumerated().map { index, receiver in
            WebhookSender(
                WebhookDispatcher(
                    receiver: receiver, externalURL: configuration.externalURL,
                    jitterSeed: configuration.jitterSeed &+ UInt64(index)),
                client: client, now: now, observer: observer)
        }
        alertmanagerURLs = configuration.alertmanagers
        alertmanagers = configuration.alertmanagers.enumerated().map { index, url in
            AlertmanagerSender(
                url: url, seed: configuration.jitterSeed &+ 1000 &+ UInt64(index), client: client, now: now, observer: observer)
        }
    }

    /// Takes in what one evaluation of a rule says.
    ///
    /// - Parameters:
    ///   - current: every alert that fires or has lately resolved, for webhooks.
    ///   - due: those that Alertmanagers have to be told of now.
    public func receive(current: [NotifiedAlert], due: [NotifiedAlert]) async {
        if !current.isEmpty { for webhook in webhooks { await webhook.receive(current) } }
        if !due.isEmpty { for alertmanager in alertmanagers { await alertmanager.receive(due) } }
    }

    /// Messages and alerts that no receiver has taken yet.
    public func pending() async -> Int {
        var count = 0
        for webhook in webhooks { count += await webhook.pending }
        for alertmanager in alertmanagers { count += await alertmanager.pending }
        return count
    }

    /// Sends no more; what is on its way is given `grace` to arrive.
    public func stop(grace: Duration = .seconds(2)) async {
        let deadline = ContinuousClock.now + grace
        while await pending() > 0, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
        for webhook in webhooks { await webhook.stop() }
        for alertmanager in alertmanagers { await alertmanager.stop() }
    }
}

/// Posts what one webhook's dispatcher decides.
private actor WebhookSender {
    private var dispatcher: WebhookDispatcher
    private let client: any HTTPClient
    private let now: @Sendable () -> Timestamp
    private let observer: @Sendable (Notifier.Event) -> Void
    private var wake: Task<Void, Never>?
    private var isStopped = false

    init(
        _ dispatcher: WebhookDispatcher, client: any HTTPClient, now: @escaping @Sendable () -> Timestamp,
        observer: @escaping @Sendable (Notifier.Event) -> Void
    ) {
        self.dispatcher = dispatcher
        self.client = client
        self.now = now
        self.observer = observer
    }

    var pending: Int { dispatcher.pendingDeliveries }

    func receive(_ alerts: [NotifiedAlert]) {
        dispatcher.receive(alerts, at: now())
        advance()
    }

    func stop() {
        isStopped = true
        wake?.cancel()
    }

    private func advance() {
        guard !isStopped else { return }
        for delivery in dispatcher.advance(to: now()) { Task { await send(delivery) } }
        wake?.cancel()
        guard let next = dispatcher.nextWake else { return }
        let wait = max(next.duration(since: now()), .milliseconds(1))
        wake = Task {
            try? await Task.sleep(for: wait)
            if !Task.isCancelled { advance() }
        }
    }

    private func send(_ delivery: WebhookDelivery) async {
        let receiver = dispatcher.receiver
        let request = HTTPClientRequest.post(
            delivery.message.json(), to: receiver.url, headers: receiver.headers, timeout: receiver.timeout)
        let outcome = await DeliveryOutcome(of: request, by: client)
        dispatcher.completed(delivery, outcome, at: now())
        let group = delivery.message.groupKey
        switch outcome {
        case .accepted: observer(.delivered(receiver: receiver.url, group: group, alerts: delivery.message.alerts.count))
        case .refused(let reason): observer(.refused(receiver: receiver.url, group: group, reason))
        case .failed(_, let reason):
            observer(.failed(receiver: receiver.url, group: group, attempt: delivery.attempt + 1, reason))
        }
        advance()
    }
}

/// Pushes alerts to one Alertmanager.
private actor AlertmanagerSender {
    private let url: String
    private var queue: AlertmanagerQueue
    private let client: any HTTPClient
    private let now: @Sendable () -> Timestamp
    private let observer: @Sendable (Notifier.Event) -> Void
    private var wake: Task<Void, Never>?
    private var isStopped = false
    private var attempt = 0

    init(
        url: String, seed: UInt64, client: any HTTPClient, now: @escaping @Sendable () -> Timestamp,
        observer: @escaping @Sendable (Notifier.Event) -> Void
    ) {
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.url = base + "/api/v2/alerts"
        queue = AlertmanagerQueue(jitterSeed: seed)
        self.client = client
        self.now = now
        self.observer = observer
    }

    var pending: Int { queue.count }

    func receive(_ alerts: [NotifiedAlert]) {
        queue.receive(alerts)
        advance()
    }

    func stop() {
        isStopped = true
        wake?.cancel()
    }

    private func advance() {
        guard !isStopped else { return }
        let batch = queue.takeBatch(at: now())
        if !batch.isEmpty {
            Task { await send(batch) }
            return
        }
        wake?.cancel()
        guard let next = queue.nextWake else { return }
        let wait = max(next.duration(since: now()), .milliseconds(1))
        wake = Task {
            try? await Task.sleep(for: wait)
            if !Task.isCancelled { advance() }
        }
    }

    private func send(_ batch: [NotifiedAlert]) async {
        let request = HTTPClientRequest.post(AlertmanagerQueue.json(of: batch), to: url, headers: [], timeout: .seconds(10))
        let outcome = await DeliveryOutcome(of: request, by: client)
        queue.completed(outcome, at: now())
        attempt += 1
        switch outcome {
        case .accepted:
            attempt = 0
            observer(.delivered(receiver: url, group: "", alerts: batch.count))
        case .refused(let reason): observer(.refused(receiver: url, group: "", reason))
        case .failed(_, let reason): observer(.failed(receiver: url, group: "", attempt: attempt, reason))
        }
        advance()
    }
}

extension HTTPClientRequest {
    fileprivate static func post(_ body: [UInt8], to url: String, headers: [Label], timeout: Duration) -> HTTPClientRequest {
        var request = HTTPClientRequest(method: .post, url: url, body: body, timeout: timeout, maxResponseBytes: 1 << 20)
        request.headers["Content-Type"] = "application/json"
        request.headers["User-Agent"] = "Lapwing"
        for header in headers { request.headers[header.name] = header.value }
        return request
    }
}

extension DeliveryOutcome {
    /// Sends a request, and says what its answer, or the lack of one, means for the delivery.
    fileprivate init(of request: HTTPClientRequest, by client: any HTTPClient) async {
        do throws(HTTPClientError) {
            let response = try await client.send(request)
            let seconds = response.headers["Retry-After"].flatMap { Int($0) }
            self.init(status: response.status.code, retryAfter: seconds.map { .seconds(max(0, min($0, 3600))) })
        } catch {
            self = .failed(retryAfter: nil, error.description)
        }
    }
}
