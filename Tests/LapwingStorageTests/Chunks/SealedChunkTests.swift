import LapwingSeries
import SeededRandom
import Testing

@testable import LapwingStorage

@Suite struct SealedChunkTests {
    static func histograms(_ count: Int, seed: UInt64) -> SampleColumns {
        var generator = SeededGenerator(seed)
        var columns = SampleColumns()
        var buckets = [0.0, 0, 0, 0]
        for index in 0..<count {
            for bucket in buckets.indices { buckets[bucket] += Double(Int.random(in: 0...9, using: &generator)) }
            let isWide = Int.random(in: 0..<20, using: &generator) == 0
            var histogram = NativeHistogram(
                counterResetHint: index == 0 ? .reset : .notReset, schema: 2, zeroThreshold: 1e-128,
                zeroCount: buckets[0], count: buckets.reduce(0, +), sum: Double(index) / 3,
                positiveSpans: [.init(offset: -2, length: 2), .init(offset: 1, length: isWide ? 2 : 1)],
                positiveBuckets: isWide ? buckets : Array(buckets[..<3]),
                negativeSpans: [.init(offset: 0, length: 1)], negativeBuckets: [buckets[3]])
            if Int.random(in: 0..<30, using: &generator) == 0 { histogram = .staleMarker }
            if Int.random(in: 0..<30, using: &generator) == 0 {
                histogram = NativeHistogram(
                    schema: NativeHistogram.customBucketsSchema, count: 3, sum: .nan,
                    positiveSpans: [.init(offset: 0, length: 2)], positiveBuckets: [1, 2], customValues: [0.5, .infinity])
            }
            columns.append(time: Int64(index) * 15_000, histogram: histogram, startTime: index > 3 ? 9 : 0)
        }
        return columns
    }

    static func floats(_ count: Int, seed: UInt64) -> SampleColumns {
        var generator = SeededGenerator(seed)
        var columns = SampleColumns()
        var value = 0.0
        for index in 0..<count {
            value += Double(Int.random(in: 0...99, using: &generator))
            columns.append(
                time: Int64(index) * 15_000 + Int64.random(in: 0...10, using: &generator), value: value,
                startTime: seed % 2 == 0 ? 5 : 0)
        }
        return columns
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `histograms of every shape come back with their hints`(seed: UInt64) throws {
        for count in [1, 2, 60, 128] {
            let columns = Self.histograms(count, seed: seed)
            var encoder = ChunkEncoder()
            let chunk = SealedChunk(columns, &encoder)
            var decoded = SampleColumns()
            try chunk.decode(into: &decoded)
            #expect(decoded.histogramTimes == columns.histogramTimes)
            #expect(decoded.histogramStartTimes == columns.histogramStartTimes)
            #expect(zip(decoded.histograms, columns.histograms).allSatisfy { $0.hasSameBits(as: $1) }, "seed \(seed)")
            #expect(decoded.histograms.count == count)
        }
    }

    @Test func `a histogram takes a few bytes`() {
        var encoder = ChunkEncoder()
        var columns = SampleColumns()
        for index in 0..<128 {
            let count = Double(index * 7)
            columns.append(
                time: Int64(index) * 15_000,
                histogram: NativeHistogram(
                    schema: 3, count: count * 8, sum: count, positiveSpans: [.init(offset: 0, length: 8)],
                    positiveBuckets: Array(repeating: count, count: 8)), startTime: 0)
        }
        #expect(SealedChunk(columns, &encoder).samples.count < 128 * 2)
    }

    @Test func `series of one scrape share their times`() {
        var encoder = ChunkEncoder()
        let first = SealedChunk(Self.floats(100, seed: 3), &encoder)
        var columns = Self.floats(100, seed: 3)
        columns.values = columns.values.map { $0 / 2 }
        let second = SealedChunk(columns, &encoder)
        let isShared = first.times.copy().withUnsafeBufferPointer { a in
            second.times.copy().withUnsafeBufferPointer { b in a.baseAddress == b.baseAddress }
        }
        #expect(isShared)
    }

    @Test func `a histogram of thirty growing buckets costs three bits a bucket and its sum`() {
        var generator = SeededGenerator(30)
        var histogram = NativeHistogram(schema: 3, positiveSpans: [.init(offset: -20, length: 30)])
        histogram.positiveBuckets = Array(repeating: 0, count: 30)
        var columns = SampleColumns()
        for scrape in 0..<128 {
            for bucket in 0..<30 {
                let grown = Double(Int.random(in: 0...6, using: &generator))
                histogram.positiveBuckets[bucket] += grown
                histogram.count += grown
                histogram.sum += grown * Double.random(in: 0.9...1, using: &generator) * Double(bucket + 1)
            }
            columns.histogramTimes.append(Int64(scrape) * 15_000)
            columns.histograms.append(histogram)
        }
        var encoder = ChunkEncoder()
        #expect(SealedChunk(columns, &encoder).samples.count <= 128 * (30 * 3 / 8 + 8 + 2))
    }

    @Test func `unknown versions, kinds and flags are refused`() {
        var encoder = ChunkEncoder()
        let chunk = SealedChunk(Self.floats(40, seed: 1), &encoder)
        for (index, value): (Int, UInt8) in [(0, 2), (0, 4), (1, 1), (1, 2), (1, 8), (1, 16), (2, 41)] {
            var samples = chunk.samples.copy()
            samples[index] = value
            let changed = SealedChunk(
                kind: .floats, count: 40, startTime: chunk.startTime, endTime: chunk.endTime, times: chunk.times,
                samples: .held(samples))
            var columns = SampleColumns()
            #expect(throws: ReadError.self) { try changed.decode(into: &columns) }
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `damaged chunks are refused or decoded to so many samples, and never trap`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        var encoder = ChunkEncoder()
        let kinds = [Self.floats(90, seed: seed), Self.histograms(40, seed: seed)]
        for columns in kinds {
            let chunk = SealedChunk(columns, &encoder)
            for _ in 0..<600 {
                var times = chunk.times.copy()
                var samples = chunk.samples.copy()
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    let index = Int.random(in: 0..<samples.count, using: &generator)
                    samples[index] = UInt8.random(in: 0...255, using: &generator)
                    times[Int.random(in: 0..<times.count, using: &generator)] ^= UInt8.random(in: 0...3, using: &generator)
                }
                if Bool.random(using: &generator) { samples.removeLast(Int.random(in: 0..<samples.count, using: &generator)) }
                let changed = SealedChunk(
                    kind: chunk.kind, count: chunk.count, startTime: 0, endTime: 1, times: .held(times), samples: .held(samples))
                var decoded = SampleColumns()
                do {
                    try changed.decode(into: &decoded)
                    #expect(decoded.count == chunk.count)
                } catch {
                    #expect(!error.message.isEmpty)
                }
            }
        }
    }
}
