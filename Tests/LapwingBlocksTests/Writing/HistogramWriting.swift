@testable import LapwingBlocks
import LapwingSeries

/// Chunks of native histograms, all of one layout.
enum HistogramWriting {
    struct Sample {
        var time: Int64
        var histogram: NativeHistogram
        var start: Int64 = 0
    }

    static func chunk(_ encoding: ChunkEncoding, _ samples: [Sample], flags: UInt8 = 0) -> [UInt8] {
        let hasStarts = encoding == .histogramWithStarts || encoding == .floatHistogramWithStarts
        var starts = StartWriter(samples.map(\.start))
        var header: [UInt8] = []
        if hasStarts {
            header.put(UInt64(flags) << 8 | UInt64(samples.count), width: 2)
            header.append(starts.header)
        } else {
            header.put(UInt64(samples.count), width: 2)
            header.append(flags)
        }
        var writer = BitWriter(header)
        putLayout(samples[0].histogram, &writer)
        var state = State(isFloat: encoding == .floatHistogram || encoding == .floatHistogramWithStarts)
        for (index, sample) in samples.enumerated() {
            state.put(index, sample, &writer)
            if hasStarts { starts.put(index, sample.time, previous: index == 0 ? 0 : samples[index - 1].time, &writer) }
        }
        return writer.bytes
    }

    private static func putLayout(_ histogram: NativeHistogram, _ writer: inout BitWriter) {
        let threshold = histogram.zeroThreshold
        if threshold == 0 {
            writer.put(0 as UInt64, 8)
        } else if threshold.significand == 1, (-243...10).contains(threshold.exponent) {
            writer.put(UInt64(threshold.exponent + 244), 8)
        } else {
            writer.put(255 as UInt64, 8)
            writer.put(threshold.bitPattern, 64)
        }
        writer.putVarbit(Int64(histogram.schema))
        for spans in [histogram.positiveSpans, histogram.negativeSpans] {
            writer.putVarbit(unsigned: UInt64(spans.count))
            for span in spans {
                writer.putVarbit(unsigned: UInt64(span.length))
                writer.putVarbit(Int64(span.offset))
            }
        }
        guard histogram.usesCustomBuckets else { return }
        writer.putVarbit(unsigned: UInt64(histogram.customValues.count))
        for bound in histogram.customValues {
            let thousandths = bound * 1000
            if thousandths >= 0, thousandths <= 33_554_430, thousandths.rounded() / 1000 == bound {
                writer.putVarbit(unsigned: UInt64(thousandths.rounded()) + 1)
            } else {
                writer.put(false)
                writer.put(bound.bitPattern, 64)
            }
        }
    }

    private struct State {
        let isFloat: Bool
        var last: [Int64] = []
        var deltas: [Int64] = []
        var floats: [XORWriter] = []
        var sum = XORWriter()

        init(isFloat: Bool) { self.isFloat = isFloat }

        /// Time, count, zero count, then differences from bucket to bucket.
        private func integers(_ sample: Sample) -> [Int64] {
            var numbers = [sample.time, Int64(sample.histogram.count), Int64(sample.histogram.zeroCount)]
            for buckets in [sample.histogram.positiveBuckets, sample.histogram.negativeBuckets] {
                var previous: Int64 = 0
                for bucket in buckets {
                    numbers.append(Int64(bucket) - previous)
                    previous = Int64(bucket)
                }
            }
            return numbers
        }

        mutating func put(_ index: Int, _ sample: Sample, _ writer: inout BitWriter) {
            if isFloat { return putFloat(index, sample, &writer) }
            if index > 0, sample.histogram.isStaleMarker {
                // Time goes on as it did, counts are not looked at.
                putInteger(0, sample.time, &writer)
                putInteger(1, last[1] + deltas[1], &writer)
                putInteger(2, last[2] + deltas[2], &writer)
                return sum.put(sample.histogram.sum, &writer)
            }
            let numbers = integers(sample)
            if index == 0 {
                last = numbers
                deltas = numbers.map { _ in 0 }
                writer.putVarbit(numbers[0])
                writer.putVarbit(unsigned: UInt64(numbers[1]))
                writer.putVarbit(unsigned: UInt64(numbers[2]))
                sum.start(sample.histogram.sum, &writer)
                for number in numbers[3...] { writer.putVarbit(number) }
                return
            }
            for place in 0..<3 { putInteger(place, numbers[place], &writer) }
            sum.put(sample.histogram.sum, &writer)
            for place in 3..<numbers.count { putInteger(place, numbers[place], &writer) }
        }

        private mutating func putInteger(_ place: Int, _ number: Int64, _ writer: inout BitWriter) {
            let delta = number - last[place]
            writer.putVarbit(delta - deltas[place])
            (last[place], deltas[place]) = (number, delta)
        }

        private mutating func putFloat(_ index: Int, _ sample: Sample, _ writer: inout BitWriter) {
            let histogram = sample.histogram
            let heads = [histogram.count, histogram.zeroCount, histogram.sum]
            let buckets = histogram.isStaleMarker ? [] : histogram.positiveBuckets + histogram.negativeBuckets
            if index == 0 {
                last = [sample.time]
                deltas = [0]
                writer.putVarbit(sample.time)
                floats = (heads + buckets).map { _ in XORWriter() }
                for (place, value) in (heads + buckets).enumerated() { floats[place].start(value, &writer) }
                return
            }
            putInteger(0, sample.time, &writer)
            for (place, value) in (heads + buckets).enumerated() { floats[place].put(value, &writer) }
        }
    }
}
