public import LapwingAlerting
public import LapwingSeries
import LapwingText

/// An alert as a receiver is told of it: with external labels, links, and a time up to which the telling holds.
public struct NotifiedAlert: Sendable, Hashable {
    public var labels: Labels
    public var texts: AlertTexts
    public var startsAt: Timestamp
    /// When it resolved; nil while it fires.
    public var endsAt: Timestamp?
    /// A firing alert that is not told again by then counts as resolved.
    public var validUntil: Timestamp
    /// Where a person sees the expression.
    public var generatorURL: String
    /// The expression's value, for the history; receivers see it where annotations have it.
    public var value: Double

    public init(
        labels: Labels, annotations: [Label] = [], startsAt: Timestamp, endsAt: Timestamp? = nil,
        validUntil: Timestamp = .distantFuture, generatorURL: String = "", value: Double = 0
    ) {
        self.labels = labels
        texts = AlertTexts(annotations)
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.validUntil = validUntil
        self.generatorURL = generatorURL
        self.value = value
    }

    /// A rule's alerts with the server's labels added where they have none of that name.
    ///
    /// - Parameter expression: the rule's, for the link.
    public static func alerts(
        _ alerts: [Alert], expression: String, externalLabels: Labels, externalURL: String
    ) -> [NotifiedAlert] {
        if alerts.isEmpty { return [] }
        let link = externalURL + graphPath(of: expression)
        return alerts.map { alert in
            var told = NotifiedAlert(
                labels: externalLabels.merging(alert.labels), startsAt: alert.firedAt ?? alert.activeAt, endsAt: alert.resolvedAt,
                validUntil: alert.validUntil ?? .distantFuture, generatorURL: link, value: alert.value)
            told.texts = alert.texts
            return told
        }
    }

    /// Sorted by name.
    public var annotations: [Label] { texts.labels }

    public func isResolved(at now: Timestamp) -> Bool { endsAt != nil || validUntil < now }

    /// The hash by which Alertmanager knows a label set: 64-bit FNV-1a over names and values, each followed by 0xFF.
    public var fingerprint: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func take(_ text: Span<UInt8>) {
            for index in text.indices { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        labels.forEachPair { name, value in
            take(name)
            take(value)
        }
        return hash
    }

    /// Whether Alertmanager lists this alert before another: by job, by instance, then by all labels, fewer first.
    ///
    /// Source: Alertmanager `alert/alert.go`, `AlertSlice.Less`; prometheus/common `model/labelset.go`, `Before`.
    func isListed(before other: NotifiedAlert) -> Bool {
        for name in ["job", "instance"] {
            switch (labels[name], other.labels[name]) {
            case (nil, nil): continue
            case (nil, _): return false
            case (_, nil): return true
            case (let own?, let others?): if own != others { return own.utf8.lexicographicallyPrecedes(others.utf8) }
            }
        }
        if labels.count != other.labels.count { return labels.count < other.labels.count }
        for (own, others) in zip(labels, other.labels) where own != others {
            // Of two names the earlier is the one that the other set lacks.
            if own.name != others.name { return !own.name.utf8.lexicographicallyPrecedes(others.name.utf8) }
            return own.value.utf8.lexicographicallyPrecedes(others.value.utf8)
        }
        return false
    }

    /// The path of the page that shows an expression as a table, as Prometheus links it.
    static func graphPath(of expression: String) -> String {
        "/graph?g0.expr=\(PercentCoding.encode(expression, plusIsSpace: true))&g0.tab=1"
    }
}
