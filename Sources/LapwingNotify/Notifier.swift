import Dispatch
public import LapwingHTTP
public import LapwingSeries
import LapwingText
import Synchronization

/// Delivers alerts: to webhooks, grouped and repeated, and to Alertmanagers, one batch after another.
///
/// A shell around `Outbox`, which decides what is sent when. Every request is a task of its own, so that a receiver that is
/// down delays no other. What is to be told is in the log before it is sent, and is taken out of it when it was accepted.
public final class Notifier: Sendable {
    public typealias Configuration = Outbox.Configuration

    /// Something worth a line in a log.
    public enum Event: Sendable, Hashable {
        case delivered(receiver: String, group: String, alerts: Int)
        case failed(receiver: String, group: String, attempt: Int, String)
        case refused(receiver: String, group: String, String)
        /// Nobody will be told of these alerts; the group is empty for an Alertmanager.
        case dropped(receiver: String, group: String, alerts: Int, String)
        /// A note that cannot be understood, or cannot be kept.
        case trouble(String)
    }

    /// What the notifier has around it.
    public struct Surroundings: Sendable {
        public var client: any HTTPClient
        /// Where what must survive is kept.
        public var notes: any NoteKeeper = ForgetfulNoteKeeper()
        public var now: @Sendable () -> Timestamp = { .now }
        public var readFile: SecretReader = HTTPCredentials.noFiles
        public var observer: @Sendable (Event) -> Void = { _ in }

        public init(client: any HTTPClient) { self.client = client }
    }

    private struct State: Sendable {
        var outbox: Outbox
        /// Notes that could not be kept, for the next time.
        var unkept: [String: Note] = [:]
        var wake: (at: Timestamp, task: Task<Void, Never>)?
        var isRunning = false
    }

    private let surroundings: Surroundings
    private let state: Mutex<State>
    /// Forcing the log to the disk waits for it: not on the threads that everything else waits on.
    private let queue = DispatchQueue(label: "lapwing.notify")

    /// Takes up what a process before this one has left; nothing is sent before `begin`.
    public init(_ configuration: Configuration, _ surroundings: Surroundings) {
        self.surroundings = surroundings
        var outbox = Outbox(configuration, restoring: surroundings.notes.notes(beginning: Outbox.notePrefix), at: surroundings.now())
        for fault in outbox.faults { surroundings.observer(.trouble(fault)) }
        for sending in outbox.takeDropped() { surroundings.observer(.dropped(sending)) }
        state = Mutex(State(outbox: outbox))
    }

    // MARK: Life

    /// Begins to send.
    public func begin() {
        state.withLock { $0.isRunning = true }
        advance()
    }

    /// Goes on with other settings.
    public func apply(_ configuration: Configuration) {
        change { state in
            state.outbox.apply(configuration, at: surroundings.now())
            return []
        }
        advance()
    }

    /// Sends no more; what is on its way is given `grace` to arrive. What has not arrived is in the log.
    public func stop(grace: Duration = .seconds(2)) async {
        let deadline = ContinuousClock.now + grace
        while pending > 0, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
        state.withLock { state in
            state.isRunning = false
            state.wake?.task.cancel()
        }
    }

    // MARK: Telling

    /// Takes in what one evaluation of a group says.
    ///
    /// - Parameters:
    ///   - alerts: those that receivers have to be told of now.
    ///   - notes: the group's own, which are kept together with those of the outbox, all or none.
    public func receive(_ alerts: [NotifiedAlert], _ changes: [AlertHistory.Change] = [], at time: Timestamp, keeping notes: [Note] = []) {
        if alerts.isEmpty, changes.isEmpty, notes.isEmpty { return }
        change { state in
            state.outbox.follow(surroundings.now())
            state.outbox.receive(alerts, changes, at: time)
            return notes
        }
        advance()
    }

    /// Messages and alerts that no receiver has taken yet.
    public var pending: Int { state.withLock { $0.outbox.pending } }

    /// Alerts that wait, by the address of each Alertmanager.
    public var alertmanagerQueues: [(url: String, count: Int)] { state.withLock { $0.outbox.alertmanagerQueues } }

    public var history: AlertHistory { state.withLock { $0.outbox.history } }

    /// Changes the outbox and keeps what has changed, in the order of the changes. Who asks for the time does so in `body`: read before a
    /// wait for the lock, it would seem to be set back.
    private func change<Result: Sendable>(returning body: (inout State) -> (notes: [Note], result: Result)) -> Result {
        var trouble: String?
        let (result, dropped) = state.withLock { state in
            let (notes, result) = body(&state)
            var all = state.unkept.values.sorted { $0.key < $1.key }
            all += notes + state.outbox.takeNotes()
            if !all.isEmpty {
                do throws(AppendError) {
                    try surroundings.notes.setNotes(all)
                    state.unkept = [:]
                } catch {
                    for note in all { state.unkept[note.key] = note }
                    trouble = "what is to be told cannot be kept: \(error)"
                }
            }
            return (result, state.outbox.takeDropped())
        }
        if let trouble { surroundings.observer(.trouble(trouble)) }
        for sending in dropped { surroundings.observer(.dropped(sending)) }
        return result
    }

