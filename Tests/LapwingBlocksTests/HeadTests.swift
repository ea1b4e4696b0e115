import Foundation
@testable import LapwingBlocks
import LapwingSeries
import SeededRandom
import Testing

@Suite struct `The head` {
    private let a = Labels(metric: "a", ["x": "1"])
    private let b = Labels(metric: "b")

    private func keyed(_ reference: UInt64, _ samples: [TestSample]) -> [(reference: UInt64, sample: TestSample)] { samples.map { (reference, $0) } }

    @Test(arguments: [0, 8, 16] as [UInt8])
    func `records that go over pages and segments are read, compressed or not`(flag: UInt8) throws {
        let data = try TestData()
        let samples = TestData.samples(stride(from: 0, to: 100_000, by: 10))
        var log = LogWriting()
        log.put(RecordWriting.series([(1, a), (2, b)]), flag: flag)
        for start in stride(from: 0, to: 5000, by: 500) { log.put(RecordWriting.samples(keyed(1, Array(samples[start..<(start + 500)]))), flag: flag) }
        log.put(RecordWriting.samples(keyed(1, Array(samples[5000..<9000]))), flag: flag)
        log.fillPage()
        try log.write(to: data.folder.appending(path: "wal/00000007"))
        var second = LogWriting()
        second.put(RecordWriting.samples(keyed(1, Array(samples[9000...])) + keyed(2, [TestSample(time: 5, value: .nan)])), flag: flag)
        try second.write(to: data.folder.appending(path: "wal/00000008"))
        #expect(try data.floats() == [a: samples, b: [TestSample(time: 5, value: .nan)]])
        #expect(try data.open().remarks.isEmpty)
        let snapshot = try data.open().snapshot()
        #expect(try snapshot.labelNames(matching: [], over: .all) == ["__name__", "x"])
        #expect(try snapshot.labelValues(of: "__name__", matching: [], over: .all) == ["a", "b"])
        #expect(try snapshot.select([.equal("x", "")], over: .all).labels == [b])
    }

    @Test func `a checkpoint stands for the segments before it`() throws {
        let data = try TestData()
        let samples = TestData.samples(stride(from: 0, to: 100, by: 10))
        var old = LogWriting()
        old.put(RecordWriting.series([(1, b)]))
        try old.write(to: data.folder.appending(path: "wal/checkpoint.00000003/00000000"))
        var checkpoint = LogWriting()
        checkpoint.put(RecordWriting.series([(1, a)]))
        checkpoint.put(RecordWriting.samples(keyed(1, Array(samples[..<4]))))
        try checkpoint.write(to: data.folder.appending(path: "wal/checkpoint.00000005/00000000"))
        var segment = LogWriting()
        segment.put([0xff])
        try segment.write(to: data.folder.appending(path: "wal/00000005"))
        var last = LogWriting()
        last.put(RecordWriting.samples(keyed(1, Array(samples[4...]))))
        try last.write(to: data.folder.appending(path: "wal/00000006"))
        try data.write([9], to: "wal/checkpoint.00000009.tmp/00000000")
        #expect(try data.floats() == [a: samples])
        #expect(try data.open().remarks.isEmpty)
    }

    @Test func `every kind of record is read`() throws {
        var random = SeededGenerator(3)
        let data = try TestData()
        var log = LogWriting()
        var written: [[HistogramWriting.Sample]] = []
        let kinds: [(UInt8, ChunkEncoding)] = [
            (7, .histogram), (8, .floatHistogram), (9, .histogram), (10, .floatHistogram), (12, .histogramWithStarts), (13, .floatHistogramWithStarts),
        ]
        for (number, (kind, encoding)) in kinds.enumerated() {
            let reference = UInt64(number + 1)
            log.put(RecordWriting.series([(reference, Labels(metric: "h\(number)"))]))
            written.append(`Chunks of histograms`.samples(&random, encoding))
            log.put(RecordWriting.histograms(kind, written[number].map { (reference, $0) }))
        }
        let started = [
            TestSample(time: 10, value: 1, start: 3), TestSample(time: 20, value: 2, start: 3), TestSample(time: 30, value: 1, start: 25),
            TestSample(time: 40, value: 0),
        ]
        log.put(RecordWriting.series([(1 << 40, a)]))
        log.put(RecordWriting.samplesWithStarts(keyed(1 << 40, started)))
        log.put(RecordWriting.tombstone(1 << 40, 20...29))
        log.put(RecordWriting.metadata(1 << 40, kind: 1, unit: "s", help: "How\nso."))
        log.put([4])
        log.put([5])
        log.put([77, 1, 2])
        log.put(RecordWriting.samples(keyed(99, [TestSample(time: 1, value: 1)])))
        try log.write(to: data.folder.appending(path: "wal/00000000"))
        let read = try data.columns()
        for (number, samples) in written.enumerated() {
            let columns = try #require(read.first { $0.labels == Labels(metric: "h\(number)") }).columns
            #expect(columns.histogramTimes == samples.map(\.time))
            for (one, sample) in zip(columns.histograms, samples) {
                #expect(one.isStaleMarker ? sample.histogram.isStaleMarker : one.isSameData(as: sample.histogram), "kind \(kinds[number].0)")
            }
            let starts = kinds[number].0 > 10 ? samples.map(\.start) : []
            #expect(columns.histogramStartTimes == (starts.contains { $0 != 0 } ? starts : []))
        }
        #expect(try data.floats([.equal("__name__", "a")])[a] == [started[0], started[2], started[3]])
        let opened = try data.open()
        #expect(opened.metadata == ["a": MetricMetadata(name: "a", kind: .counter, unit: "s", help: "How\nso.")])
        #expect(opened.remarks.count == 2, "\(opened.remarks)")
    }

