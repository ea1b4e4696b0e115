import LapwingHTTP
public import LapwingSeries

/// Everything that is to be told: a dispatcher for each webhook, a queue for each Alertmanager, and the history.
///
/// Pure: alerts, the time and outcomes go in; deliveries come out, and notes of what has changed, from which a process
/// after this one goes on as if nothing had happened.
public struct Outbox: Sendable {
    public struct Configuration: Sendable {
        public var webhooks: [WebhookReceiver] = []
        public var alertmanagers: [AlertmanagerReceiver] = []
        public var externalURL = ""
        /// Prometheus' `alert_relabel_configs`, for every receiver: an alert that they drop is told to nobody.
        public var relabeling: [RelabelRule] = []
        /// Scatters the retries of different processes.
        public var jitterSeed: UInt64 = 0
        /// For how long after the last sign of it an alert that was firing when the process ended counts as firing still.
        public var outageTolerance: Duration = .seconds(3600)

        public init() {}
    }

    /// What the keys of its notes begin with.
    public static let notePrefix = "notify/"

    struct Webhook: Sendable {
        var number: UInt64
        var dispatcher: WebhookDispatcher
    }

    struct Alertmanager: Sendable {
        var number: UInt64
        var receiver: AlertmanagerReceiver
        var queue: AlertmanagerQueue
    }

    var configuration: Configuration
    var webhooks: [String: Webhook] = [:]
    var alertmanagers: [String: Alertmanager] = [:]
    public internal(set) var history = AlertHistory(notePrefix: Outbox.notePrefix + "history/")
    var nextReceiver: UInt64 = 1
    /// The entries of messages that are tried again.
    var entries: [Delivery.Identity: UInt64] = [:]
    var receiverNotes: [Note] = []
    /// Since this was last asked.
    var dropped: [AlertHistory.Sending] = []
    /// What of the notes could not be understood, for the log.
    public internal(set) var faults: [String] = []
    /// The clock's time when it was last told.
    private var latest = Timestamp.distantPast

    /// - Parameter notes: what a process before this one has left.
    public init(_ configuration: Configuration, restoring notes: [Note] = [], at now: Timestamp) {
        self.configuration = configuration
        restore(notes, at: now)
        apply(configuration, at: now)
    }

    /// Takes in the alerts that receivers have to be told of now, and what changed.
    ///
    /// - Parameter now: the evaluation's instant.
    public mutating func receive(_ alerts: [NotifiedAlert], _ changes: [AlertHistory.Change] = [], at now: Timestamp) {
        for change in changes { history.add(change) }
        let alerts = Self.relabeled(alerts, configuration.relabeling)
        if alerts.isEmpty { return }
        for key in webhooks.keys { webhooks[key]?.dispatcher.receive(alerts, at: now) }
        for key in alertmanagers.keys.sorted() {
            guard var one = alertmanagers.removeValue(forKey: key) else { continue }
            let dropped = one.queue.receive(Self.relabeled(alerts, one.receiver.relabeling))
            recordDropped(dropped, by: one.receiver, "more than \(AlertmanagerQueue.capacity) alerts wait", at: now)
            alertmanagers[key] = one
        }
    }

    private static func relabeled(_ alerts: [NotifiedAlert], _ rules: [RelabelRule]) -> [NotifiedAlert] {
        if rules.isEmpty { return alerts }
        return alerts.compactMap { alert in
            var builder = Labels.Builder(alert.labels)
            guard rules.allSatisfy({ $0.apply(to: &builder) }) else { return nil }
            var alert = alert
            alert.labels = builder.labels
            return alert
        }
    }

    /// By how much more than this a clock has been set back, and not read by two threads in turn.
    static let clockTolerance = Duration.seconds(1)

    /// Lets what is waited for come as soon as it would have come, where the clock has been set back. To be called before new waits
    /// begin, which are by the new time.
    mutating func follow(_ now: Timestamp) {
        defer { latest = now }
        let step = latest.duration(since: now)
        guard latest > .distantPast, step > Self.clockTolerance else { return }
        for key in webhooks.keys { webhooks[key]?.dispatcher.goBack(by: step) }
        for key in alertmanagers.keys { alertmanagers[key]?.queue.goBack(by: step) }
    }

    /// The deliveries to start now.
    public mutating func advance(to now: Timestamp) -> [Delivery] {
        follow(now)
        var deliveries: [Delivery] = []
        for key in webhooks.keys.sorted() {
            guard var webhook = webhooks.removeValue(forKey: key) else { continue }
            for delivery in webhook.dispatcher.advance(to: now) {
                deliveries.append(Delivery(receiver: key, .webhook(webhook.dispatcher.receiver, delivery)))
            }
            webhooks[key] = webhook
        }
        for key in alertmanagers.keys.sorted() {
            guard var one = alertmanagers.removeValue(forKey: key) else { continue }
            let batch = one.queue.takeBatch(at: now)
            if !batch.isEmpty { deliveries.append(Delivery(receiver: key, .alertmanager(one.receiver, batch, attempt: one.queue.attempt))) }
            alertmanagers[key] = one
        }
        return deliveries
    }

    /// Takes in how a delivery went.
    public mutating func completed(_ delivery: Delivery, _ outcome: DeliveryOutcome, at now: Timestamp) {
        follow(now)
        switch delivery.content {
        case .webhook(_, let content): webhooks[delivery.receiver]?.dispatcher.completed(content, outcome, at: now)
        case .alertmanager: alertmanagers[delivery.receiver]?.queue.completed(outcome, at: now)
        }
        let (result, error) = AlertHistory.Sending.result(of: outcome)
        let sending =
            switch delivery.content {
            case .webhook(let receiver, let content): sending(content.message, to: receiver, result, delivery.attempt + 1, error, at: now)
            case .alertmanager(let receiver, let alerts, _): sending(alerts, to: receiver, result, delivery.attempt + 1, error, at: now)
            }
        let number = history.record(sending, as: entries[delivery.identity])
        entries[delivery.identity] = result == .retrying ? number : nil
    }

    /// When `advance` has something to do without anything else happening; nil when it has nothing.
    public var nextWake: Timestamp? {
        (webhooks.values.map(\.dispatcher.nextWake) + alertmanagers.values.map(\.queue.nextWake)).compactMap { $0 }.min()
    }

    /// Messages and alerts that no receiver has taken yet.
    public var pending: Int {
        webhooks.values.reduce(0) { $0 + $1.dispatcher.pendingDeliveries } + alertmanagers.values.reduce(0) { $0 + $1.queue.count }
    }

    /// Alerts that wait, by the address of each Alertmanager.
    public var alertmanagerQueues: [(url: String, count: Int)] {
        alertmanagers.values.sorted { $0.receiver.url < $1.receiver.url }.map { (HTTPURL.shown($0.receiver.url), $0.queue.count) }
    }
}
