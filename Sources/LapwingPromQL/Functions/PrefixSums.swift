/// The sums of all values before each place, each as two doubles, so that any window's sum is a difference.
///
/// It is used only where it is exact: when the values are whole multiples of a small enough unit, a running sum fits in
/// the 106 bits of two doubles without rounding, and so does the difference of two such sums. Values that lie further
/// apart, or are not finite, are summed window by window.
struct PrefixSums: Sendable {
    private var high: [Double] = []
    private var low: [Double] = []
    /// Exponents may lie so far apart, less the bits that counting adds, for sums to be exact.
    private static let exponentSpan = 49

    init() {}

    /// Sums up a series' values.
    ///
    /// - Returns: whether differences are exact, and worth it: windows that hardly overlap are summed as fast by themselves.
    /// - Complexity: O(values).
    mutating func update(_ values: [Double], _ bounds: WindowBounds) -> Bool {
        let steps = bounds.low.count
        let middle = steps / 2
        let length = Int(bounds.high[middle] - bounds.low[middle])
        guard length > 3, steps * length > 2 * values.count, Self.isExact(values) else { return false }
        if high.count <= values.count {
            high = Array(repeating: 0, count: values.count + 1)
            low = high
        }
        Self.fill(&high, &low, values)
        return true
    }

    private static func fill(_ high: inout [Double], _ low: inout [Double], _ values: [Double]) {
        let values = values.span
        var highs = high.mutableSpan
        var lows = low.mutableSpan
        var (sum, rest) = (0.0, 0.0)
        for index in 0..<values.count {
            let (total, lost) = exactSum(sum, values[index])
            (sum, rest) = exactSum(total, rest + lost)
            highs[index &+ 1] = sum
            lows[index &+ 1] = rest
        }
    }

    /// The sum of `values[first..<last]`.
    func sum(_ first: Int, _ last: Int) -> Double {
        let (difference, lost) = Self.exactSum(high[last], -high[first])
        return difference + (lost + (low[last] - low[first]))
    }

    private static func isExact(_ values: [Double]) -> Bool {
        var (smallest, largest) = (0x7ff, 0)
        for value in values {
            let exponent = Int(value.bitPattern >> 52) & 0x7ff
            largest = max(largest, exponent)
            if value != 0 { smallest = min(smallest, exponent) }
        }
        // 0x7ff is that of NaN and infinities; 0, that of the tiniest numbers, counts as it is.
        let countBits = Int.bitWidth - values.count.leadingZeroBitCount
        return largest < 0x7ff - countBits && largest - smallest + countBits <= exponentSpan
    }

    /// A sum of two and what rounding lost of it, exactly (Knuth).
    @inline(__always)
    private static func exactSum(_ a: Double, _ b: Double) -> (Double, Double) {
        let sum = a + b
        let part = sum - a
        return (sum, (a - (sum - part)) + (b - part))
    }
}