    @Test func `what is in head chunks, in the log and in a block as well is shown once`() throws {
        let data = try TestData()
        let samples = TestData.samples(stride(from: 0, to: 3000, by: 10))
        try BlockWriting(series: [.init(a, [Array(samples[..<100])])]).write(into: data.folder)
        try data.write(HeadChunkWriting.file([(1, Array(samples[50..<150]), false)], zeros: 0), to: "chunks_head/000001")
        try data.write(HeadChunkWriting.file([(1, Array(samples[150..<250]), false), (7, Array(samples[..<2]), false)]), to: "chunks_head/000002")
        var log = LogWriting()
        log.put(RecordWriting.series([(1, a)]))
        log.put(RecordWriting.samples(keyed(1, Array(samples[80...]))))
        try log.write(to: data.folder.appending(path: "wal/00000000"))
        #expect(try data.floats() == [a: samples])
        let few = TimeRange(start: Timestamp(milliseconds: 1490), end: Timestamp(milliseconds: 1510))
        #expect(try data.floats([], few)[a] == Array(samples[149...151]))
    }

    @Test func `samples that came out of order stand in their place`() throws {
        let data = try TestData()
        let samples = TestData.samples(stride(from: 0, to: 1000, by: 10))
        var log = LogWriting()
        log.put(RecordWriting.series([(1, a)]))
        log.put(RecordWriting.samples(keyed(1, samples.filter { $0.time % 20 == 0 })))
        try log.write(to: data.folder.appending(path: "wal/00000000"))
        var late = LogWriting()
        late.put(RecordWriting.samples(keyed(1, samples.filter { $0.time % 20 != 0 }.reversed())))
        try late.write(to: data.folder.appending(path: "wbl/00000000"))
        let mapped = Array(samples.filter { $0.time % 20 != 0 }.prefix(10))
        try data.write(HeadChunkWriting.file([(1, mapped, true)]), to: "chunks_head/000001")
        #expect(try data.floats() == [a: samples])
    }

    @Test func `a histogram at the time of a float is not shown`() throws {
        let data = try TestData()
        var random = SeededGenerator(11)
        let histograms = `Chunks of histograms`.samples(&random, .histogram)
        let floats = histograms.prefix(2).map { TestSample(time: $0.time, value: 1) }
        try BlockWriting(series: [.init(a, [floats])]).write(into: data.folder)
        var log = LogWriting()
        log.put(RecordWriting.series([(1, a)]))
        log.put(RecordWriting.histograms(7, histograms.map { (1, $0) }))
        try log.write(to: data.folder.appending(path: "wal/00000000"))
        let columns = try #require(try data.columns().first).columns
        #expect(columns.times == floats.map(\.time) && columns.histogramTimes == histograms.dropFirst(2).map(\.time))
        #expect(columns.histogramTimes.count > 2)
    }

