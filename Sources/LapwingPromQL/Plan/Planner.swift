import LapwingSeries
import LapwingSystem
import LapwingText

/// Settles an expression for one evaluation: durations, `@`, offsets, and what does not depend on the step.
///
/// Source: Prometheus 3.14 `promql/durations.go` and `PreprocessExpr` in `promql/engine.go`.
struct Planner {
    /// The times that were asked for, in milliseconds: the last step may lie before the end, which is what `end()` means.
    /// The step is 0 for an instant query.
    let start: Int64
    let end: Int64
    let step: Int64
    let defaultSubqueryStep: Int64

    func plan(_ expression: QueryExpression) throws(QueryError) -> PlanNode {
        let (node, isInvariant) = try settle(expression)
        return isInvariant && Self.isWorthKeeping(node) ? .stepInvariant(node) : node
    }

    /// Literals cost nothing to repeat.
    private static func isWorthKeeping(_ node: PlanNode) -> Bool {
        switch node {
        case .number, .string, .window, .stepInvariant: false
        case .selector, .call, .aggregation, .binary, .negated: true
        }
    }

    private func wrapped(_ child: (node: PlanNode, isInvariant: Bool)) -> PlanNode {
        child.isInvariant && Self.isWorthKeeping(child.node) ? .stepInvariant(child.node) : child.node
    }

    /// The node, and whether it is the same at every step; the outermost such node is the one to wrap.
    private func settle(_ expression: QueryExpression) throws(QueryError) -> (node: PlanNode, isInvariant: Bool) {
        switch expression {
        case .number(let literal): return (.number(literal.value), true)
        case .string(let literal): return (.string(literal.value), true)
        case .parenthesized(let node): return try settle(node.expression)
        case .vectorSelector(let node):
            let selector = try selector(node)
            return (.selector(selector), selector.shift.isFixed)
        case .matrixSelector(let node):
            let selector = try selector(node.selector)
            let window = try positiveDuration(node.window)
            return (
                .window(WindowPlan(source: .selector(selector), window: window, shift: selector.shift, range: node.range)),
                selector.shift.isFixed
            )
        case .subquery(let node): return try settle(node)
        case .unary(let node):
            let operand = try settle(node.operand)
            return node.operation == .plus ? operand : (.negated(operand.node), operand.isInvariant)
        case .call(let node): return try settle(node)
        case .aggregation(let node): return try settle(node)
        case .binary(let node):
            let left = try settle(node.left)
            let right = try settle(node.right)
            let isInvariant = left.isInvariant && right.isInvariant
            let plan = BinaryPlan(
                operation: node.operation, left: isInvariant ? left.node : wrapped(left),
                right: isInvariant ? right.node : wrapped(right), returnsBool: node.returnsBool, matching: node.matching,
                range: node.range)
            return (.binary(plan), isInvariant)
        }
    }

    private func settle(_ node: Subquery) throws(QueryError) -> (node: PlanNode, isInvariant: Bool) {
        let shift = try shift(node.time)
        let window = try positiveDuration(node.window)
        let step = try node.step.map { (text) throws(QueryError) in try positiveDuration(text) } ?? 0
        let inner = try plan(node.expression)
        return (
            .window(WindowPlan(source: .subquery(inner, step: step > 0 ? step : max(1, defaultSubqueryStep)), window: window, shift: shift, range: node.range)),
            shift.isFixed
        )
    }

    private func settle(_ node: Aggregation) throws(QueryError) -> (node: PlanNode, isInvariant: Bool) {
        if case .string(let label)? = node.parameter, let bytes = label.malformed {
            throw .execution("invalid label name \(GoQuote.quote(bytes: bytes))")
        }
        let input = try settle(node.expression)
        let parameter = try node.parameter.map { (expression) throws(QueryError) in try settle(expression) }
        let isInvariant = input.isInvariant && (parameter?.isInvariant ?? true)
        let plan = AggregationPlan(
            operation: node.operation, input: isInvariant ? input.node : wrapped(input),
            parameter: parameter.map { isInvariant ? $0.node : wrapped($0) }, grouping: node.grouping, isWithout: node.isWithout,
            range: node.range, inputRange: node.expression.range, parameterRange: node.parameter?.range)
        return (.aggregation(plan), isInvariant)
    }

    /// Functions whose value depends on the step even where their arguments do not.
    private static let stepDependent: Set<String> = [
        "days_in_month", "day_of_month", "day_of_week", "day_of_year", "hour", "minute", "month", "year", "predict_linear", "time",
        "timestamp",
    ]

