import LapwingSystem

/// How many values of which size there were; sizes are a twentieth apart, so that the middle of one is at most 2.5 % off.
///
/// What is nearer to zero than 1e-9 counts as zero, what is 1e18 or farther from it as infinite: a quantile that lies there
/// says so, and not another number.
struct SizeTable: Sendable {
    /// Zero, or the number of a size and the sign of its values.
    enum Size: Sendable, Hashable {
        case zero
        case positive(Int), negative(Int)
    }

    static let smallest = 1e-9
    static let largest = 1e18
    private static let ratio = 1.05
    private static let logRatio = log(ratio)
    /// The last is for what is infinite.
    private static let sizes = Int(log(largest / smallest) / logRatio) + 2

    private var zeros: UInt32 = 0
    /// By size; empty where there was none.
    private var positive: [UInt32] = []
    private var negative: [UInt32] = []

    /// Nil for what is no number.
    static func size(of value: Double) -> Size? {
        if value.isNaN { return nil }
        let magnitude = abs(value)
        if magnitude < smallest { return .zero }
        let number = magnitude < largest ? min(sizes - 2, Int(log(magnitude / smallest) / logRatio)) : sizes - 1
        return value < 0 ? .negative(number) : .positive(number)
    }

    mutating func count(_ size: Size) {
        switch size {
        case .zero: zeros &+= 1
        case .positive(let number): Self.count(number, &positive)
        case .negative(let number): Self.count(number, &negative)
        }
    }

    private static func count(_ number: Int, _ counts: inout [UInt32]) {
        if counts.isEmpty { counts = [UInt32](repeating: 0, count: sizes) }
        counts[number] &+= 1
    }

    mutating func add(_ other: SizeTable) {
        zeros &+= other.zeros
        Self.add(other.positive, to: &positive)
        Self.add(other.negative, to: &negative)
    }

    private static func add(_ other: [UInt32], to counts: inout [UInt32]) {
        if counts.isEmpty { counts = other } else { for (number, count) in other.enumerated() { counts[number] &+= count } }
    }

    /// The value below which this share of all lies; NaN where there is none.
    func quantile(_ quantile: Double) -> Double {
        let total = positive.reduce(0) { $0 + Double($1) } + negative.reduce(0) { $0 + Double($1) } + Double(zeros)
        guard total > 0 else { return .nan }
        let rank = max(1, (quantile * total).rounded(.up))
        var seen = 0.0
        for (number, count) in negative.enumerated().reversed() {
            seen += Double(count)
            if seen >= rank { return -Self.middle(of: number) }
        }
        seen += Double(zeros)
        if seen >= rank { return 0 }
        for (number, count) in positive.enumerated() {
            seen += Double(count)
            if seen >= rank { return Self.middle(of: number) }
        }
        return .nan
    }

    private static func middle(of number: Int) -> Double {
        number == sizes - 1 ? .infinity : smallest * pow(ratio, Double(number) + 0.5)
    }
}
