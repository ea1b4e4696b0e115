public import LapwingSeries

/// The alerts of one rule: pending, firing, and those resolved not long ago; each label set once.
public struct ActiveAlerts: Sendable, Hashable {
    private var byLabels: [Labels: Alert] = [:]

    public init() {}

    /// - Precondition: no two alerts have the same labels.
    public init(_ alerts: some Sequence<Alert>) {
        byLabels = Dictionary(uniqueKeysWithValues: alerts.map { ($0.labels, $0) })
    }

    public var isEmpty: Bool { byLabels.isEmpty }
    public var count: Int { byLabels.count }

    public subscript(labels: Labels) -> Alert? { byLabels[labels] }

    /// Every alert in the order of its labels, the resolved ones too.
    public var all: [Alert] { byLabels.values.sorted { $0.labels < $1.labels } }

    /// The alerts that are pending or firing, in the order of their labels.
    public var current: [Alert] { all.filter { !$0.isResolved } }

    /// The highest state among the alerts; inactive when there is none.
    public var state: Alert.State { byLabels.values.map(\.state).max() ?? .inactive }

    /// Brings value and annotations of an active alert up to date, or begins a new one.
    /// - Returns: whether it is new.
    mutating func refresh(with result: Alert) -> Bool {
        if var known = byLabels[result.labels], known.state != .inactive {
            known.value = result.value
            known.annotations = result.annotations
            byLabels[result.labels] = known
            return false
        }
        byLabels[result.labels] = result
        return true
    }

    /// Replaces each alert by what `body` makes of it; nil forgets it.
    mutating func updateEach(_ body: (Alert) -> Alert?) {
        // Most stay as they are; to write while going through them would copy the table each time.
        var changed: [(labels: Labels, alert: Alert?)] = []
        for (labels, alert) in byLabels {
            let updated = body(alert)
            if updated != alert { changed.append((labels, updated)) }
        }
        for (labels, alert) in changed { byLabels[labels] = alert }
    }

    /// Lets every wait, for `for` and for `keep_firing_for`, last longer by a time in which nobody looked.
    public mutating func shiftWaiting(by duration: Duration) {
        updateEach { alert in
            var alert = alert
            if alert.state == .pending { alert.activeAt = alert.activeAt + duration }
            if let since = alert.keepFiringSince { alert.keepFiringSince = since + duration }
            return alert
        }
    }

    /// Lets no pending alert fire before `time`.
    public mutating func delayFiring(until time: Timestamp, hold: Duration) {
        updateEach { alert in
            var alert = alert
            if alert.state == .pending { alert.activeAt = max(alert.activeAt, time - hold) }
            return alert
        }
    }

    /// The alerts that an Alertmanager has to be told of now, marked as told.
    ///
    /// An alert is told when it resolves, and again every `resendDelay` while it fires or stays resolved, each time
    /// with a validity of four times the longer of the two intervals, so that two tellings may get lost.
    public mutating func takeDue(at now: Timestamp, resendDelay: Duration, interval: Duration) -> [Alert] {
        var due: [Alert] = []
        updateEach { alert in
            guard alert.needsSending(at: now, resendDelay: resendDelay) else { return alert }
            var told = alert
            told.lastSentAt = now
            told.validUntil = now + max(interval, resendDelay) * 4
            due.append(told)
            return told
        }
        return due.sorted { $0.labels < $1.labels }
    }
}

extension Alert {
    func needsSending(at now: Timestamp, resendDelay: Duration) -> Bool {
        guard state != .pending else { return false }
        guard let lastSentAt else { return true }
        if let resolvedAt, resolvedAt > lastSentAt { return true }
        return lastSentAt + resendDelay < now
    }
}
