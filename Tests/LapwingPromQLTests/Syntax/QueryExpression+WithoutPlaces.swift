import LapwingSeries
import LapwingText

@testable import LapwingPromQL

private let nowhere = SourceRange(0, 0)

extension QueryExpression {
    /// The same expression as if it stood nowhere, for comparing what different texts say.
    var withoutPlaces: QueryExpression {
        switch self {
        case .number(var node):
            node.range = nowhere
            // NaN is not equal to itself.
            if node.value.isNaN { node.value = -0.125 }
            return .number(node)
        case .string(var node):
            node.range = nowhere
            return .string(node)
        case .vectorSelector(let node): return .vectorSelector(node.withoutPlaces)
        case .matrixSelector(let node):
            return .matrixSelector(MatrixSelector(selector: node.selector.withoutPlaces, window: node.window.withoutPlaces, range: nowhere))
        case .subquery(var node):
            node.expression = node.expression.withoutPlaces
            node.window = node.window.withoutPlaces
            node.step = node.step?.withoutPlaces
            node.time.offset = node.time.offset?.withoutPlaces
            node.range = nowhere
            return .subquery(node)
        case .call(let node): return .call(Call(function: node.function, arguments: node.arguments.map(\.withoutPlaces), range: nowhere))
        case .aggregation(var node):
            node.expression = node.expression.withoutPlaces
            node.parameter = node.parameter?.withoutPlaces
            node.range = nowhere
            return .aggregation(node)
        case .binary(var node):
            node.left = node.left.withoutPlaces
            node.right = node.right.withoutPlaces
            if node.matching?.leftFill?.isNaN == true { node.matching?.leftFill = -0.125 }
            if node.matching?.rightFill?.isNaN == true { node.matching?.rightFill = -0.125 }
            return .binary(node)
        case .unary(let node): return .unary(UnaryOperation(operation: node.operation, operand: node.operand.withoutPlaces, range: nowhere))
        case .parenthesized(let node): return .parenthesized(Parenthesized(expression: node.expression.withoutPlaces, range: nowhere))
        }
    }
}

extension VectorSelector {
    /// Matchers in the order of their texts, as they are printed.
    fileprivate var withoutPlaces: VectorSelector {
        var node = self
        node.matchers = matchers.sorted { $0.description < $1.description }
        node.time.offset = time.offset?.withoutPlaces
        node.range = nowhere
        return node
    }
}

extension DurationText {
    fileprivate var withoutPlaces: DurationText {
        switch self {
        case .literal(let milliseconds, _, _): .literal(milliseconds: milliseconds, isNumber: false, nowhere)
        case .number(let value, let isDuration, _): .number(value, isDuration: isDuration, nowhere)
        case .step: .step(nowhere)
        case .range: .range(nowhere)
        case .negative(let inner, _): .negative(inner.withoutPlaces, nowhere)
        case .positive(let inner, _): .positive(inner.withoutPlaces, nowhere)
        case .binary(let sign, let left, let right): .binary(sign, left.withoutPlaces, right.withoutPlaces)
        case .minimum(let left, let right, _): .minimum(left.withoutPlaces, right.withoutPlaces, nowhere)
        case .maximum(let left, let right, _): .maximum(left.withoutPlaces, right.withoutPlaces, nowhere)
        case .parenthesized(let inner, _): .parenthesized(inner.withoutPlaces, nowhere)
        }
    }
}
