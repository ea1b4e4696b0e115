import LapwingSeries
import LapwingText

/// Checks that every part of an expression has a type that its place takes, and settles what only types tell.
///
/// Source: Prometheus 3.14 `promql/parser/parse.go`, `checkAST`: the same checks in the same order, the same words.
struct TypeChecker {
    let source: [UInt8]

    /// The expression with its operators' matching settled: none between scalars, many-to-many for set operators.
    func check(_ expression: QueryExpression) throws(PromQLSyntaxError) -> QueryExpression {
        switch expression {
        case .number, .string: return expression
        case .vectorSelector(let node):
            try check(node, allowsEmpty: false)
            return expression
        case .matrixSelector(let node):
            try check(node.selector, allowsEmpty: false)
            return expression
        case .parenthesized(var node):
            node.expression = try check(node.expression)
            return .parenthesized(node)
        case .unary(var node):
            node.operand = try check(node.operand)
            guard node.operand.type == .scalar || node.operand.type == .vector else {
                throw fault(
                    "unary expression only allowed on expressions of type scalar or instant vector, got "
                        + GoQuote.quote(node.operand.type.documentedName), node.range)
            }
            return .unary(node)
        case .subquery(var node):
            node.expression = try check(node.expression)
            guard node.expression.type == .vector else {
                throw fault("subquery is only allowed on instant vector, got \(node.expression.type.rawValue) instead", node.range)
            }
            return .subquery(node)
        case .aggregation(let node): return .aggregation(try check(node))
        case .call(let node): return .call(try check(node))
        case .binary(let node): return .binary(try check(node))
        }
    }

    private func fault(_ message: String, _ range: SourceRange) -> PromQLSyntaxError {
        PromQLSyntaxError(message, at: range, in: source)
    }

    private func expect(_ expression: QueryExpression, _ type: ValueType, in context: String) throws(PromQLSyntaxError) -> QueryExpression {
        let checked = try check(expression)
        guard checked.type == type else {
            throw fault(
                "expected type \(type.documentedName) in \(context), got \(checked.type.documentedName)", expression.range)
        }
        return checked
    }

    private func check(_ selector: VectorSelector, allowsEmpty: Bool) throws(PromQLSyntaxError) {
        if !selector.name.isEmpty {
            for matcher in selector.matchers.dropLast() where matcher.name == LabelName.metric {
                throw fault(
                    "metric name must not be set twice: \(GoQuote.quote(selector.name)) or \(GoQuote.quote(matcher.value))",
                    selector.range)
            }
        } else if !allowsEmpty, selector.matchers.allSatisfy(\.matchesEmpty) {
            throw fault("vector selector must contain at least one non-empty matcher", selector.range)
        }
    }

    private func check(_ node: Aggregation) throws(PromQLSyntaxError) -> Aggregation {
        var node = node
        node.expression = try expect(node.expression, .vector, in: "aggregation expression")
        if let parameter = node.parameter {
            let type: ValueType = node.operation == .countValues ? .string : .scalar
            node.parameter = try expect(parameter, type, in: "aggregation parameter")
        }
        return node
    }

    private func check(_ node: Call) throws(PromQLSyntaxError) -> Call {
        var node = node
        let function = node.function
        let name = GoQuote.quote(function.name)
        let count = node.arguments.count
        let types = function.argumentTypes
        if function.variadic == 0 {
            guard count == types.count else {
                throw fault("expected \(types.count) argument(s) in call to \(name), got \(count)", node.range)
            }
        } else {
            guard count >= types.count - 1 else {
                throw fault("expected at least \(types.count - 1) argument(s) in call to \(name), got \(count)", node.range)
            }
            let most = types.count - 1 + function.variadic
            guard function.variadic < 0 || count <= most else {
                throw fault("expected at most \(most) argument(s) in call to \(name), got \(count)", node.range)
            }
        }
        let isInfo = function.name == "info" && count > 1
        if isInfo { try checkInfoSelector(node) }
        for index in node.arguments.indices {
            let type = types[min(index, types.count - 1)]
            if isInfo, index == 1, case .vectorSelector(let selector) = node.arguments[1] {
                try check(selector, allowsEmpty: true)
                continue
            }
            node.arguments[index] = try check(node.arguments[index])
            guard node.arguments[index].type == type else {
                throw fault(
                    "expected type \(type.documentedName) in call to function \(name), got "
                        + node.arguments[index].type.documentedName, node.arguments[index].range)
            }
        }
        return node
    }

    private func checkInfoSelector(_ node: Call) throws(PromQLSyntaxError) {
        let argument = node.arguments[1]
        guard argument.type == .vector else {
            throw fault(
                "expected type instant vector in call to function \"info\", got \(argument.type.documentedName)", node.range)
        }
        guard case .vectorSelector(let selector) = argument else { throw fault("expected label selectors only", argument.range) }
        guard selector.name.isEmpty else {
            throw fault("expected label selectors only, got vector selector instead", argument.range)
        }
    }

    private func check(_ node: BinaryOperation) throws(PromQLSyntaxError) -> BinaryOperation {
        var node = node
        node.left = try check(node.left)
        node.right = try check(node.right)
        let (left, right) = (node.left.type, node.right.type)
        let operation = node.operation
        if node.returnsBool, !operation.isComparison {
            throw fault("bool modifier can only be used on comparison operators", operatorRange(node))
        }
        if operation.isComparison, !node.returnsBool, left == .scalar, right == .scalar {
            throw fault("comparisons between scalars must use BOOL modifier", operatorRange(node))
        }
        var matching = node.matching ?? VectorMatching()
        if operation.isSet, matching.cardinality == .oneToOne { matching.cardinality = .manyToMany }
        if matching.isOn, let both = matching.labels.names.first(where: { matching.included.contains($0) }) {
            throw fault("label \(GoQuote.quote(both)) must not occur in ON and GROUP clause at once", operatorRange(node))
        }
        for side in [node.left, node.right] where side.type != .scalar && side.type != .vector {
            throw fault("binary expression must contain only scalar and instant vector types", side.range)
        }
        let hasFill = matching.leftFill != nil || matching.rightFill != nil
        if left != .vector || right != .vector {
            if !matching.labels.isEmpty { throw fault("vector matching only allowed between instant vectors", node.range) }
            if hasFill { throw fault("filling in missing series only allowed between instant vectors", node.range) }
            if operation.isSet {
                throw fault("set operator \(GoQuote.quote(operation.rawValue)) not allowed in binary scalar expression", node.range)
            }
            node.matching = nil
            return node
        }
        if operation.isSet {
            if matching.cardinality != .manyToMany {
                throw fault("no grouping allowed for \(GoQuote.quote(operation.rawValue)) operation", node.range)
            }
            if hasFill { throw fault("filling in missing series not allowed for set operators", node.range) }
        }
        node.matching = matching
        return node
    }

    /// Where the operator itself stands, with its modifiers.
    private func operatorRange(_ node: BinaryOperation) -> SourceRange {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
        var start = node.left.range.upperBound
        var end = max(start, node.right.range.lowerBound - 1)
        while start < source.count, isSpace(source[start]) { start += 1 }
        while end > start, end < source.count, isSpace(source[end]) { end -= 1 }
        return SourceRange(start, max(start, end))
    }
}
