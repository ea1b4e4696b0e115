import LapwingDisk
import LapwingSeries
import SeededRandom
import Testing

@testable import LapwingStorage

@Suite struct `Records of the log` {
    private static func read<R>(_ bytes: [UInt8], _ body: (inout ByteReader) throws(ByteReader.Malformed) -> R) throws -> R {
        try FileBytes(bytes).withBytes { bytes throws(ByteReader.Malformed) in
            var reader = ByteReader(bytes, 0..<bytes.count)
            return try body(&reader)
        }
    }

    private static func roundTrip(_ batch: SampleBatch, _ bounds: BatchBounds = BatchBounds()) throws -> (SampleBatch, BatchBounds, bytes: Int) {
        var bytes: [UInt8] = []
        LogSamples.append(batch, bounds, to: &bytes)
        let (read, readBounds) = try read(bytes) { (reader) throws(ByteReader.Malformed) in
            guard try reader.byte() == LogRecord.samples else { throw .init(offset: 0) }
            let result = try LogSamples.read(&reader)
            guard reader.isAtEnd else { throw .init(offset: reader.offset) }
            return result
        }
        return (read, readBounds, bytes.count)
    }

    private static func same(_ a: SampleBatch, _ b: SampleBatch) -> Bool {
        let floats = a.series == b.series && a.times == b.times && a.startTimes == b.startTimes
        let values = a.values.map(\.bitPattern) == b.values.map(\.bitPattern)
        let columns = a.histogramSeries == b.histogramSeries && a.histogramTimes == b.histogramTimes
        guard floats, values, columns, a.histogramStartTimes == b.histogramStartTimes, a.histograms.count == b.histograms.count
        else { return false }
        return zip(a.histograms, b.histograms).allSatisfy { $0.hasSameBits(as: $1) }
    }

    @Test func `every value comes back to the last bit`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed)
        var values: [Double] = [
            0, -0.0, 1, -1, .nan, .infinity, -.infinity, StaleMarker.value, 0.1, 123.456, 1e15, 0x1p51, -0x1p51, 0x1p53, .pi, .leastNonzeroMagnitude,
            .greatestFiniteMagnitude, 1e-9, 1e-10, 12345.000000001, Double(bitPattern: 0x7FF8_0000_0000_0042),
        ]
        for _ in 0..<5000 {
            values.append(Double(bitPattern: random.next()))
            values.append(Double(Int.random(in: -1_000_000...1_000_000, using: &random)))
            values.append(Double(Int.random(in: 0...10_000_000, using: &random)) / 1000)
        }
        var batch = SampleBatch()
        for (index, value) in values.enumerated() { batch.append(SeriesReference(UInt64(index)), time: 5, value: value) }
        #expect(Self.same(batch, try Self.roundTrip(batch).0), "seed \(seed)")
    }

    @Test func `times, starts, series in any order and histograms come back`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed)
        for _ in 0..<200 {
            var batch = SampleBatch()
            for _ in 0..<Int.random(in: 0...40, using: &generator) {
                batch.append(
                    SeriesReference(UInt64.random(in: 0...UInt64(UInt32.max), using: &generator)),
                    time: Int64.random(in: -10...10, using: &generator) * 1_000_000_000, value: Double(Int.random(in: 0...99, using: &generator)))
            }
            if Bool.random(using: &generator) { batch.startTimes = batch.times.map { $0 &- 77 } }
            for index in 0..<Int.random(in: 0...5, using: &generator) {
                var histogram = NativeHistogram(
                    counterResetHint: .gauge, schema: -4, zeroThreshold: 1e-128, zeroCount: 1, count: 12.5, sum: .pi,
                    positiveSpans: [.init(offset: -3, length: 2)], positiveBuckets: [1, 2], negativeSpans: [.init(offset: 9, length: 1)],
                    negativeBuckets: [8])
                if Bool.random(using: &generator) {
                    histogram = NativeHistogram(
                        schema: NativeHistogram.customBucketsSchema, positiveSpans: [.init(offset: 0, length: 1)], positiveBuckets: [4],
                        customValues: [0.1, 5])
                }
                batch.append(SeriesReference(UInt64(index)), time: Int64(index), histogram: histogram)
            }
            let bounds = Bool.random(using: &generator) ? BatchBounds() : BatchBounds(latestTime: 5, earliestTime: -7, outOfOrderFrom: .max)
            let (read, readBounds, _) = try Self.roundTrip(batch, bounds)
            #expect(Self.same(batch, read) && bounds == readBounds, "seed \(seed)")
        }
    }

    @Test func `a scrape takes less than four bytes a sample`() throws {
        var batch = SampleBatch()
        for index in 0..<10_000 {
            let value = index % 20 == 0 ? Double(index) * 0.731 : Double(index * 7919 % 100_000)
            batch.append(SeriesReference(UInt64(1000 + index)), time: 1_700_000_000_000, value: value)
        }
        let (_, _, bytes) = try Self.roundTrip(batch, BatchBounds(latestTime: 1_700_000_600_000))
        #expect(Double(bytes) / 10_000 < 4, "\(bytes) bytes")
    }

    @Test func `series and notes come back`() throws {
        let long = String(repeating: "x", count: 300)
        let definitions = [7, 8, 100, 3].map { SeriesDefinition(id: $0, labels: Labels(metric: "m", ["i": "\($0)", "long": long])) }
        var bytes: [UInt8] = []
        LogRecord.appendSeries(definitions[...], to: &bytes)
        LogRecord.appendNote([1, 2], [3], to: &bytes)
        LogRecord.appendNote([], nil, to: &bytes)
        try Self.read(bytes) { (reader) throws(ByteReader.Malformed) in
            #expect(try reader.byte() == LogRecord.series)
            #expect(try LogRecord.readSeries(&reader) == definitions)
            _ = try reader.byte()
            let note = try LogRecord.readNote(&reader)
            #expect(note.key == [1, 2] && note.value == [3])
            _ = try reader.byte()
            #expect(try LogRecord.readNote(&reader).value == nil)
        }
    }

    @Test func `damaged records are refused and never trap`() throws {
        var batch = SampleBatch()
        for index in 0..<30 { batch.append(SeriesReference(UInt64(index * index)), time: Int64(index * 15_000), value: Double(index) * 1.5) }
        batch.append(SeriesReference(3), time: 4, histogram: NativeHistogram(schema: 3, positiveSpans: [.init(offset: 1, length: 1)], positiveBuckets: [2]))
        var bytes: [UInt8] = []
        LogRecord.appendSeries([SeriesDefinition(id: 4, labels: Labels(metric: "up"))], to: &bytes)
        let start = bytes.count
        LogSamples.append(batch, BatchBounds(latestTime: 9), to: &bytes)
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed)
        for round in 0..<20_000 {
            var changed = Array(bytes[(round % 2 == 0 ? 0 : start)...])
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                changed[Int.random(in: 1..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if round % 5 == 0 { changed.removeLast(Int.random(in: 1..<changed.count, using: &random)) }
            try? Self.read(changed) { (reader) throws(ByteReader.Malformed) in
                switch try reader.byte() {
                case LogRecord.series: _ = try LogRecord.readSeries(&reader)
                default: #expect(try LogSamples.read(&reader).batch.times.count <= changed.count, "seed \(seed)")
                }
            }
        }
    }
}
