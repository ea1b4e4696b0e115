import LapwingSeries
import LapwingText

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
