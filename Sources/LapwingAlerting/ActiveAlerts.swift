public import LapwingSeries

/// The alerts of one rule: pending, firing, and those resolved not long ago; each label set once.
///
/// Most evaluations find the same alerts as the one before, and then only values change: what else would have to be looked at is
/// known beforehand (`rest`), and when somebody has to be told (`nextDue`).
public struct ActiveAlerts: Sendable {
    /// Every alert in the order of its labels, the resolved ones too.
    public private(set) var all: [Alert] = []
    /// Where each stands in `all`.
    private var places: [Labels: Int] = [:]
    /// Nil where the next evaluation has to look at every alert.
    private var rest: Rest?
    /// When an alert has next to be told of; nil where that is to be found out.
    private var nextDue: (time: Timestamp, resendDelay: Duration)?
    /// Another whenever anything but values, texts and tellings may have changed.
    public private(set) var lineup = Lineup()

    /// Told from others by its identity.
    public final class Lineup: Sendable {}

    /// What is known after an evaluation of one that has results for the same alerts.
    private struct Rest: Sendable {
        var lifecycle: AlertLifecycle
        /// Alerts that had a result.
        var present: Int
        /// The first time at which anything would change but values.
        var until: Timestamp
    }

    public init() {}

    /// - Precondition: no two alerts have the same labels.
    public init(_ alerts: some Sequence<Alert>) { replaceAll(alerts.sorted { $0.labels < $1.labels }) }

    public var isEmpty: Bool { all.isEmpty }
    public var count: Int { all.count }

    public subscript(labels: Labels) -> Alert? { places[labels].map { all[$0] } }

    /// The alerts that are pending or firing, in the order of their labels.
    public var current: [Alert] { all.filter { !$0.isResolved } }

    /// The highest state among the alerts; inactive when there is none.
    public var state: Alert.State { all.lazy.map(\.state).max() ?? .inactive }

    /// Before this time evaluations with results for the same alerts change nothing but values; nil where that is not known.
    public var quietUntil: Timestamp? {
        guard let rest, let nextDue else { return nil }
        return min(rest.until, nextDue.time)
    }

    // MARK: Evaluations

    /// Takes in results for exactly those alerts that had one before, when that changes nothing but values.
    /// - Returns: whether it was so; otherwise nothing has changed.
    mutating func renew(_ results: [Alert], under lifecycle: AlertLifecycle, at now: Timestamp) -> Bool {
        guard let rest, rest.lifecycle == lifecycle, rest.present == results.count, now < rest.until else { return false }
        var isFound = [Bool](repeating: false, count: all.count)
        var found: [Int] = []
        found.reserveCapacity(results.count)
        for (index, result) in results.enumerated() {
            let isInPlace = index < all.count && all[index].labels == result.labels
            guard let place = isInPlace ? index : places[result.labels], !isFound[place], all[place].isPresent else { return false }
            isFound[place] = true
            found.append(place)
        }
        for (place, result) in zip(found, results) {
            all[place].value = result.value
            all[place].texts = result.texts
        }
        return true
    }

    /// Brings values and texts of active alerts up to date, and begins new ones.
    /// - Precondition: no two results have the same labels.
    /// - Returns: the new ones.
    mutating func refresh(with results: [Alert]) -> [Alert] {
        var new: [Alert] = []
        for result in results {
            if let place = places[result.labels], all[place].state != .inactive {
                all[place].value = result.value
                all[place].texts = result.texts
            } else {
                new.append(result)
            }
        }
        if !new.isEmpty {
            let labels = Set(new.map(\.labels))
            replaceAll((all.filter { !labels.contains($0.labels) } + new).sorted { $0.labels < $1.labels })
        }
        return new
    }

    /// Notes what an evaluation has left, so that the next one need not look where nothing changes.
    mutating func settle(under lifecycle: AlertLifecycle) {
        let until = all.lazy.map { lifecycle.nextChange(of: $0) }.min() ?? .distantFuture
        rest = Rest(lifecycle: lifecycle, present: all.count(where: \.isPresent), until: until)
    }

    /// Replaces each alert by what `body` makes of it; nil forgets it.
    mutating func updateEach(_ body: (Alert) -> Alert?) { replaceAll(all.compactMap(body)) }

    private mutating func replaceAll(_ alerts: [Alert]) {
        if !alerts.elementsEqual(all, by: { $0.labels == $1.labels }) {
            places = Dictionary(uniqueKeysWithValues: alerts.enumerated().map { ($1.labels, $0) })
        }
        all = alerts
        (rest, nextDue) = (nil, nil)
        lineup = Lineup()
    }

    // MARK: Waiting

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

    // MARK: Telling

    /// The alerts that an Alertmanager has to be told of now, marked as told, in the order of their labels.
    ///
    /// An alert is told when it resolves, and again every `resendDelay` while it fires or stays resolved, each time
    /// with a validity of four times the longer of the two intervals, so that two tellings may get lost.
    public mutating func takeDue(at now: Timestamp, resendDelay: Duration, interval: Duration) -> [Alert] {
        if let nextDue, nextDue.resendDelay == resendDelay, now < nextDue.time { return [] }
        var due: [Alert] = []
        var next = Timestamp.distantFuture
        for place in all.indices {
            if all[place].needsSending(at: now, resendDelay: resendDelay) {
                all[place].lastSentAt = now
                all[place].validUntil = now + max(interval, resendDelay) * 4
                due.append(all[place])
            }
            if let last = all[place].lastSentAt { next = min(next, (last + resendDelay).advanced(byMilliseconds: 1)) }
        }
        nextDue = (next, resendDelay)
        return due
    }
}

extension ActiveAlerts: Hashable {
    /// By the alerts; what is known besides follows from them.
    public static func == (a: Self, b: Self) -> Bool { a.all == b.all }

    public func hash(into hasher: inout Hasher) { hasher.combine(all) }
}

extension Alert {
    func needsSending(at now: Timestamp, resendDelay: Duration) -> Bool {
        guard state != .pending else { return false }
        guard let lastSentAt else { return true }
        if let resolvedAt, resolvedAt > lastSentAt { return true }
        return lastSentAt + resendDelay < now
    }
}