    @Test func `histograms among which others are put say nothing of the one before them`() throws {
        let data = try TestData()
        func samples(_ times: [Int64]) -> [(reference: UInt64, sample: HistogramWriting.Sample)] {
            times.map { time in
                let histogram = NativeHistogram(
                    counterResetHint: time == 40 ? .gauge : .notReset, count: 1, sum: 1, positiveSpans: [.init(offset: 0, length: 1)], positiveBuckets: [1])
                return (1, HistogramWriting.Sample(time: time, histogram: histogram))
            }
        }
        var (log, late) = (LogWriting(), LogWriting())
        log.put(RecordWriting.series([(1, a)]))
        log.put(RecordWriting.histograms(7, samples([10, 30, 40])))
        try log.write(to: data.folder.appending(path: "wal/00000000"))
        #expect(try data.columns()[0].columns.histograms.map(\.counterResetHint) == [.notReset, .notReset, .gauge])
        late.put(RecordWriting.histograms(7, samples([20])))
        try late.write(to: data.folder.appending(path: "wbl/00000000"))
        let columns = try data.columns()[0].columns
        #expect(columns.histogramTimes == [10, 20, 30, 40])
        #expect(columns.histograms.map(\.counterResetHint) == [.unknown, .unknown, .unknown, .gauge])
    }

    @Test func `behind a damaged head chunk the log is asked`() throws {
        let data = try TestData()
        let samples = TestData.samples(stride(from: 0, to: 3000, by: 10))
        var first = HeadChunkWriting.file([(1, Array(samples[..<100]), false), (1, Array(samples[100..<200]), false)], zeros: 0)
        first[first.count - 20] ^= 1
        try data.write(first, to: "chunks_head/000001")
        // No file behind it is looked at either.
        try data.write(HeadChunkWriting.file([(1, TestData.samples(stride(from: 2000, to: 2500, by: 10)), false)]), to: "chunks_head/000002")
        var log = LogWriting()
        log.put(RecordWriting.series([(1, a)]))
        log.put(RecordWriting.samples(keyed(1, samples)))
        try log.write(to: data.folder.appending(path: "wal/00000000"))
        #expect(try data.floats() == [a: samples])
        #expect(try data.open().remarks.map { $0.contains("chunks_head/000001 is damaged at byte") } == [true])
    }

    @Test func `the log ends where it is torn`() throws {
        let data = try TestData()
        let samples = TestData.samples(stride(from: 0, to: 50_000, by: 10))
        var log = LogWriting()
        log.put(RecordWriting.series([(1, a)]))
        var ends: [Int] = []
        for start in stride(from: 0, to: 5000, by: 1000) {
            log.put(RecordWriting.samples(keyed(1, Array(samples[start..<(start + 1000)]))))
            ends.append(log.bytes.count)
        }
        for cut in [ends[3] + 1, ends[3] + 8, ends[3] + 7000, ends[4] - 1, ends[4], ends[2], ends[2] + 3] {
            try data.write(Array(log.bytes[..<cut]), to: "wal/00000000")
            let whole = ends.filter { $0 <= cut }.count * 1000
            #expect(try data.floats() == [a: Array(samples[..<whole])], "cut at \(cut)")
            #expect(try data.open().remarks.isEmpty == ends.contains(cut), "cut at \(cut)")
        }
    }

    @Test func `damage in the middle of the log is named with its file and byte`() throws {
        let data = try TestData()
        var log = LogWriting()
        log.put(RecordWriting.series([(1, a)]))
        for start in stride(from: Int64(0), to: 50_000, by: 1000) {
            log.put(RecordWriting.samples(keyed(1, TestData.samples(stride(from: start, to: start + 1000, by: 1)))))
        }
        var bytes = log.bytes
        bytes[40_000] ^= 1
        try data.write(bytes, to: "wal/00000003")
        let error = #expect(throws: ReadError.self) { try data.open() }
        let place = error?.message.firstMatch(of: /wal\/00000003 is damaged at byte (\d+): the checksum of a record is/).flatMap { Int($0.1) }
        #expect(place.map { (32_768...40_000).contains($0) } == true, "\(String(describing: error))")
        var garbled = LogWriting()
        garbled.put([1, 2, 3])
        bytes = garbled.bytes
        for flag in [8, 16] as [UInt8] {
            bytes[0] = 1 | flag
            try data.write(bytes, to: "wal/00000003")
            let refused = #expect(throws: ReadError.self) { try data.open() }
            #expect(refused?.message.contains("wal/00000003 is damaged at byte 0: a record cannot be decompressed") == true)
        }
    }

