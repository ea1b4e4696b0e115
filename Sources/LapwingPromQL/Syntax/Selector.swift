public import LapwingSeries
public import LapwingText

/// `http_requests_total{status=~"5.."} offset 5m @ end()`, with `anchored` or `smoothed` where a range follows.
public struct VectorSelector: Sendable, Hashable {
    /// How a range over the selector treats the window's edges (an experiment of Prometheus 3.x).
    public enum Extension: String, Sendable, Hashable {
        case anchored, smoothed
    }

    /// The metric's name as written before the braces; empty when there is none. Also among `matchers`.
    public var name: String
    public var matchers: [Matcher]
    public var time: TimeModifier
    public var rangeExtension: Extension?
    public var range: SourceRange

    public init(
        name: String, matchers: [Matcher], time: TimeModifier = TimeModifier(), rangeExtension: Extension? = nil,
        range: SourceRange
    ) {
        self.name = name
        self.matchers = matchers
        self.time = time
        self.rangeExtension = rangeExtension
        self.range = range
    }
}

/// `selector[5m]`.
public struct MatrixSelector: Sendable, Hashable {
    public var selector: VectorSelector
    public var window: DurationText
    public var range: SourceRange

    public init(selector: VectorSelector, window: DurationText, range: SourceRange) {
        self.selector = selector
        self.window = window
        self.range = range
    }
}

/// `expression[1h:1m] offset 5m`.
public struct Subquery: Sendable, Hashable {
    public var expression: QueryExpression
    public var window: DurationText
    /// Nil when left out: the engine's default then holds.
    public var step: DurationText?
    public var time: TimeModifier
    public var range: SourceRange

    public init(
        expression: QueryExpression, window: DurationText, step: DurationText?, time: TimeModifier = TimeModifier(),
        range: SourceRange
    ) {
        self.expression = expression
        self.window = window
        self.step = step
        self.time = time
        self.range = range
    }
}

/// `offset` and `@` of a selector or subquery.
public struct TimeModifier: Sendable, Hashable {
    public enum Anchor: Sendable, Hashable {
        /// Milliseconds since the epoch.
        case time(Int64)
        case start
        case end
    }

    public var offset: DurationText?
    public var anchor: Anchor?

    public init(offset: DurationText? = nil, anchor: Anchor? = nil) {
        self.offset = offset
        self.anchor = anchor
    }
}

/// A duration in brackets or after `offset`: a literal, or an expression that the query's own range and step settle.
public indirect enum DurationText: Sendable, Hashable {
    public enum Operator: String, Sendable, Hashable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case modulo = "%"
        case power = "^"
    }

    /// Milliseconds, as `5m`, or as seconds without a unit (`isNumber`).
    case literal(milliseconds: Int64, isNumber: Bool, SourceRange)
    /// A number or duration inside a duration expression, in seconds; it may be a factor: `5m * 2`.
    case number(Double, isDuration: Bool, SourceRange)
    /// `step()`.
    case step(SourceRange)
    /// `range()`.
    case range(SourceRange)
    case negative(DurationText, SourceRange)
    case positive(DurationText, SourceRange)
    case binary(Operator, DurationText, DurationText)
    case minimum(DurationText, DurationText, SourceRange)
    case maximum(DurationText, DurationText, SourceRange)
    case parenthesized(DurationText, SourceRange)

    public var sourceRange: SourceRange {
        switch self {
        case .literal(_, _, let range), .number(_, _, let range), .step(let range), .range(let range),
            .negative(_, let range), .positive(_, let range), .minimum(_, _, let range), .maximum(_, _, let range),
            .parenthesized(_, let range):
            range
        case .binary(_, let left, let right): left.sourceRange.union(right.sourceRange)
        }
    }
}
