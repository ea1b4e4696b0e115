import LapwingSeries
import LapwingText

/// What is to be done for a query, with every duration and time settled: it can be printed, and needs no text any more.
indirect enum PlanNode: Sendable {
    case number(Double)
    case string(String)
    case selector(SelectorPlan)
    case window(WindowPlan)
    case call(CallPlan)
    case aggregation(AggregationPlan)
    case binary(BinaryPlan)
    case negated(PlanNode)
    /// Computed at the first step alone, since it is the same at every step.
    case stepInvariant(PlanNode)
}

/// The newest sample of every series that the matchers find.
struct SelectorPlan: Sendable {
    var matchers: [Matcher]
    var shift: TimeShift
    var rangeExtension: VectorSelector.Extension?
    var range: SourceRange
    /// Whether of histograms only count and sum are asked.
    var readsHistogramCounts = false
}

/// The samples of a window that ends at each step and leaves its start out.
struct WindowPlan: Sendable {
    enum Source: Sendable {
        case selector(SelectorPlan)
        /// An expression evaluated at every multiple of `step` milliseconds.
        case subquery(PlanNode, step: Int64)
    }

    var source: Source
    /// Milliseconds.
    var window: Int64
    var shift: TimeShift
    var range: SourceRange
}

struct CallPlan: Sendable {
    var function: Function
    var arguments: [PlanNode]
    /// The arguments as written, for what a function reads off them: `absent` and `info` look at matchers.
    var expressions: [QueryExpression]
    var range: SourceRange
}

struct AggregationPlan: Sendable {
    var operation: AggregationOperator
    var input: PlanNode
    var parameter: PlanNode?
    var grouping: LabelNames
    var isWithout: Bool
    var range: SourceRange
    /// Where the aggregated expression stands.
    var inputRange: SourceRange
    var parameterRange: SourceRange?
}

struct BinaryPlan: Sendable {
    var operation: BinaryOperator
    var left: PlanNode
    var right: PlanNode
    var returnsBool: Bool
    var matching: VectorMatching?
    var range: SourceRange
}
