import LapwingDisk
import LapwingSeries
import SeededRandom
import Testing

@testable import LapwingStorage

extension Store {
    /// - Returns: whether it was taken.
    fileprivate func append(_ reference: SeriesReference, _ sample: (time: Int64, value: Double)) throws -> Bool {
        var batch = SampleBatch()
        batch.append(reference, time: sample.time, value: sample.value)
        return try append(batch).isEmpty
    }
}

/// Summaries of long windows against all the samples in them.
@Suite struct SummaryTests {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `a long window is summarised as its samples one by one`(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let store = Store(options: StoreOptions(outOfOrderWindow: seed == 3 ? .seconds(86_400) : .zero))
        let samples = Self.history(count: 9000, &generator)
        let references = try store.references(for: [Labels(metric: "m")])
        for sample in samples {
            var batch = SampleBatch()
            batch.append(references[0], time: sample.time, value: sample.value)
            #expect(try store.append(batch).isEmpty)
        }
        if seed == 5 { store.removeSamples(before: Timestamp(milliseconds: samples[3000].time)) }
        let set = try store.snapshot().select([], over: .all)
        let oldest = seed == 5 ? samples[3600].time : samples[0].time
        var summarized = 0
        for _ in 0..<60 {
            let bounds = [Int64.random(in: oldest...150_000_000, using: &generator), Int64.random(in: oldest...150_000_000, using: &generator)]
            let window = (bounds.min() ?? 0)...(bounds.max() ?? 0)
            var summaries: [SampleSummary] = []
            guard try set.summarize(0, over: [window], .all, into: &summaries) else { continue }
            summarized += 1
            var expected = SampleSummary()
            for sample in samples where window.contains(sample.time) { expected.add(sample.value, at: sample.time) }
            expectSame(summaries[0], expected, "seed \(seed), \(window)")
        }
        #expect(summarized > 20, "seed \(seed): most windows are long enough")
    }