    @Test func `damage at the end of a checkpoint is no torn end, which only what is being written has`() throws {
        let data = try TestData()
        var log = LogWriting()
        log.put(RecordWriting.series([(1, a)]))
        log.put(RecordWriting.samples(keyed(1, TestData.samples(stride(from: 0, to: 100, by: 10)))))
        var bytes = log.bytes
        bytes[bytes.count - 1] ^= 1
        try data.write(bytes, to: "wal/checkpoint.00000003/00000000")
        let error = #expect(throws: ReadError.self) { try data.open() }
        #expect(error?.message.contains("checkpoint.00000003/00000000 is damaged at byte") == true, "\(String(describing: error))")
    }

    @Test func `a segment that is not there, or a format that is not known, is named`() throws {
        let data = try TestData()
        var log = LogWriting()
        log.put(RecordWriting.series([(1, a)]))
        for number in [1, 2, 4] { try log.write(to: data.folder.appending(path: "wal/0000000\(number)")) }
        let gap = #expect(throws: ReadError.self) { try data.open() }
        #expect(gap?.message.contains("wal cannot be read: segment 3 is not there, and 00000004 is") == true, "\(String(describing: gap))")
        try FileManager.default.removeItem(at: data.folder.appending(path: "wal/00000004"))
        #expect(try data.open().times == nil)
        try BlockWriting(series: [.init(a, [TestData.samples(stride(from: 7, to: 100, by: 10))])], version: 9).write(into: data.folder)
        #expect(try data.open().times == TimeRange(start: Timestamp(milliseconds: 7), end: Timestamp(milliseconds: 97)))
        let unknown = #expect(throws: ReadError.self) { try data.floats() }
        #expect(unknown?.message.contains("the index has version 9, and this program reads 1, 2 and 3") == true)
    }

    @Test(arguments: 0..<8) func `files that were cut or changed are refused or read, and never trap`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        let data = try TestData()
        let samples = TestData.samples(stride(from: 0, to: 2000, by: 10))
        var log = LogWriting()
        log.put(RecordWriting.series([(1, a), (2, b)]), flag: 8)
        log.put(RecordWriting.samples(keyed(1, samples)), flag: 8)
        log.put(RecordWriting.histograms(7, `Chunks of histograms`.samples(&random, .histogram).map { (2, $0) }))
        let chunks = HeadChunkWriting.file([(1, Array(samples[..<100]), false), (2, Array(samples[..<50]), true)], zeros: 64)
        for _ in 0..<12 {
            for (bytes, name) in [(log.bytes, "wal/00000000"), (chunks, "chunks_head/000001")] {
                var changed = bytes
                if Bool.random(using: &random) { changed.removeLast(Int.random(in: 0..<changed.count, using: &random)) }
                for _ in 0..<Int.random(in: 0...3, using: &random) where !changed.isEmpty {
                    changed[Int.random(in: changed.indices, using: &random)] = .random(in: 0...255, using: &random)
                }
                try data.write(changed, to: name)
            }
            for (_, samples) in (try? data.floats()) ?? [:] {
                for (a, b) in zip(samples, samples.dropFirst()) { #expect(a.time < b.time, "seed \(seed)") }
            }
        }
    }

    /// The checksums hold: what is wrong is what they seal.
    @Test(arguments: 0..<8) func `records that make no sense are refused or read, and never trap`(seed: UInt64) {
        var random = SeededGenerator(seed)
        let samples = `Chunks of histograms`.samples(&random, .histogram)
        let records = [
            RecordWriting.series([(1, a), (2, b)]), RecordWriting.samples([(1, TestSample(time: 1, value: 1)), (2, TestSample(time: 2, value: 2))]),
            RecordWriting.histograms(7, samples.map { (1, $0) }), RecordWriting.histograms(13, samples.map { (1, $0) }),
            RecordWriting.samplesWithStarts([(1, TestSample(time: 1, value: 1, start: 1)), (2, TestSample(time: 2, value: 2, start: 2))]),
            RecordWriting.tombstone(1, 1...2), RecordWriting.metadata(1, kind: 2, unit: "u", help: "h"),
        ]
        var builder = HeadBuilder()
        for _ in 0..<30 {
            for record in records {
                var changed = record
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    changed[Int.random(in: changed.indices, using: &random)] = .random(in: 0...255, using: &random)
                }
                changed.removeLast(Int.random(in: 0..<changed.count, using: &random) / 4)
                do throws(DamagedBytes) {
                    try LogRecord.read(changed.span, into: &builder)
                } catch {
                    #expect(error.offset <= changed.count, "seed \(seed)")
                }
            }
        }
        let head = builder.finish()
        for one in head.series { #expect(one.columns.histogramTimes.count == one.columns.histograms.count) }
    }
}
