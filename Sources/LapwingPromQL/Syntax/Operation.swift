public import LapwingSeries
public import LapwingText

/// `left op right`.
public struct BinaryOperation: Sendable, Hashable {
    public var operation: BinaryOperator
    public var left: QueryExpression
    public var right: QueryExpression
    /// A comparison that yields 0 or 1 instead of filtering.
    public var returnsBool: Bool
    /// How series of two vectors pair up; nil unless both sides are vectors.
    public var matching: VectorMatching?

    public init(
        operation: BinaryOperator, left: QueryExpression, right: QueryExpression, returnsBool: Bool = false,
        matching: VectorMatching? = nil
    ) {
        self.operation = operation
        self.left = left
        self.right = right
        self.returnsBool = returnsBool
        self.matching = matching
    }

    public var range: SourceRange { left.range.union(right.range) }
}

public enum BinaryOperator: String, Sendable, Hashable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"
    case arctangent = "atan2"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case greater = ">"
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    /// `</`: keep what of a histogram lies below the right side.
    case trimUpper = "</"
    /// `>/`: keep what of a histogram lies above the right side.
    case trimLower = ">/"
    case and, or, unless

    public var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .greater, .lessOrEqual, .greaterOrEqual: true
        case .add, .subtract, .multiply, .divide, .modulo, .power, .arctangent, .trimUpper, .trimLower, .and, .or,
            .unless:
            false
        }
    }

    public var isSet: Bool { self == .and || self == .or || self == .unless }

    /// From loosest to tightest.
    var precedence: Int {
        switch self {
        case .or: 1
        case .and, .unless: 2
        case .equal, .notEqual, .less, .greater, .lessOrEqual, .greaterOrEqual, .trimUpper, .trimLower: 3
        case .add, .subtract: 4
        case .multiply, .divide, .modulo, .arctangent: 5
        case .power: 6
        }
    }

    /// The level above which the right side's operators bind: `^` takes its own kind, the others do not.
    var rightLevel: Int { self == .power ? precedence - 1 : precedence }
}

/// How series of two vectors are paired.
public struct VectorMatching: Sendable, Hashable {
    public enum Cardinality: String, Sendable, Hashable {
        case oneToOne = "one-to-one"
        case manyToOne = "many-to-one"
        case oneToMany = "one-to-many"
        case manyToMany = "many-to-many"
    }

    public var cardinality: Cardinality
    /// The labels of `on` or `ignoring`.
    public var labels: LabelNames
    /// Whether `labels` are the ones compared (`on`) rather than the ones left out (`ignoring`).
    public var isOn: Bool
    /// The labels that `group_left` or `group_right` takes over from the "one" side.
    public var included: [String]
    /// Stands in for a left side that is missing (`fill`, `fill_left`).
    public var leftFill: Double?
    /// Stands in for a right side that is missing (`fill`, `fill_right`).
    public var rightFill: Double?

    public init(
        cardinality: Cardinality = .oneToOne, labels: LabelNames = [], isOn: Bool = false, included: [String] = [],
        leftFill: Double? = nil, rightFill: Double? = nil
    ) {
        self.cardinality = cardinality
        self.labels = labels
        self.isOn = isOn
        self.included = included
        self.leftFill = leftFill
        self.rightFill = rightFill
    }
}

/// `sum by (path) (expression)`, `topk(5, expression)`.
public struct Aggregation: Sendable, Hashable {
    public var operation: AggregationOperator
    public var expression: QueryExpression
    /// The first argument of `topk`, `bottomk`, `quantile`, `count_values`, `limitk`, `limit_ratio`.
    public var parameter: QueryExpression?
    public var grouping: LabelNames
    /// Whether `grouping` names the labels to drop.
    public var isWithout: Bool
    public var range: SourceRange

    public init(
        operation: AggregationOperator, expression: QueryExpression, parameter: QueryExpression? = nil,
        grouping: LabelNames = [], isWithout: Bool = false, range: SourceRange
    ) {
        self.operation = operation
        self.expression = expression
        self.parameter = parameter
        self.grouping = grouping
        self.isWithout = isWithout
        self.range = range
    }
}

public enum AggregationOperator: String, Sendable, Hashable, CaseIterable {
    case sum, avg, count, min, max, group, stddev, stdvar, topk, bottomk, quantile, limitk
    case countValues = "count_values"
    case limitRatio = "limit_ratio"

    /// Whether a parameter stands before the expression.
    public var takesParameter: Bool {
        switch self {
        case .topk, .bottomk, .quantile, .countValues, .limitk, .limitRatio: true
        case .sum, .avg, .count, .min, .max, .group, .stddev, .stdvar: false
        }
    }
}
