import LapwingSeries

/// One sample's value, for the ways that handle samples singly.
struct StoredSample: Sendable {
    enum Value: Sendable {
        case float(Double)
        case histogram(NativeHistogram)
    }

    var value: Value
    /// In milliseconds; 0 unknown.
    var startTime: Int64

    init(_ value: Value, startTime: Int64) {
        self.value = value
        self.startTime = startTime
    }

    /// Whether both have the same bits; start times are not compared.
    func hasSameValue(as other: StoredSample) -> Bool {
        switch (value, other.value) {
        case (.float(let a), .float(let b)): a.bitPattern == b.bitPattern
        case (.histogram(let a), .histogram(let b)): a.hasSameBits(as: b)
        case (.float, .histogram), (.histogram, .float): false
        }
    }
}

extension NativeHistogram {
    /// Equality under which a NaN equals itself and the zeros differ.
    func hasSameBits(as other: NativeHistogram) -> Bool {
        counterResetHint == other.counterResetHint && hasSameLayout(as: other)
            && Self.sameBits([zeroCount, count, sum], [other.zeroCount, other.count, other.sum])
            && Self.sameBits(positiveBuckets, other.positiveBuckets)
            && Self.sameBits(negativeBuckets, other.negativeBuckets)
    }

    /// Whether both count into the same buckets.
    func hasSameLayout(as other: NativeHistogram) -> Bool {
        schema == other.schema && zeroThreshold.bitPattern == other.zeroThreshold.bitPattern
            && positiveSpans == other.positiveSpans && negativeSpans == other.negativeSpans
            && positiveBuckets.count == other.positiveBuckets.count
            && negativeBuckets.count == other.negativeBuckets.count
            && Self.sameBits(customValues, other.customValues)
    }

    private static func sameBits(_ a: [Double], _ b: [Double]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
    }
}
