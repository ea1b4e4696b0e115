import LapwingSeries
import LapwingText

extension NativeHistogram {
    /// The fields of a `Histogram` message but its times: in integers where all counts are whole, else in floats.
    var message: [UInt8] {
        var bytes: [UInt8] = []
        let isWhole = hasWholeCounts
        if isWhole { bytes.appendNumber(1, UInt64(count)) } else { bytes.appendDouble(2, count) }
        bytes.appendDouble(3, sum)
        bytes.appendNumber(4, Self.zigzag(Int64(schema)))
        bytes.appendDouble(5, zeroThreshold)
        if isWhole { bytes.appendNumber(6, UInt64(zeroCount)) } else { bytes.appendDouble(7, zeroCount) }
        for span in negativeSpans { bytes.appendField(8, Self.message(span)) }
        if isWhole { bytes.appendField(9, Self.deltas(negativeBuckets)) } else { bytes.appendField(10, Self.doubles(negativeBuckets)) }
        for span in positiveSpans { bytes.appendField(11, Self.message(span)) }
        if isWhole { bytes.appendField(12, Self.deltas(positiveBuckets)) } else { bytes.appendField(13, Self.doubles(positiveBuckets)) }
        bytes.appendNumber(14, UInt64(counterResetHint.rawValue))
        if !customValues.isEmpty { bytes.appendField(16, Self.doubles(customValues)) }
        return bytes
    }

    /// The fields of an `io.prometheus.client.Histogram`, which has none for custom buckets and the hint of a counter; in integers
    /// where all counts are whole, else in floats.
    ///
    /// - Precondition: its buckets are exponential.
    var clientMessage: [UInt8] {
        precondition(!usesCustomBuckets, "custom buckets have no form in this message")
        var bytes: [UInt8] = []
        let isWhole = hasWholeCounts
        if isWhole { bytes.appendNumber(1, UInt64(count)) }
        bytes.appendDouble(2, sum)
        if !isWhole { bytes.appendDouble(4, count) }
        bytes.appendNumber(5, Self.zigzag(Int64(schema)))
        bytes.appendDouble(6, zeroThreshold)
        if isWhole { bytes.appendNumber(7, UInt64(zeroCount)) } else { bytes.appendDouble(8, zeroCount) }
        for span in negativeSpans { bytes.appendField(9, Self.message(span)) }
        if isWhole { bytes.appendField(10, Self.deltas(negativeBuckets)) } else { bytes.appendField(11, Self.doubles(negativeBuckets)) }
        for span in positiveSpans { bytes.appendField(12, Self.message(span)) }
        // A reader tells a native histogram by its spans: one of no buckets stands where there are none.
        if positiveSpans.isEmpty, negativeSpans.isEmpty { bytes.appendField(12, []) }
        if isWhole { bytes.appendField(13, Self.deltas(positiveBuckets)) } else { bytes.appendField(14, Self.doubles(positiveBuckets)) }
        return bytes
    }

    private var hasWholeCounts: Bool { countFault == nil && ([count, zeroCount] + positiveBuckets + negativeBuckets).allSatisfy(Self.isWhole) }

    private static func isWhole(_ value: Double) -> Bool { value >= 0 && value <= 9_007_199_254_740_992 && value == value.rounded() }

    private static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

    private static func message(_ span: BucketSpan) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendNumber(1, zigzag(Int64(span.offset)))
        bytes.appendNumber(2, UInt64(span.length))
        return bytes
    }

    /// - Precondition: counts are whole and below 2⁵³.
    private static func deltas(_ counts: [Double]) -> [UInt8] {
        var bytes: [UInt8] = []
        var last: Int64 = 0
        for count in counts.map({ Int64($0) }) {
            bytes.appendVarint(zigzag(count - last))
            last = count
        }
        return bytes
    }

    private static func doubles(_ values: [Double]) -> [UInt8] {
        var bytes: [UInt8] = []
        for value in values { bytes.appendFixed64(value.bitPattern) }
        return bytes
    }
}
