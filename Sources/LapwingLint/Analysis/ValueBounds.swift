import LapwingPromQL

/// Between which numbers the values of an expression lie, whatever the data; NaN is left aside, as comparisons leave it aside.
struct ValueBounds: Hashable {
    var lower = -Double.infinity
    var upper = Double.infinity
    /// Whether the bounds themselves are no values.
    var excludesLower = false
    var excludesUpper = false

    static let unknown = ValueBounds()
    static let notNegative = ValueBounds(lower: 0)
    static let truth = ValueBounds(lower: 0, upper: 1)

    static func exactly(_ value: Double) -> ValueBounds { value.isNaN ? .unknown : ValueBounds(lower: value, upper: value) }

    var isPoint: Bool { lower == upper }
    var isEmpty: Bool { lower > upper || (lower == upper && (excludesLower || excludesUpper)) }

    func union(_ other: ValueBounds) -> ValueBounds {
        if isEmpty { return other }
        if other.isEmpty { return self }
        let (low, high) = (min(lower, other.lower), max(upper, other.upper))
        return ValueBounds(
            lower: low, upper: high,
            excludesLower: (lower > low || excludesLower) && (other.lower > low || other.excludesLower),
            excludesUpper: (upper < high || excludesUpper) && (other.upper < high || other.excludesUpper))
    }

    func intersection(_ other: ValueBounds) -> ValueBounds {
        let (low, high) = (max(lower, other.lower), min(upper, other.upper))
        return ValueBounds(
            lower: low, upper: high,
            excludesLower: (lower == low && excludesLower) || (other.lower == low && other.excludesLower),
            excludesUpper: (upper == high && excludesUpper) || (other.upper == high && other.excludesUpper))
    }

    /// What holds for values that satisfy `value op other`.
    static func satisfying(_ operation: BinaryOperator, _ other: ValueBounds) -> ValueBounds {
        switch operation {
        case .equal: other
        case .less: ValueBounds(upper: other.upper, excludesUpper: true)
        case .lessOrEqual: ValueBounds(upper: other.upper, excludesUpper: other.excludesUpper)
        case .greater: ValueBounds(lower: other.lower, excludesLower: true)
        case .greaterOrEqual: ValueBounds(lower: other.lower, excludesLower: other.excludesLower)
        default: .unknown
        }
    }

    /// Whether `self op other` holds for all values, for none, or for some: nil.
    func verdict(_ operation: BinaryOperator, _ other: ValueBounds) -> Bool? {
        if isEmpty || other.isEmpty { return nil }
        switch operation {
        case .equal, .notEqual:
            let equals = intersection(other).isEmpty ? false : isPoint && other.isPoint ? true : nil as Bool?
            return operation == .equal ? equals : equals.map { !$0 }
        case .less:
            if upper < other.lower || (upper == other.lower && (excludesUpper || other.excludesLower)) { return true }
            return lower >= other.upper ? false : nil
        case .lessOrEqual:
            if upper <= other.lower { return true }
            return lower > other.upper || (lower == other.upper && (excludesLower || other.excludesUpper)) ? false : nil
        case .greater: return other.verdict(.less, self)
        case .greaterOrEqual: return other.verdict(.lessOrEqual, self)
        default: return nil
        }
    }

    // MARK: Arithmetic

    static prefix func - (bounds: ValueBounds) -> ValueBounds {
        ValueBounds(
            lower: -bounds.upper, upper: -bounds.lower, excludesLower: bounds.excludesUpper, excludesUpper: bounds.excludesLower)
    }

    /// The values of `self op other`; only for operators that keep order in each argument is more than nothing known.
    func applying(_ operation: BinaryOperator, _ other: ValueBounds) -> ValueBounds {
        switch operation {
        case .add: return Self.hull([lower + other.lower, upper + other.upper])
        case .subtract: return applying(.add, -other)
        case .multiply: return Self.hull(products(other))
        case .divide:
            guard other.lower > 0 || other.upper < 0 || (other.lower == 0 && lower >= 0) else { return .unknown }
            if other.lower == 0 { return .notNegative }
            return Self.hull(quotients(other))
        default: return .unknown
        }
    }

    /// Zero times infinity is zero here: the bound is only approached.
    private func products(_ other: ValueBounds) -> [Double] {
        [lower, upper].flatMap { a in [other.lower, other.upper].map { b in a == 0 || b == 0 ? 0 : a * b } }
    }

    /// Likewise infinity over infinity, beside which the other ends stand.
    private func quotients(_ other: ValueBounds) -> [Double] {
        [lower, upper].flatMap { a in [other.lower, other.upper].map { b in a.isInfinite && b.isInfinite ? 0 : a / b } }
    }

    private static func hull(_ values: [Double]) -> ValueBounds {
        guard !values.contains(where: \.isNaN), let low = values.min(), let high = values.max() else { return .unknown }
        return ValueBounds(lower: low, upper: high)
    }
}

extension ValueBounds: CustomStringConvertible {
    /// As a message says it: `at least 1`, `between 0 and 1`.
    var description: String {
        func text(_ value: Double) -> String { value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)" }
        if isPoint { return "always \(text(lower))" }
        let least = excludesLower ? "more than" : "at least"
        let most = excludesUpper ? "less than" : "at most"
        let isClosed = !excludesLower && !excludesUpper
        return switch (lower.isFinite, upper.isFinite) {
        case (true, true) where isClosed: "between \(text(lower)) and \(text(upper))"
        case (true, true): "\(least) \(text(lower)) and \(most) \(text(upper))"
        case (true, false): "\(least) \(text(lower))"
        case (false, true): "\(most) \(text(upper))"
        case (false, false): "any number"
        }
    }
}