    private func change(_ body: (inout State) -> [Note]) { change { state in (body(&state), ()) } }

    /// Starts what is due, and waits for what is due later.
    private func advance() {
        let deliveries = change { state -> (notes: [Note], result: [Delivery]) in
            guard state.isRunning else { return ([], []) }
            let now = surroundings.now()
            let deliveries = state.outbox.advance(to: now)
            setAlarm(&state, now)
            return ([], deliveries)
        }
        if deliveries.isEmpty { return }
        Task {
            if deliveries.contains(where: { $0.attempt == 0 }) { await settle() }
            for delivery in deliveries { Task { await send(delivery) } }
        }
    }

    private func setAlarm(_ state: inout State, _ now: Timestamp) {
        let next = state.outbox.nextWake
        if let wake = state.wake, wake.at == next, now < wake.at { return }
        state.wake?.task.cancel()
        state.wake = nil
        guard let next else { return }
        let wait = max(next.duration(since: now), .milliseconds(1))
        let task = Task { [weak self] in
            try? await Task.sleep(for: wait)
            if !Task.isCancelled { self?.wakeUp(next) }
        }
        state.wake = (next, task)
    }

    /// Goes on at the end of a wait, which is over whatever the clock says: where it was set back meanwhile there is another one.
    private func wakeUp(_ time: Timestamp) {
        state.withLock { state in
            if state.wake?.at == time { state.wake = nil }
        }
        advance()
    }

    /// What a receiver is told is on the disk first: it must never know of a beginning whose end we forget.
    private func settle() async {
        await withCheckedContinuation { continuation in
            queue.async { [surroundings] in
                do throws(AppendError) {
                    try surroundings.notes.syncNotes()
                } catch {
                    surroundings.observer(.trouble("what is told cannot be forced to the disk: \(error)"))
                }
                continuation.resume()
            }
        }
    }

    // MARK: Sending

    private func send(_ delivery: Delivery) async {
        let outcome = await outcome(of: delivery)
        change { state in
            state.outbox.completed(delivery, outcome, at: surroundings.now())
            return []
        }
        let (receiver, group, count) = delivery.summary
        switch outcome {
        case .accepted: surroundings.observer(.delivered(receiver: receiver, group: group, alerts: count))
        case .refused(let reason): surroundings.observer(.refused(receiver: receiver, group: group, reason))
        case .failed(_, let reason):
            surroundings.observer(.failed(receiver: receiver, group: group, attempt: delivery.attempt + 1, reason))
        }
        advance()
    }

    private func outcome(of delivery: Delivery) async -> DeliveryOutcome {
        let request: HTTPClientRequest
        do throws(HTTPCredentialsError) {
            request = try delivery.request(surroundings.readFile)
        } catch {
            return .failed(retryAfter: nil, error.description)
        }
        do throws(HTTPClientError) {
            let response = try await surroundings.client.send(request)
            let delay = response.headers["Retry-After"].flatMap { RetryAfter.delay($0, atSecond: surroundings.now().milliseconds / 1000) }
            let complaint = response.firstLine(maximumBytes: AlertHistory.maximumErrorBytes)
            return DeliveryOutcome(status: response.status.code, retryAfter: delay, complaint: delivery.redacting(complaint))
        } catch {
            return .failed(retryAfter: nil, delivery.shown(error))
        }
    }
}

extension Notifier.Event {
    fileprivate static func dropped(_ sending: AlertHistory.Sending) -> Self {
        let receiver = sending.groupKey.isEmpty ? sending.shownURL : "\(sending.receiver) \(sending.shownURL)"
        return .dropped(receiver: receiver, group: sending.groupKey, alerts: sending.alertCount, sending.error)
    }
}

extension Delivery {
    /// - Throws: `HTTPCredentialsError` when a file with a secret cannot be read.
    fileprivate func request(_ readFile: SecretReader) throws(HTTPCredentialsError) -> HTTPClientRequest {
        var request: HTTPClientRequest
        let client: HTTPClientSettings
        switch content {
        case .webhook(let receiver, _):
            request = HTTPClientRequest(method: .post, url: receiver.url, timeout: receiver.timeout)
            client = receiver.client
        case .alertmanager(let receiver, _, _):
            request = HTTPClientRequest(method: .post, url: receiver.endpoint, timeout: receiver.timeout)
            client = receiver.client
        }
        request.body = body()
        request.keepsBody = true
        request.maxResponseBytes = 1 << 20
        request.headers["Content-Type"] = "application/json"
        request.headers["User-Agent"] = "Lapwing"
        try request.apply(client, readFile: readFile)
        return request
    }
}
