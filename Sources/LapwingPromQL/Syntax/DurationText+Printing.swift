import LapwingText

extension DurationText: CustomStringConvertible {
    /// The duration as upstream's printer writes it: literals with their units, one pair of parentheses at most.
    public var description: String {
        switch self {
        case .literal(let milliseconds, _, _): Self.text(milliseconds: milliseconds)
        case .number(let value, let isDuration, _): isDuration ? Self.text(seconds: value) : GoNumber.text(value, .fixed)
        case .step: "step()"
        case .range: "range()"
        case .negative(let operand, _): "-\(operand)"
        case .positive(let operand, _): operand.description
        case .binary(let operation, let left, let right): "\(left) \(operation.rawValue) \(right)"
        case .minimum(let first, let second, _): "min_of(\(first), \(second))"
        case .maximum(let first, let second, _): "max_of(\(first), \(second))"
        case .parenthesized(let inner, _): "(\(inner))"
        }
    }

    /// Whether nothing of it is arithmetic outside of parentheses.
    var isOneTerm: Bool {
        switch self {
        case .binary: false
        case .negative(let operand, _), .positive(let operand, _): operand.isOneTerm
        default: true
        }
    }

    static func text(milliseconds: Int64) -> String {
        (milliseconds < 0 ? "-" : "") + PrometheusDuration.text(milliseconds: Int64(clamping: milliseconds.magnitude))
    }

    /// Whole milliseconds, what is less being left off.
    static func text(seconds: Double) -> String {
        let text = PrometheusDuration.text(milliseconds: milliseconds(nanoseconds: seconds.magnitude * 1e9))
        return seconds < 0 ? "-" + text : text
    }

    /// Go counts nanoseconds, and whole milliseconds of them.
    static func milliseconds(nanoseconds: Double) -> Int64 {
        (Int64(exactly: nanoseconds.rounded(.towardZero)) ?? (nanoseconds < 0 ? .min : .max)) / 1_000_000
    }
}
