/// What a stretch of one series' floats comes to, without its samples: as much as the range functions need that do not
/// look at each of them. Stale markers are left out.
///
/// Summaries of stretches that follow one another are joined into that of the whole, with the same result as if all
/// samples had been added one by one; `hasExactSum` and `hasExactCorrection` say where that holds for sums.
public struct SampleSummary: Sendable {
    public var count: Int { Int(counted) }
    /// Milliseconds; of no meaning where there is no sample, as everything below.
    public internal(set) var firstTime: Int64 = 0
    public internal(set) var lastTime: Int64 = 0
    public internal(set) var first = 0.0
    public internal(set) var last = 0.0
    /// NaN only where there is nothing else.
    public internal(set) var minimum = Double.nan
    public internal(set) var maximum = Double.nan
    /// The sum of what counter resets have hidden: the value before each fall.
    public internal(set) var correction = 0.0
    public internal(set) var resets: Int32 = 0
    /// How often a value differs from the one before it.
    public internal(set) var changes: Int32 = 0
    /// The sum in two parts, `sum` and what rounding lost of it.
    public internal(set) var sum = 0.0
    public internal(set) var lost = 0.0
    var counted: Int32 = 0
    var smallestExponent: UInt16 = 0x7ff
    var largestExponent: UInt16 = 0
    var isWhole = true
    /// Whether the samples have something that is not told here (start times), so that they have to be looked at.
    public var needsSamples = false

    public init() {}

    /// Exponents may lie so far apart, less the bits that counting adds, for sums to fit in the 106 bits of two doubles.
    private static let exponentSpan = 49

    /// Whether `sum + lost` is the sum to the last bit, in whatever order the values are added.
    public var hasExactSum: Bool {
        let countBits = Int.bitWidth - count.leadingZeroBitCount
        let (smallest, largest) = (Int(smallestExponent), Int(largestExponent))
        return largest < 0x7ff - countBits && largest - smallest + countBits <= Self.exponentSpan
    }

    /// Whether `correction` can be added to a difference with the same result as one fall after the other.
    public var hasExactCorrection: Bool { resets <= 1 || isWhole }

    /// Adds a sample that follows all others.
    public mutating func add(_ value: Double, at time: Int64) {
        if value.isStaleMarker { return }
        if count == 0 {
            (firstTime, first) = (time, value)
            (minimum, maximum) = (value, value)
        } else {
            meet(value)
            if minimum.isNaN || value < minimum { minimum = value }
            if maximum.isNaN || value > maximum { maximum = value }
        }
        counted &+= 1
        (lastTime, last) = (time, value)
        let exponent = UInt16(truncatingIfNeeded: value.bitPattern >> 52) & 0x7ff
        largestExponent = max(largestExponent, exponent)
        if value != 0 { smallestExponent = min(smallestExponent, exponent) }
        isWhole = isWhole && Self.isWholeNumber(value) && correction < 0x1p53
        let (total, rest) = Self.exactSum(sum, value)
        (sum, lost) = Self.exactSum(total, lost + rest)
    }

    /// Adds a stretch that follows.
    public mutating func add(_ next: SampleSummary) {
        needsSamples = needsSamples || next.needsSamples
        if next.count == 0 { return }
        if count == 0 {
            let needsSamples = needsSamples
            self = next
            self.needsSamples = needsSamples
            return
        }
        meet(next.first)
        if minimum.isNaN || next.minimum < minimum { minimum = next.minimum }
        if maximum.isNaN || next.maximum > maximum { maximum = next.maximum }
        correction += next.correction
        resets &+= next.resets
        changes &+= next.changes
        counted &+= next.counted
        (lastTime, last) = (next.lastTime, next.last)
        largestExponent = max(largestExponent, next.largestExponent)
        smallestExponent = min(smallestExponent, next.smallestExponent)
        isWhole = isWhole && next.isWhole && correction < 0x1p53
        let (total, rest) = Self.exactSum(sum, next.sum)
        (sum, lost) = Self.exactSum(total, lost + next.lost + rest)
    }

    /// Whether the value is a whole number of at most 51 bits: adding 1.5 × 2⁵² rounds to a whole number.
    @inline(__always)
    static func isWholeNumber(_ value: Double) -> Bool { value.magnitude < 0x1p51 && (value + 0x1.8p52) - 0x1.8p52 == value }

    /// What lies between the last value and the one that follows it.
    private mutating func meet(_ value: Double) {
        if value < last {
            correction += last
            resets &+= 1
        }
        if value != last && !(value.isNaN && last.isNaN) { changes &+= 1 }
    }

    /// A sum of two and what rounding lost of it, exactly (Knuth).
    @inline(__always)
    static func exactSum(_ a: Double, _ b: Double) -> (Double, Double) {
        let sum = a + b
        let part = sum - a
        return (sum, (a - (sum - part)) + (b - part))
    }
}
