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

extension PlanNode: CustomStringConvertible {
    /// A line for each node, what it reads indented below it.
    var description: String { lines.joined(separator: "\n") }

    private var lines: [String] {
        switch self {
        case .number(let value): ["number \(GoNumber.text(value))"]
        case .string(let text): ["string \(GoQuote.quote(text))"]
        case .selector(let plan): ["latest \(plan.text)"]
        case .window(let plan): plan.lines
        case .call(let plan): ["\(plan.function.name)()"] + Self.indented(plan.arguments)
        case .aggregation(let plan): [plan.text] + Self.indented((plan.parameter.map { [$0] } ?? []) + [plan.input])
        case .binary(let plan): [plan.text] + Self.indented([plan.left, plan.right])
        case .negated(let operand): ["negate"] + Self.indented([operand])
        case .stepInvariant(let inner): ["once"] + Self.indented([inner])
        }
    }

    fileprivate static func indented(_ nodes: [PlanNode]) -> [String] { nodes.flatMap { $0.lines.map { "  " + $0 } } }
}

extension SelectorPlan {
    var text: String {
        "{" + matchers.map(\.description).joined(separator: ", ") + "}" + shift.text + (rangeExtension.map { " \($0.rawValue)" } ?? "")
    }
}

extension TimeShift {
    var text: String {
        (offset == 0 ? "" : " offset \(PrometheusDuration.text(milliseconds: offset))") + (anchor.map { " @ \($0)ms" } ?? "")
    }
}

extension WindowPlan {
    fileprivate var lines: [String] {
        let length = PrometheusDuration.text(milliseconds: window)
        switch source {
        case .selector(let selector): return ["window \(length) \(selector.text)"]
        case .subquery(let inner, let step):
            return ["window \(length) every \(PrometheusDuration.text(milliseconds: step))\(shift.text)"] + PlanNode.indented([inner])
        }
    }
}

extension AggregationPlan {
    fileprivate var text: String {
        "\(operation.rawValue) \(isWithout ? "without" : "by") (\(grouping.names.joined(separator: ", ")))"
    }
}

extension BinaryPlan {
    fileprivate var text: String {
        var text = "\(operation.rawValue)\(returnsBool ? " bool" : "")"
        if let matching {
            text += " \(matching.isOn ? "on" : "ignoring") (\(matching.labels.names.joined(separator: ", "))) \(matching.cardinality.rawValue)"
            if !matching.included.isEmpty { text += " including (\(matching.included.joined(separator: ", ")))" }
        }
        return text
    }
}
