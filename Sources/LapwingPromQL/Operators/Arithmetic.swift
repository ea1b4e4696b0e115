import LapwingSystem

extension BinaryOperator {
    /// The value for two floats; for a comparison the left one, which the caller keeps or drops.
    @inline(__always)
    func apply(_ left: Double, _ right: Double) -> Double {
        switch self {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        case .divide: left / right
        case .modulo: fmod(left, right)
        case .power: pow(left, right)
        case .arctangent: atan2(left, right)
        case .equal, .notEqual, .less, .greater, .lessOrEqual, .greaterOrEqual, .trimUpper, .trimLower, .and, .or, .unless: left
        }
    }

    /// Whether a comparison holds; always for the other operators.
    @inline(__always)
    public func holds(_ left: Double, _ right: Double) -> Bool {
        switch self {
        case .equal: left == right
        case .notEqual: left != right
        case .less: left < right
        case .greater: left > right
        case .lessOrEqual: left <= right
        case .greaterOrEqual: left >= right
        case .trimUpper, .trimLower: false
        case .add, .subtract, .multiply, .divide, .modulo, .power, .arctangent, .and, .or, .unless: true
        }
    }

    /// Whether the result is no longer a sample of the left side's metric.
    var dropsName: Bool {
        switch self {
        case .add, .subtract, .multiply, .divide, .modulo, .power, .arctangent: true
        case .equal, .notEqual, .less, .greater, .lessOrEqual, .greaterOrEqual, .trimUpper, .trimLower, .and, .or, .unless: false
        }
    }
}
