import LapwingSeries
import SeededRandom
import Testing

@testable import LapwingStorage

/// Generated operations on the store and on its twin, compared after each.
@Suite struct StoreTwinTests {
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `a store and a dictionary of arrays show the same`(seed: UInt64) throws {
        var run = TwinRun(seed: seed)
        for _ in 0..<220 { try run.step() }
        try run.compareAll()
    }
}

struct TwinRun {
    let seed: UInt64
    var generator: SeededGenerator
    var twin = TwinStore()
    let store: Store
    let labels: [Labels]
    var references: [SeriesReference] = []
    var clock: Int64 = 1_000_000
    /// Snapshots with what the twin was when each was taken.
    var held: [(any SeriesSnapshot, TwinStore)] = []

    init(seed: UInt64) {
        self.seed = seed
        generator = SeededGenerator(seed)
        let window = seed % 3 == 0 ? Int64(0) : Int64(seed % 3) * 400_000
        twin.outOfOrderWindow = window
        store = Store(options: StoreOptions(outOfOrderWindow: .milliseconds(window)))
        labels = (0..<9).map { index in
            Labels(metric: index % 2 == 0 ? "a" : "b", ["job": "j\(index % 3)", "i": "\(index)"])
        }
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    mutating func step() throws {
        clock += Int64.random(in: 0...15_000, using: &generator)
        try append()
        if chance(20), held.count < 5 { held.append((store.snapshot(), twin)) }
        if chance(10), let (snapshot, then) = held.randomElement(using: &generator) {
            try compare(snapshot, then, "an old snapshot")
        }
        if chance(8), !held.isEmpty { held.removeFirst() }
        if chance(15) { try compare(store.snapshot(), twin, "the present") }
        if chance(2) { try removeOld() }
    }

    mutating func append() throws {
        references = try store.references(for: labels)
        var batch = SampleBatch()
        var expected: [RefusedSample] = []
        var floats: [(Int, TwinStore.Sample)] = []
        var histograms: [(Int, TwinStore.Sample)] = []
        if chance(40) { floats = makeScrape() }
        for _ in 0..<(floats.isEmpty ? Int.random(in: 1...40, using: &generator) : 0) {
            let index = Int.random(in: 0..<labels.count, using: &generator)
            let sample = makeSample(histogram: index == 8 || (index == 7 && chance(20)))
            if sample.histogram == nil { floats.append((index, sample)) } else { histograms.append((index, sample)) }
        }
        for (index, sample) in floats {
            batch.append(references[index], time: sample.time, value: sample.value)
            batch.startTimes.append(sample.startTime)
        }
        for (index, sample) in histograms {
            guard let histogram = sample.histogram else { continue }
            batch.append(references[index], time: sample.time, histogram: histogram)
            batch.histogramStartTimes.append(sample.startTime)
        }
        // The window is counted from the newest sample before the batch.
        let before = twin.newest
        var after = before
        for (place, (index, sample)) in (floats + histograms).enumerated() {
            twin.newest = before
            if let reason = twin.append(labels[index], sample) {
                expected.append(RefusedSample(index: place, reason: reason))
            }
            after = max(after, twin.newest)
        }
        twin.newest = after
        let refused = try store.append(batch)
        #expect(refused == expected, "seed \(seed)")
    }

    /// Samples of most series at one time, as a target gives them.
    mutating func makeScrape() -> [(Int, TwinStore.Sample)] {
        let time = clock + 40_000
        return (0..<7).compactMap { index in
            if chance(3) { return nil }
            let late: Int64 = chance(2) ? 1 : 0
            let value = chance(3) ? StaleMarker.value : Double(Int.random(in: 0...100, using: &generator))
            return (index, TwinStore.Sample(time: time + late, value: value, histogram: nil, startTime: 0))
        }
    }

    mutating func makeSample(histogram: Bool) -> TwinStore.Sample {
        var time = clock + Int64.random(in: 0...60, using: &generator) * 500
        if chance(20) { time -= Int64.random(in: 0...1_000_000, using: &generator) }
        let start: Int64 = chance(10) ? clock / 100_000 : 0
        if histogram {
            let count = Double(Int.random(in: 0...5, using: &generator))
            let value = NativeHistogram(
                counterResetHint: chance(10) ? .gauge : .unknown, schema: 3, zeroThreshold: 0.001, zeroCount: 1,
                count: count * 3 + 1, sum: chance(5) ? StaleMarker.value : count * 1.5,
                positiveSpans: [.init(offset: 0, length: 2)], positiveBuckets: [count, count * 2])
            return TwinStore.Sample(time: time, value: 0, histogram: value, startTime: start)
        }
        let values: [Double] = [
            .nan, StaleMarker.value, .infinity, -0.0, 0, 1.5, Double(clock), Double.random(in: 0...1, using: &generator),
        ]
        return TwinStore.Sample(
            time: time, value: values.randomElement(using: &generator) ?? 0, histogram: nil, startTime: start)
    }

    /// Retention drops whole chunks, so that only what lies before the line may go and nothing after it.
    mutating func removeOld() throws {
        let line = clock - 2_000_000
        store.removeSamples(before: Timestamp(milliseconds: line))
        let set = try store.snapshot().select([], over: .all)
        var columns = SampleColumns()
        var left: [Labels: [TwinStore.Sample]] = [:]
        for index in 0..<set.count {
            try set.read(index, over: .all, into: &columns)
            if !columns.isEmpty { left[set.labels[index]] = columns.samples }
        }
        for (labels, samples) in twin.series {
            let kept = left[labels] ?? []
            #expect(kept.map(\.text) == samples.suffix(kept.count).map(\.text), "seed \(seed)")
            #expect(samples.dropLast(kept.count).allSatisfy { $0.time < line }, "seed \(seed)")
            twin.series[labels] = kept.isEmpty ? nil : kept
        }
    }

    mutating func compareAll() throws {
        for (snapshot, then) in held { try compare(snapshot, then, "an old snapshot") }
        try compare(store.snapshot(), twin, "the present")
        let samples = twin.series.values.reduce(0) { $0 + $1.count }
        #expect(store.statistics.samples == samples, "seed \(seed)")
    }

    mutating func compare(_ snapshot: any SeriesSnapshot, _ twin: TwinStore, _ what: String) throws {
        let matchers: [[Matcher]] = [
            [], [.equal("__name__", "a")], [.notEqual("job", "j1")], [.equal("job", "j2"), .notEqual("i", "2")],
            [.equal("none", "")],
        ]
        let chosen = matchers.randomElement(using: &generator) ?? []
        let set = try snapshot.select(chosen, over: .all)
        #expect(try snapshot.labels(of: chosen, over: .all) == twin.select(chosen), "\(what), seed \(seed)")
        #expect(Set(twin.select(chosen)).isSubset(of: set.labels), "\(what), seed \(seed)")
        var columns = SampleColumns()
        for index in 0..<set.count {
            let start = clock - Int64.random(in: 0...3_000_000, using: &generator)
            let range = chance(30) ? Int64.min...Int64.max : start...(start + 300_000)
            let asked = TimeRange(
                start: Timestamp(milliseconds: range.lowerBound), end: Timestamp(milliseconds: range.upperBound))
            try set.read(index, over: asked, into: &columns)
            let expected = twin.read(set.labels[index], range)
            #expect(columns.samples.map(\.text) == expected.map(\.text), "\(what), seed \(seed)")
        }
        try compareLatest(set, twin, what)
        try compareTable(set, twin, what)
    }

    mutating func compareTable(_ set: any SeriesSet, _ twin: TwinStore, _ what: String) throws {
        let start = clock - Int64.random(in: 0...1_000_000, using: &generator)
        let range = TimeRange(start: Timestamp(milliseconds: start), end: Timestamp(milliseconds: start + 300_000))
        var table = SampleTable()
        var columns = SampleColumns()
        try set.read(0..<set.count, over: range, into: &table)
        for index in 0..<set.count where table.take(index, into: &columns) {
            let expected = twin.read(set.labels[index], start...(start + 300_000))
            #expect(columns.samples.map(\.text) == expected.map(\.text), "\(what), seed \(seed)")
        }
    }

    mutating func compareLatest(_ set: any SeriesSet, _ twin: TwinStore, _ what: String) throws {
        let end = clock - Int64.random(in: -100_000...1_000_000, using: &generator)
        var latest = LatestSamples()
        let range = TimeRange(start: Timestamp(milliseconds: end - 300_000), end: Timestamp(milliseconds: end))
        try set.readLatest(0..<set.count, over: range, into: &latest)
        for index in 0..<set.count {
            let last = twin.read(set.labels[index], (end - 300_000)...end).last
            let isStale = last.map { $0.histogram?.isStaleMarker ?? $0.value.isStaleMarker } ?? true
            #expect(latest.times[index] == (isStale ? LatestSamples.absent : last?.time), "\(what), seed \(seed)")
            if let last, !isStale {
                #expect(latest.startTimes[index] == last.startTime, "\(what), seed \(seed)")
                if last.histogram == nil {
                    #expect(latest.values[index].bitPattern == last.value.bitPattern, "\(what), seed \(seed)")
                } else {
                    #expect(latest.histograms[index] == last.histogram, "\(what), seed \(seed)")
                }
            }
        }
    }
}
