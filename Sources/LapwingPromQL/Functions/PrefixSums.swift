/// The sums of all values before each place, each as two doubles, so that any window's sum is a difference.
///
/// It is used only where it is exact: when the values are whole multiples of a small enough unit, what rounding loses of some
/// additions can be summed up without being rounded itself, and so can the difference of two such sums. Values that lie further apart,
/// or are not finite, are summed window by window.
struct PrefixSums: Sendable {
    private var high: [Double] = []
    private var low: [Double] = []
    /// What was lost is added to the sum only after so many values, since each addition waits for the one before it.
    private static let additions = 16
    /// Exponents may lie so far apart, less the bits that counting adds, for sums to be exact: a loss is a multiple of the smallest
    /// value's unit and at most half the sum's, and a difference of two times seventeen of them has at most 53 bits.
    private static let exponentSpan = 48

    init() {}

    /// Sums up a series' values.
    ///
    /// - Returns: whether differences are exact, and worth it: windows that hardly overlap are summed as fast by themselves.
    /// - Complexity: O(values).
    mutating func update(_ values: [Double], _ bounds: WindowBounds) -> Bool {
        let steps = bounds.low.count
        let middle = steps / 2
        let length = Int(bounds.high[middle] - bounds.low[middle])
        guard length > 3, steps * length > 2 * values.count else { return false }
        if high.count <= values.count {
            high = Array(repeating: 0, count: values.count + 1)
            low = high
        }
        return Self.fill(&high, &low, values)
    }

    /// - Returns: whether the sums are exact. The exponents are looked at while additions wait for one another.
    private static func fill(_ high: inout [Double], _ low: inout [Double], _ values: [Double]) -> Bool {
        let values = values.span
        var highs = high.mutableSpan
        var lows = low.mutableSpan
        var (sum, lost) = (0.0, 0.0)
        var (smallest, largest) = (0x7ff, 0)
        for index in 0..<values.count {
            let value = values[index]
            let exponent = Int(truncatingIfNeeded: value.bitPattern >> 52) & 0x7ff
            largest = max(largest, exponent)
            smallest = min(smallest, value == 0 ? 0x7ff : exponent)
            let (total, rest) = exactSum(sum, value)
            (sum, lost) = index % additions == 0 ? exactSum(total, lost + rest) : (total, lost + rest)
            highs[index &+ 1] = sum
            lows[index &+ 1] = lost
        }
        // 0x7ff is that of NaN and infinities; 0, that of the tiniest numbers, counts as it is.
        let countBits = Int.bitWidth - values.count.leadingZeroBitCount
        return largest < 0x7ff - countBits && largest - smallest + countBits <= exponentSpan
    }

    /// The sum of `values[first..<last]`.
    func sum(_ first: Int, _ last: Int) -> Double {
        let (difference, lost) = Self.exactSum(high[last], -high[first])
        return difference + (lost + (low[last] - low[first]))
    }

    /// A sum of two and what rounding lost of it, exactly (Knuth).
    @inline(__always)
    private static func exactSum(_ a: Double, _ b: Double) -> (Double, Double) {
        let sum = a + b
        let part = sum - a
        return (sum, (a - (sum - part)) + (b - part))
    }
}
