public import LapwingAlerting
public import LapwingSeries
import LapwingText

/// An alert as a receiver is told of it: with external labels, links, and a time up to which the telling holds.
public struct NotifiedAlert: Sendable, Hashable {
    public var labels: Labels
    /// Sorted by name.
    public var annotations: [Label]
    public var startsAt: Timestamp
    /// When it resolved; nil while it fires.
    public var endsAt: Timestamp?
    /// A firing alert that is not told again by then counts as resolved.
    public var validUntil: Timestamp
    /// Where a person sees the expression.
    public var generatorURL: String

    public init(
        labels: Labels, annotations: [Label] = [], startsAt: Timestamp, endsAt: Timestamp? = nil,
        validUntil: Timestamp = .distantFuture, generatorURL: String = ""
    ) {
        self.labels = labels
        self.annotations = annotations
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.validUntil = validUntil
        self.generatorURL = generatorURL
    }

    /// A rule's alert with the server's labels added where it has none of that name.
    ///
    /// - Parameter expression: the rule's, for the link.
    public init(
        _ alert: Alert, expression: String, externalLabels: Labels, externalURL: String, validUntil: Timestamp
    ) {
        self.init(
            labels: externalLabels.merging(alert.labels), annotations: alert.annotations,
            startsAt: alert.firedAt ?? alert.activeAt, endsAt: alert.resolvedAt, validUntil: validUntil,
            generatorURL: externalURL + Self.graphPath(of: expression))
    }

    public func isResolved(at now: Timestamp) -> Bool { endsAt != nil || validUntil < now }

    /// The hash by which Alertmanager knows a label set: 64-bit FNV-1a over names and values, each followed by 0xFF.
    public var fingerprint: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func take(_ text: String) {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        for label in labels {
            take(label.name)
            take(label.value)
        }
        return hash
    }

    /// The path of the page that shows an expression as a table, as Prometheus links it.
    static func graphPath(of expression: String) -> String {
        "/graph?g0.expr=\(queryEscaped(expression))&g0.tab=1"
    }

    /// Go's `url.QueryEscape`: a space becomes `+`, everything but letters, digits and `-_.~` is percent-coded.
    static func queryEscaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: " "): result += "+"
            default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
