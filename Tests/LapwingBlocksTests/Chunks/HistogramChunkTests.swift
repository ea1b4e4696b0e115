@testable import LapwingBlocks
import LapwingSeries
import SeededRandom
import Testing

@Suite struct `Chunks of histograms` {
    private static let encodings: [ChunkEncoding] = [.histogram, .floatHistogram, .histogramWithStarts, .floatHistogramWithStarts]

    static func samples(_ random: inout SeededGenerator, _ encoding: ChunkEncoding) -> [HistogramWriting.Sample] {
        let isFloat = encoding == .floatHistogram || encoding == .floatHistogramWithStarts
        let hasStarts = encoding == .histogramWithStarts || encoding == .floatHistogramWithStarts
        var spans = (0..<Int.random(in: 0...3, using: &random)).map { index in
            NativeHistogram.BucketSpan(offset: .random(in: (index == 0 ? -50 : 0)...50, using: &random), length: .random(in: 0...9, using: &random))
        }
        let isCustom = Int.random(in: 0..<4, using: &random) == 0
        if isCustom { spans = [NativeHistogram.BucketSpan(offset: 0, length: 4)] }
        let count = spans.reduce(0) { $0 + Int($1.length) }
        var positive = [Double](repeating: 0, count: count)
        var time: Int64 = 1_700_000_000_000
        var start: Int64 = hasStarts ? time - 5 : 0
        let schema: Int32 = isCustom ? -53 : .random(in: -4...8, using: &random)
        let threshold = [0, 0x1p-128, 0.001][Int.random(in: 0..<3, using: &random)]
        return (0..<Int.random(in: 1...150, using: &random)).map { index in
            time += 15_000 + Int64.random(in: -5...5, using: &random)
            if hasStarts, Int.random(in: 0..<30, using: &random) == 0 { start = time - 10 }
            if index > 0, Int.random(in: 0..<20, using: &random) == 0 {
                return HistogramWriting.Sample(time: time, histogram: .staleMarker, start: start)
            }
            for bucket in positive.indices { positive[bucket] += isFloat ? .random(in: 0...3, using: &random) : Double(Int.random(in: 0...3, using: &random)) }
            let histogram = NativeHistogram(
                counterResetHint: index == 0 ? .unknown : .notReset, schema: schema, zeroThreshold: threshold, zeroCount: Double(index / 3),
                count: positive.reduce(Double(index / 3), +).rounded(), sum: .random(in: 0...1e6, using: &random), positiveSpans: spans,
                positiveBuckets: positive, negativeSpans: isCustom ? [] : spans, negativeBuckets: isCustom ? [] : positive.reversed(),
                customValues: isCustom ? [0.5, 1, 40_000.5, .infinity] : [])
            return HistogramWriting.Sample(time: time, histogram: histogram, start: start)
        }
    }

    @Test(arguments: 0..<6) func `what was written is read`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        for encoding in Self.encodings {
            let samples = Self.samples(&random, encoding)
            let bytes = HistogramWriting.chunk(encoding, samples)
            var columns = SampleColumns()
            try encoding.decode(bytes.span, 0..<bytes.count, in: .min ... .max, into: &columns)
            #expect(columns.histogramTimes == samples.map(\.time), "seed \(seed), \(encoding)")
            for (read, written) in zip(columns.histograms, samples) {
                #expect(read.isStaleMarker == written.histogram.isStaleMarker)
                if read.isStaleMarker { continue }
                #expect(read.isSameData(as: written.histogram) && read.counterResetHint == written.histogram.counterResetHint, "seed \(seed), \(encoding)")
            }
            let starts = samples.map(\.start)
            #expect(columns.histogramStartTimes == (starts.contains { $0 != 0 } ? starts : []), "seed \(seed), \(encoding)")
        }
    }

    @Test func `gauges say so, wherever the flags stand`() throws {
        var random = SeededGenerator(7)
        for encoding in Self.encodings {
            let samples = Self.samples(&random, encoding)
            let bytes = HistogramWriting.chunk(encoding, samples, flags: 0b1100_0000)
            var columns = SampleColumns()
            try encoding.decode(bytes.span, 0..<bytes.count, in: .min ... .max, into: &columns)
            #expect(columns.histograms.filter { !$0.isStaleMarker }.allSatisfy { $0.counterResetHint == .gauge })
        }
    }

    @Test(arguments: 0..<8) func `bytes that were cut or changed are refused or read, and never trap`(seed: UInt64) {
        var random = SeededGenerator(seed)
        for encoding in Self.encodings {
            let whole = HistogramWriting.chunk(encoding, Self.samples(&random, encoding))
            for _ in 0..<40 {
                var bytes = whole
                if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
                for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
                    bytes[Int.random(in: 0..<min(bytes.count, 40), using: &random)] = .random(in: 0...255, using: &random)
                }
                var columns = SampleColumns()
                try? encoding.decode(bytes.span, 0..<bytes.count, in: .min ... .max, into: &columns)
                #expect(columns.histogramTimes.count == columns.histograms.count, "seed \(seed)")
            }
        }
    }
}
