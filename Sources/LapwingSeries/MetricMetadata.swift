/// What a metric counts: its type, unit and help text, as an exposition page declares them.
public struct MetricMetadata: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case counter, gauge, histogram, gaugehistogram, summary, info, stateset, unknown
    }

    /// The metric family's name.
    public var name: String
    public var kind: Kind
    public var unit: String
    public var help: String

    public init(name: String, kind: Kind = .unknown, unit: String = "", help: String = "") {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.help = help
    }
}