    /// What is kept of the newest chunks has to follow what is appended, joined, put between and dropped.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `a long window up to now is summarised as its samples one by one whenever it is asked for`(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let store = Store(options: StoreOptions(outOfOrderWindow: .seconds(86_400)))
        let reference = try store.references(for: [Labels(metric: "m")])[0]
        var stored: [(time: Int64, value: Double)] = []
        var (oldest, summarized) = (Int64.min, 0)
        for sample in Self.history(count: 6000, &generator) {
            #expect(try store.append(reference, sample))
            stored.append(sample)
            if seed > 2, stored.count > 1000, Int.random(in: 0..<400, using: &generator) == 0 {
                let late = (time: sample.time - Int64.random(in: 1...3_000_000, using: &generator), value: 5.0)
                let place = stored.lastIndex { $0.time <= late.time } ?? 0
                if stored[place].time != late.time, try store.append(reference, late) { stored.insert(late, at: place + 1) }
            }
            if seed > 4, stored.count % 2500 == 2499 {
                oldest = stored[stored.count / 4].time
                store.removeSamples(before: Timestamp(milliseconds: oldest))
            }
            guard stored.count > 3400, Int.random(in: 0..<20, using: &generator) == 0 else { continue }
            let start = max(oldest, stored[Int.random(in: 0..<200, using: &generator)].time)
            let window = start...(sample.time - (Bool.random(using: &generator) ? 0 : Int64.random(in: 0...2_000_000, using: &generator)))
            var summaries: [SampleSummary] = []
            let set = try store.snapshot().select([], over: .all)
            guard try set.summarize(0, over: [window], .all, into: &summaries) else { continue }
            summarized += 1
            var expected = SampleSummary()
            for sample in stored where window.contains(sample.time) { expected.add(sample.value, at: sample.time) }
            expectSame(summaries[0], expected, "seed \(seed), \(window)")
        }
        #expect(summarized > 30, "seed \(seed)")
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `summaries are the same after they were kept in a file`(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let samples = Self.history(count: 3000, &generator)
        var summaries: [SampleSummary?] = [nil]
        for start in stride(from: 0, to: samples.count, by: 300) {
            var summary = SampleSummary()
            for sample in samples[start..<(start + 300)] { summary.add(sample.value * (seed == 2 ? -1 : 1), at: sample.time) }
            summary.needsSamples = start == 600
            summaries.append(summary)
        }
        var record = SummaryRecord()
        record.append(7, summaries)
        record.append(8, [nil, nil])
        record.append(70_000, [summaries[3]])
        #expect(record.bytes.count < 100 * 12)
        let read = try Self.read(record.bytes)
        #expect(read.keys.sorted() == [7, 70_000] && read[7]?.count == summaries.count)
        for (kept, summary) in zip(read[7] ?? [], summaries) { #expect(kept?.words == summary?.words, "seed \(seed)") }
        #expect(read[70_000]?.first??.words == summaries[3]?.words)
        for end in record.bytes.indices { _ = try? Self.read(Array(record.bytes[..<end])) }
        for index in record.bytes.indices {
            var damaged = record.bytes
            damaged[index] ^= UInt8.random(in: 1...255, using: &generator)
            _ = try? Self.read(damaged)
        }
    }

    private static func read(_ bytes: [UInt8]) throws -> [UInt32: [SampleSummary?]] {
        try FileBytes(bytes).withBytes { bytes in
            var reader = ByteReader(bytes, 0..<bytes.count)
            return try SummaryRecord.read(&reader)
        }
    }

    private func expectSame(_ summary: SampleSummary, _ expected: SampleSummary, _ what: String) {
        #expect(summary.count == expected.count, "\(what)")
        #expect([summary.firstTime, summary.lastTime] == [expected.firstTime, expected.lastTime], "\(what)")
        let numbers = [\SampleSummary.first, \.last, \.minimum, \.maximum].map { (summary[keyPath: $0], expected[keyPath: $0]) }
        for (number, wanted) in numbers { #expect(number.bitPattern == wanted.bitPattern || (number.isNaN && wanted.isNaN), "\(what)") }
        #expect([summary.resets, summary.changes] == [expected.resets, expected.changes], "\(what)")
        // What was subtracted from a whole may be taken for less exact than it is.
        #expect(!summary.hasExactSum || expected.hasExactSum, "\(what)")
        if summary.hasExactSum { #expect(summary.sum + summary.lost == expected.sum + expected.lost, "\(what)") }
        if summary.hasExactCorrection { #expect(summary.correction == expected.correction, "\(what)") }
    }

    /// A counter with resets, restarts, gaps and now and then something that is no number.
    private static func history(count: Int, _ generator: inout SeededGenerator) -> [(time: Int64, value: Double)] {
        let scale = Bool.random(using: &generator) ? 1.0 : 0.1
        var (time, total) = (Int64(0), 0.0)
        return (0..<count).map { index in
            time += 15_000 + (index % 700 == 0 ? 400_000 : Int64.random(in: 0...10, using: &generator))
            total += Double(Int.random(in: 0...9, using: &generator)) * scale
            switch Int.random(in: 0..<2000, using: &generator) {
            case 0: return (time, StaleMarker.value)
            case 1: return (time, .nan)
            case 2: return (time, .infinity)
            case 3, 4: total = 0
            default: break
            }
            return (time, total)
        }
    }

    @Test func `what the tree gives of any chunks is what joining them in order gives`() {
        var generator = SeededGenerator(7)
        var tree = SummaryTree()
        var parts: [SampleSummary] = []
        for index in 0..<700 {
            var part = SampleSummary()
            for sample in 0..<Int.random(in: 0...3, using: &generator) {
                part.add(Double(Int.random(in: 0...50, using: &generator)), at: Int64(index * 10 + sample))
            }
            parts.append(part)
            tree.append(part)
        }
        func check(_ label: String) {
            for _ in 0..<200 {
                let ends = [Int.random(in: 0...parts.count, using: &generator), Int.random(in: 0...parts.count, using: &generator)].sorted()
                var (got, expected) = (SampleSummary(), SampleSummary())
                tree.add(ends[0]..<ends[1], to: &got)
                for part in parts[ends[0]..<ends[1]] { expected.add(part) }
                expectSame(got, expected, "\(label) \(ends)")
            }
        }
        check("all")
        tree.keepFirst(517)
        parts.removeLast(parts.count - 517)
        check("fewer")
        tree.removeFirst(33)
        parts.removeFirst(33)
        #expect(tree.count == parts.count)
        check("later")
    }
}
