public import LapwingSeries

/// How long an alerting rule waits and holds, and how its alerts pass from state to state.
///
///                 result                    result for ≥ hold
///     (none) ────────────────▶ pending ──────────────────────▶ firing ◀─┐ no result for
///        ▲                        │                              │  └────┘ < keepFiringFor
///        └──────── no result ─────┘                              │ no result
///        ▲                                                       ▼
///        └──────────── 15 minutes ─────────────────────────── inactive ── result ──▶ pending
///
/// Pure: no clock, no query, no output. Source: Prometheus 3.14 `rules/alerting.go`, `Eval`.
public struct AlertLifecycle: Sendable, Hashable {
    /// The rule's `for`.
    public var hold: Duration
    /// The rule's `keep_firing_for`.
    public var keepFiringFor: Duration
    /// How many alerts may be pending or firing; 0 for no limit.
    public var limit: Int

    /// How long a resolved alert is kept, so that a receiver that was away still learns of its end.
    public static let resolvedRetention: Duration = .seconds(15 * 60)

    public init(hold: Duration = .zero, keepFiringFor: Duration = .zero, limit: Int = 0) {
        self.hold = hold
        self.keepFiringFor = keepFiringFor
        self.limit = limit
    }

    /// Takes one evaluation's results into `active`.
    ///
    /// Call it only for an evaluation that succeeded: a failed one leaves the state as it was.
    /// - Parameter results: one alert for each element of the result, as `Alert.init` makes it with `activeAt: now`.
    /// - Returns: what changed, in the order of the alerts' labels.
    /// - Throws: `AlertStepError`; after `duplicateLabels` nothing has changed, after `limitExceeded` no alert is left.
    /// - Complexity: O(results) where the same alerts have one as before and no wait is over; else O((results + active) log active).
    public func step(
        _ active: inout ActiveAlerts, results: [Alert], at now: Timestamp
    ) throws(AlertStepError) -> [AlertTransition] {
        if results.isEmpty, active.isEmpty { return [] }
        if active.renew(results, under: self, at: now) { return [] }
        var present: Set<Labels> = []
        present.reserveCapacity(results.count)
        for result in results where !present.insert(result.labels).inserted { throw .duplicateLabels(result.labels) }
        var transitions = active.refresh(with: results).map { AlertTransition(.pending, $0, at: now) }
        var activeCount = 0
        active.updateEach { alert in
            let advanced = advance(alert, isPresent: present.contains(alert.labels), at: now, &transitions)
            if let advanced, advanced.state != .inactive { activeCount += 1 }
            return advanced
        }
        if limit > 0, activeCount > limit {
            active = ActiveAlerts()
            throw .limitExceeded(limit: limit, count: activeCount)
        }
        active.settle(under: self)
        return transitions.sorted { $0.alert.labels < $1.alert.labels }
    }

    /// When an alert next changes by time alone, while it goes on having a result or having none.
    func nextChange(of alert: Alert) -> Timestamp {
        switch alert.state {
        case .pending: alert.activeAt + hold
        case .firing: alert.keepFiringSince.map { $0 + keepFiringFor } ?? .distantFuture
        case .inactive: alert.resolvedAt.map { ($0 + Self.resolvedRetention).advanced(byMilliseconds: 1) } ?? .distantPast
        }
    }

    /// The alert after one evaluation, or nil when it is to be forgotten.
    private func advance(
        _ previous: Alert, isPresent: Bool, at now: Timestamp, _ transitions: inout [AlertTransition]
    ) -> Alert? {
        var alert = previous
        if isPresent {
            alert.keepFiringSince = nil
        } else if !keepsFiring(&alert, at: now) {
            return ended(alert, at: now, &transitions)
        }
        let age = now.duration(since: alert.activeAt)
        if alert.state == .pending, age >= hold {
            alert.state = .firing
            alert.firedAt = now
            transitions.append(AlertTransition(.firing, alert, at: now))
        } else if alert.state == .firing, age < hold {
            // A reload has lengthened `for`: the alert has to wait again.
            alert.state = .pending
            alert.firedAt = nil
            alert.lastSentAt = nil
            alert.keepFiringSince = nil
            transitions.append(AlertTransition(.pending, alert, at: now))
        }
        return alert
    }

    private func keepsFiring(_ alert: inout Alert, at now: Timestamp) -> Bool {
        guard alert.state == .firing, keepFiringFor > .zero else { return false }
        let since = alert.keepFiringSince ?? now
        alert.keepFiringSince = since
        return now.duration(since: since) < keepFiringFor
    }

    private func ended(_ previous: Alert, at now: Timestamp, _ transitions: inout [AlertTransition]) -> Alert? {
        var alert = previous
        switch alert.state {
        case .pending:
            transitions.append(AlertTransition(.dropped, alert, at: now))
            return nil
        case .firing:
            alert.state = .inactive
            alert.resolvedAt = now
            transitions.append(AlertTransition(.resolved, alert, at: now))
            return alert
        case .inactive:
            guard let resolvedAt = alert.resolvedAt else { return nil }
            return now.duration(since: resolvedAt) > Self.resolvedRetention ? nil : alert
        }
    }
}

/// Why an evaluation's results could not become alerts.
public enum AlertStepError: Error, Sendable, Hashable, CustomStringConvertible {
    case duplicateLabels(Labels)
    case limitExceeded(limit: Int, count: Int)

    /// Upstream's words.
    public var description: String {
        switch self {
        case .duplicateLabels: "vector contains metrics with the same labelset after applying alert labels"
        case .limitExceeded(let limit, let count): "exceeded limit of \(limit) with \(count) alerts"
        }
    }
}
