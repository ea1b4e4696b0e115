import LapwingSeries
import LapwingText

extension NativeHistogram {
    /// The fields of a `Histogram` message but its times: in integers where all counts are whole, else in floats.
    var message: [UInt8] {
        var bytes: [UInt8] = []
        let isWhole = hasWholeCounts
        if isWhole { bytes.appendNumber(1, UInt64(count)) } else { bytes.appendDouble(2, count) }
        bytes.appendDouble(3, sum)
        appendBuckets(from: 4, isWhole, to: &bytes)
        bytes.appendNumber(14, UInt64(counterResetHint.rawValue))
        if !customValues.isEmpty { bytes.appendField(16, Self.doubles(customValues)) }
        return bytes
    }

    /// The fields of an `io.prometheus.client.Histogram`, which has none for the hint of a counter and for custom bounds; in integers
    /// where all counts are whole, else in floats.
    ///
    /// Custom bounds are those of classic buckets beside the native ones, which say the same to whoever does not know these.
    var clientMessage: [UInt8] {
        var bytes: [UInt8] = []
        let isWhole = hasWholeCounts
        if isWhole { bytes.appendNumber(1, UInt64(count)) }
        bytes.appendDouble(2, sum)
        if usesCustomBuckets { appendClassicBuckets(isWhole, to: &bytes) }
        if !isWhole { bytes.appendDouble(4, count) }
        appendBuckets(from: 5, isWhole, to: &bytes)
        // A reader tells a native histogram by its spans: one of no buckets stands where there are none.
        if positiveSpans.isEmpty, negativeSpans.isEmpty { bytes.appendField(12, []) }
        return bytes
    }

    /// The fields that both messages have in the same order, from the schema's on.
    private func appendBuckets(from first: UInt64, _ isWhole: Bool, to bytes: inout [UInt8]) {
        bytes.appendNumber(first, Self.zigzag(Int64(schema)))
        bytes.appendDouble(first + 1, zeroThreshold)
        if isWhole { bytes.appendNumber(first + 2, UInt64(zeroCount)) } else { bytes.appendDouble(first + 3, zeroCount) }
        for (first, spans, buckets) in [(first + 4, negativeSpans, negativeBuckets), (first + 7, positiveSpans, positiveBuckets)] {
            for span in spans { bytes.appendField(first, Self.message(span)) }
            if isWhole { bytes.appendField(first + 1, Self.deltas(buckets)) } else { bytes.appendField(first + 2, Self.doubles(buckets)) }
        }
    }

    /// A bucket for each custom bound, with all that is counted up to it.
    private func appendClassicBuckets(_ isWhole: Bool, to bytes: inout [UInt8]) {
        var left = buckets[...]
        var total = 0.0
        for bound in customValues {
            while let next = left.first, next.upper <= bound { total += left.removeFirst().count }
            var bucket: [UInt8] = []
            if isWhole { bucket.appendNumber(1, UInt64(total)) }
            bucket.appendDouble(2, bound)
            if !isWhole { bucket.appendDouble(4, total) }
            bytes.appendField(3, bucket)
        }
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