    private func settle(_ node: Call) throws(QueryError) -> (node: PlanNode, isInvariant: Bool) {
        switch node.function.name {
        case "start": return (.number(Double(start) / 1000), true)
        case "end": return (.number(Double(end) / 1000), true)
        case "step": return (.number(start == end ? 0 : Double(step) / 1000), true)
        case "range": return (.number(range), true)
        default: break
        }
        if node.function.name == "label_replace" || node.function.name == "label_join", case .string(let label) = node.arguments[1],
            label.malformed != nil
        {
            throw .execution("invalid destination label name in \(node.function.name)(): \(label.value)")
        }
        var arguments: [(node: PlanNode, isInvariant: Bool)] = []
        for argument in node.arguments { arguments.append(try settle(argument)) }
        let isInvariant = !Self.stepDependent.contains(node.function.name) && arguments.allSatisfy(\.isInvariant)
        let plan = CallPlan(
            function: node.function, arguments: arguments.map { isInvariant ? $0.node : wrapped($0) },
            expressions: node.arguments, range: node.range)
        return (.call(plan), isInvariant)
    }

    private func selector(_ node: VectorSelector) throws(QueryError) -> SelectorPlan {
        SelectorPlan(matchers: node.matchers, shift: try shift(node.time), rangeExtension: node.rangeExtension, range: node.range)
    }

    private func shift(_ time: TimeModifier) throws(QueryError) -> TimeShift {
        var shift = TimeShift()
        if let offset = time.offset { shift.offset = try milliseconds(of: offset) }
        switch time.anchor {
        case .time(let milliseconds): shift.anchor = milliseconds
        case .start: shift.anchor = start
        case .end: shift.anchor = end
        case nil: break
        }
        return shift
    }

    // MARK: Durations

    /// Between the times that were asked for, in seconds.
    private var range: Double { (Double(end) - Double(start)) / 1000 }

    private func positiveDuration(_ text: DurationText) throws(QueryError) -> Int64 {
        try milliseconds(of: text, allowsNegative: false)
    }

    /// Cut off below the millisecond.
    private func milliseconds(of text: DurationText, allowsNegative: Bool = true) throws(QueryError) -> Int64 {
        if case .literal(let milliseconds, _, _) = text { return milliseconds }
        let seconds = try seconds(of: text)
        guard seconds.isFinite else { throw fault("duration is NaN or infinite", text) }
        guard allowsNegative || seconds > 0 else { throw fault("duration must be greater than 0", text) }
        guard seconds.magnitude <= Self.longestDuration else { throw fault("duration is out of range", text) }
        return Int64((seconds * 1000).rounded(.towardZero))
    }

    /// What 64 bits of nanoseconds hold, in seconds.
    private static let longestDuration = 9_223_372_036.854_776

    private func fault(_ message: String, _ text: DurationText) -> QueryError {
        .unaskable("\(text.sourceRange.lowerBound):\(text.sourceRange.upperBound): \(message)")
    }

    private func seconds(of text: DurationText) throws(QueryError) -> Double {
        switch text {
        case .literal(let milliseconds, _, _): return Double(milliseconds) / 1000
        case .number(let seconds, _, _): return seconds
        case .step: return Double(step) / 1000
        case .range: return range
        case .negative(let operand, _): return -(try seconds(of: operand))
        case .positive(let operand, _), .parenthesized(let operand, _): return try seconds(of: operand)
        case .minimum(let first, let second, _): return Self.extreme(try seconds(of: first), try seconds(of: second), Swift.min)
        case .maximum(let first, let second, _): return Self.extreme(try seconds(of: first), try seconds(of: second), Swift.max)
        case .binary(let operation, let first, let second):
            let (left, right) = (try seconds(of: first), try seconds(of: second))
            switch operation {
            case .add: return left + right
            case .subtract: return left - right
            case .multiply: return left * right
            case .divide:
                if right == 0 { throw fault("division by zero", text) }
                return left / right
            case .modulo:
                if right == 0 { throw fault("modulo by zero", text) }
                return fmod(left, right)
            case .power: return pow(left, right)
            }
        }
    }

    private static func extreme(_ first: Double, _ second: Double, _ choose: (Double, Double) -> Double) -> Double {
        first.isNaN || second.isNaN ? .nan : choose(first, second)
    }
}
