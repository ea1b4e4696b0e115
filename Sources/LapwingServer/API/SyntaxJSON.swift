import LapwingPromQL
import LapwingSeries
import LapwingText

/// A query's tree as Prometheus' page draws it; members stand in the order of their names, as Go sorts them.
///
/// Source: Prometheus 3.14 `web/api/v1/translate_ast.go`.
extension JSONWriter {
    mutating func expression(_ expression: QueryExpression) {
        object { json in
            switch expression {
            case .number(let node): json.members("numberLiteral", ["val": GoNumber.text(node.value, .fixed)])
            case .string(let node): json.members("stringLiteral", ["val": node.value])
            case .vectorSelector(let node): json.members(of: node)
            case .matrixSelector(let node): json.members(of: node.selector, window: node.window)
            case .subquery(let node): json.members(of: node)
            case .call(let node): json.members(of: node)
            case .aggregation(let node): json.members(of: node)
            case .binary(let node): json.members(of: node)
            case .unary(let node):
                json.key("expr")
                json.expression(node.operand)
                json.members("unaryExpr", ["op": node.operation.rawValue])
            case .parenthesized(let node):
                json.key("expr")
                json.expression(node.expression)
                json.members("parenExpr")
            }
        }
    }

    private mutating func members(_ type: String, _ texts: KeyValuePairs<String, String> = [:]) {
        for (name, text) in texts where name < "type" { member(name, text) }
        member("type", type)
        for (name, text) in texts where name > "type" { member(name, text) }
    }

    private mutating func strings(_ values: [String]) { array { json in for value in values { json.string(value) } } }

    private mutating func flag(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    private mutating func numberOrNull(_ name: String, _ value: Double?) {
        key(name)
        if let value, value.isFinite { number(value) } else { null() }
    }

    // MARK: Selectors

    private mutating func members(of node: VectorSelector, window: DurationText? = nil) {
        flag("anchored", node.rangeExtension == .anchored)
        key("matchers")
        array { json in
            for matcher in node.matchers {
                json.object { json in
                    json.member("name", matcher.name)
                    json.member("type", matcher.operation.rawValue)
                    json.member("value", matcher.value)
                }
            }
        }
        member("name", node.name)
        duration("offset", node.time.offset)
        if let window { duration("range", window) }
        flag("smoothed", node.rangeExtension == .smoothed)
        anchor(node.time.anchor)
        member("type", window == nil ? "vectorSelector" : "matrixSelector")
    }

    private mutating func members(of node: Subquery) {
        key("expr")
        expression(node.expression)
        duration("offset", node.time.offset)
        duration("range", node.window)
        anchor(node.time.anchor, beforeTimestamp: { $0.duration("step", node.step) })
        member("type", "subquery")
    }

    /// `startOrEnd`, what is sorted behind it, and `timestamp`.
    private mutating func anchor(_ anchor: TimeModifier.Anchor?, beforeTimestamp: (inout JSONWriter) -> Void = { _ in }) {
        key("startOrEnd")
        switch anchor {
        case .start: string("start")
        case .end: string("end")
        case .time, nil: null()
        }
        beforeTimestamp(&self)
        key("timestamp")
        if case .time(let milliseconds) = anchor { integer(milliseconds) } else { null() }
    }

    // MARK: Durations

    /// Milliseconds under `name`, and an expression that gives them under `nameExpr`.
    private mutating func duration(_ name: String, _ duration: DurationText?) {
        key(name)
        if case .literal(let milliseconds, _, _) = duration { integer(milliseconds) } else { integer(0) }
        key(name + "Expr")
        if let duration, duration.isExpression { durationTree(duration, isWrapped: false) } else { null() }
    }

    private mutating func durationTree(_ duration: DurationText, isWrapped: Bool) {
        switch duration {
        case .literal(let milliseconds, let isNumber, _): number(Double(milliseconds) / 1000, isDuration: !isNumber, isWrapped: isWrapped)
        case .number(let value, let isDuration, _): number(value, isDuration: isDuration, isWrapped: isWrapped)
        case .step: operation("step", nil, nil, isWrapped: isWrapped)
        case .range: operation("range", nil, nil, isWrapped: isWrapped)
        case .negative(let operand, _): operation("-", nil, operand, isWrapped: isWrapped)
        case .positive(let operand, _): durationTree(operand, isWrapped: isWrapped)
        case .binary(let sign, let left, let right): operation(sign.rawValue, left, right, isWrapped: isWrapped)
        case .minimum(let left, let right, _): operation("min_of", left, right, isWrapped: isWrapped)
        case .maximum(let left, let right, _): operation("max_of", left, right, isWrapped: isWrapped)
        case .parenthesized(let inner, _): durationTree(inner, isWrapped: true)
        }
    }

    private mutating func operation(_ sign: String, _ left: DurationText?, _ right: DurationText?, isWrapped: Bool) {
        object { json in
            for (name, operand) in [("lhs", left), ("op", nil), ("rhs", right)] {
                if name == "op" {
                    json.member(name, sign)
                } else {
                    json.key(name)
                    if let operand { json.durationTree(operand, isWrapped: false) } else { json.null() }
                }
            }
            json.member("type", "durationExpr")
            json.flag("wrapped", isWrapped)
        }
    }

    /// A number in parentheses is upstream's unary plus.
    private mutating func number(_ value: Double, isDuration: Bool, isWrapped: Bool) {
        if isWrapped { return operation("+", nil, .number(value, isDuration: isDuration, SourceRange(0, 0)), isWrapped: true) }
        object { json in
            json.flag("duration", isDuration)
            json.members("numberLiteral", ["val": GoNumber.text(value, .fixed)])
        }
    }

    // MARK: Operators

    private mutating func members(of node: Call) {
        key("args")
        array { json in for argument in node.arguments { json.expression(argument) } }
        key("func")
        object { json in
            json.key("argTypes")
            json.strings(node.function.argumentTypes.map(\.rawValue))
            json.member("name", node.function.name)
            json.member("returnType", node.function.returnType.rawValue)
            json.member("variadic", node.function.variadic)
        }
        member("type", "call")
    }

    private mutating func members(of node: Aggregation) {
        key("expr")
        expression(node.expression)
        key("grouping")
        strings(node.grouping.names)
        member("op", node.operation.rawValue)
        key("param")
        if let parameter = node.parameter { expression(parameter) } else { null() }
        member("type", "aggregation")
        flag("without", node.isWithout)
    }

    private mutating func members(of node: BinaryOperation) {
        flag("bool", node.returnsBool)
        key("lhs")
        expression(node.left)
        key("matching")
        if let matching = node.matching { object { $0.members(of: matching) } } else { null() }
        member("op", node.operation.rawValue)
        key("rhs")
        expression(node.right)
        member("type", "binaryExpr")
    }

    private mutating func members(of matching: VectorMatching) {
        member("card", matching.cardinality.rawValue)
        key("fillValues")
        object { json in
            json.numberOrNull("lhs", matching.leftFill)
            json.numberOrNull("rhs", matching.rightFill)
        }
        key("include")
        strings(matching.included)
        key("labels")
        strings(matching.labels.names)
        flag("on", matching.isOn)
    }
}

extension DurationText {
    /// Whether it is more than a literal.
    fileprivate var isExpression: Bool {
        if case .literal = self { return false }
        return true
    }
}
