public import LapwingText

/// A PromQL expression as written: every node knows its place in the text, none holds anything of an evaluation.
///
/// Source: Prometheus 3.14 `promql/parser/ast.go`, without its evaluation fields.
public indirect enum QueryExpression: Sendable, Hashable {
    case number(NumberLiteral)
    case string(StringLiteral)
    case vectorSelector(VectorSelector)
    case matrixSelector(MatrixSelector)
    case subquery(Subquery)
    case call(Call)
    case aggregation(Aggregation)
    case binary(BinaryOperation)
    case unary(UnaryOperation)
    case parenthesized(Parenthesized)

    public var range: SourceRange {
        switch self {
        case .number(let node): node.range
        case .string(let node): node.range
        case .vectorSelector(let node): node.range
        case .matrixSelector(let node): node.range
        case .subquery(let node): node.range
        case .call(let node): node.range
        case .aggregation(let node): node.range
        case .binary(let node): node.range
        case .unary(let node): node.range
        case .parenthesized(let node): node.range
        }
    }

    /// The direct sub-expressions, in the order in which they stand in the text.
    public var children: [QueryExpression] {
        switch self {
        case .number, .string, .vectorSelector: []
        case .matrixSelector(let node): [.vectorSelector(node.selector)]
        case .subquery(let node): [node.expression]
        case .call(let node): node.arguments
        case .aggregation(let node): (node.parameter.map { [$0] } ?? []) + [node.expression]
        case .binary(let node): [node.left, node.right]
        case .unary(let node): [node.operand]
        case .parenthesized(let node): [node.expression]
        }
    }

    /// All selectors of series, in the order in which they stand in the text.
    public var selectors: [VectorSelector] {
        if case .vectorSelector(let selector) = self { [selector] } else { children.flatMap(\.selectors) }
    }

    /// What the expression evaluates to; right only for an expression that was checked.
    public var type: ValueType {
        switch self {
        case .number: .scalar
        case .string: .string
        case .vectorSelector, .aggregation: .vector
        case .matrixSelector, .subquery: .matrix
        case .call(let node): node.function.returnType
        case .binary(let node): node.left.type == .scalar && node.right.type == .scalar ? .scalar : .vector
        case .unary(let node): node.operand.type
        case .parenthesized(let node): node.expression.type
        }
    }
}

/// What an expression evaluates to.
public enum ValueType: String, Sendable, Hashable {
    case scalar, string, vector, matrix, none

    /// As upstream's messages name it.
    public var documentedName: String {
        switch self {
        case .vector: "instant vector"
        case .matrix: "range vector"
        case .scalar, .string, .none: rawValue
        }
    }
}

public struct NumberLiteral: Sendable, Hashable {
    public var value: Double
    /// Written as a duration (`5m`), and so printed again.
    public var isDuration: Bool
    public var range: SourceRange

    public init(value: Double, isDuration: Bool = false, range: SourceRange) {
        self.value = value
        self.isDuration = isDuration
        self.range = range
    }
}

public struct StringLiteral: Sendable, Hashable {
    public var value: String
    /// What `value` mends: the bytes that escapes made, where they are no UTF-8.
    public var malformed: [UInt8]?
    public var range: SourceRange

    public init(value: String, malformed: [UInt8]? = nil, range: SourceRange) {
        self.value = value
        self.malformed = malformed
        self.range = range
    }
}

public struct Parenthesized: Sendable, Hashable {
    public var expression: QueryExpression
    public var range: SourceRange

    public init(expression: QueryExpression, range: SourceRange) {
        self.expression = expression
        self.range = range
    }
}

public struct UnaryOperation: Sendable, Hashable {
    public enum Operator: String, Sendable, Hashable {
        case plus = "+"
        case minus = "-"
    }

    public var operation: Operator
    public var operand: QueryExpression
    public var range: SourceRange

    public init(operation: Operator, operand: QueryExpression, range: SourceRange) {
        self.operation = operation
        self.operand = operand
        self.range = range
    }
}

public struct Call: Sendable, Hashable {
    public var function: Function
    public var arguments: [QueryExpression]
    public var range: SourceRange

    public init(function: Function, arguments: [QueryExpression], range: SourceRange) {
        self.function = function
        self.arguments = arguments
        self.range = range
    }
}
