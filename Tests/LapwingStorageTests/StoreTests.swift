import LapwingSeries
import Synchronization
import Testing

@testable import LapwingStorage

@Suite struct StoreTests {
    let up = Labels(metric: "up", ["job": "node", "instance": "a"])
    let down = Labels(metric: "down", ["job": "node", "instance": "b"])

    @discardableResult
    private func append(_ store: Store, _ labels: Labels, _ samples: [(Int64, Double)]) throws -> [RefusedSample] {
        let reference = try store.references(for: [labels])[0]
        var batch = SampleBatch()
        for (time, value) in samples { batch.append(reference, time: time, value: value) }
        return try store.append(batch)
    }

    private func read(_ snapshot: any SeriesSnapshot, _ metric: String) throws -> [Double] {
        let set = try snapshot.select([.equal("__name__", metric)], over: .all)
        var columns = SampleColumns()
        guard set.count == 1 else { return [] }
        try set.read(0, over: .all, into: &columns)
        return columns.values
    }

    private func range(_ start: Int64, _ end: Int64) -> TimeRange {
        TimeRange(start: Timestamp(milliseconds: start), end: Timestamp(milliseconds: end))
    }

    // MARK: What is taken

    @Test func `the same sample again is taken silently, another value at its time is refused`() throws {
        let store = Store()
        #expect(try append(store, up, [(1, 1), (1, 1), (1, 2)]) == [RefusedSample(index: 2, reason: .duplicateTimestamp)])
        #expect(store.statistics.samples == 1)
    }

    @Test func `a stale marker and an ordinary not-a-number are different values`() throws {
        let store = Store()
        let refused = try append(store, up, [(1, .nan), (1, StaleMarker.value), (1, .nan)])
        #expect(refused == [RefusedSample(index: 1, reason: .duplicateTimestamp)])
    }

    @Test func `an older sample is refused without a window, and what else is there is stored`() throws {
        let store = Store()
        let refused = try append(store, up, [(10, 1), (5, 2), (20, 3)])
        #expect(refused == [RefusedSample(index: 1, reason: .outOfOrder)])
        #expect(try read(store.snapshot(), "up") == [1, 3])
    }

    @Test func `an older sample finds its place inside the window, and is too old before it`() throws {
        let store = Store(options: StoreOptions(outOfOrderWindow: .milliseconds(100)))
        try append(store, up, (0..<200).map { (Int64($0) * 10, Double($0)) })
        let refused = try append(store, up, [(1895, -1), (1889, -2), (1890, 189), (1890, 7)])
        #expect(
            refused == [
                RefusedSample(index: 1, reason: .tooOld), RefusedSample(index: 3, reason: .duplicateTimestamp),
            ])
        let values = try read(store.snapshot(), "up")
        #expect(Array(values[188...191]) == [188, 189, -1, 190])
    }

    @Test func `a sample more than ten minutes ahead of the clock is refused`() throws {
        let store = Store(options: StoreOptions(clock: { Timestamp(milliseconds: 1_000_000) }))
        let refused = try append(store, up, [(1_600_000, 1), (1_600_001, 2)])
        #expect(refused == [RefusedSample(index: 1, reason: .tooFarInFuture)])
    }

    @Test func `a sample older than the retention is refused`() throws {
        let store = Store(
            options: StoreOptions(retention: .seconds(100), clock: { Timestamp(milliseconds: 1_000_000) }))
        #expect(try append(store, up, [(899_999, 1), (900_000, 2)]) == [RefusedSample(index: 0, reason: .tooOld)])
    }

    @Test func `a reference that names no series is refused`() throws {
        let store = Store()
        var batch = SampleBatch()
        batch.append(SeriesReference(7), time: 1, value: 1)
        batch.append(SeriesReference(.max), time: 1, value: 1)
        #expect(try store.append(batch).map(\.reason) == [.unknownSeries, .unknownSeries])
    }

    @Test func `limits name what was given and what is allowed`() throws {
        var limits = StoreLimits()
        limits.maximumSeries = 1
        limits.maximumLabelsPerSeries = 2
        limits.maximumLabelBytesPerSeries = 40
        let store = Store(options: StoreOptions(limits: limits))
        _ = try store.references(for: [Labels(metric: "a")])
        for (labels, kind, text) in [
            (Labels(metric: "b"), AppendError.Kind.seriesLimit, "1 series are stored"), (.empty, .labelLimit, "without labels"),
            (up, .labelLimit, "3 labels"), (Labels(metric: String(repeating: "x", count: 50)), .labelLimit, "60 bytes"),
        ] {
            do {
                _ = try store.references(for: [labels])
                Issue.record("\(labels) was taken")
            } catch {
                #expect(error.kind == kind)
                #expect(error.message.contains(text))
            }
        }
        #expect(try store.references(for: [Labels(metric: "a")]).count == 1)
    }

    @Test func `floats and histograms of one series come back in time order`() throws {
        let store = Store(options: StoreOptions(outOfOrderWindow: .seconds(100)))
        let reference = try store.references(for: [up])[0]
        for step in 0..<60 {
            var batch = SampleBatch()
            if step % 20 < 10 {
                batch.append(reference, time: Int64(step), value: Double(step))
            } else {
                batch.append(reference, time: Int64(step), histogram: NativeHistogram(count: Double(step)))
            }
            #expect(try store.append(batch).isEmpty)
        }
        let set = try store.snapshot().select([], over: .all)
        var columns = SampleColumns()
        try set.read(0, over: .all, into: &columns)
        #expect(columns.values == columns.times.map(Double.init))
        #expect(columns.histograms.map(\.count) == columns.histogramTimes.map(Double.init))
        #expect(columns.count == 60)
    }

    // MARK: What is seen

    @Test func `a snapshot shows what was there when it was taken`() throws {
        let store = Store()
        try append(store, up, [(1, 1)])
        let before = store.snapshot()
        for time in 2...2000 { try append(store, up, [(Int64(time), Double(time))]) }
        try append(store, down, [(1, 1)])
        #expect(try read(before, "up") == [1])
        #expect(try before.labels(of: [], over: .all) == [up])
        #expect(try read(store.snapshot(), "up").count == 2000)
    }

    @Test func `pages without a sample in the range are not read`() throws {
        let store = Store()
        for index in 0..<(2 * SeriesPage.capacity) {
            try append(store, Labels(metric: "m", ["i": "\(index)"]), [(index < SeriesPage.capacity ? 1000 : 5000, 1)])
        }
        #expect(try store.snapshot().select([], over: range(0, 2000)).count == SeriesPage.capacity)
        #expect(try store.snapshot().select([], over: range(0, 9000)).count == 2 * SeriesPage.capacity)
        #expect(try store.snapshot().select([], over: range(2000, 3000)).count == 0)
    }

    @Test func `a series without a sample in the range is left out`() throws {
        let store = Store()
        try append(store, up, [(1000, 1), (2000, 2)])
        _ = try store.references(for: [down])
        #expect(try store.snapshot().labels(of: [], over: .all) == [up])
        #expect(try store.snapshot().labels(of: [], over: range(2001, 3000)).isEmpty)
        #expect(try store.snapshot().labels(of: [], over: range(0, 999)).isEmpty)
        #expect(try store.snapshot().labels(of: [], over: range(5, 1)).isEmpty)
    }

    @Test func `a selection that was kept learns of series that come and go`() throws {
        let store = Store(options: StoreOptions(retention: .seconds(1)))
        let matchers = [Matcher.equal("job", "node")]
        try append(store, up, [(1000, 1)])
        #expect(try store.snapshot().select(matchers, over: .all).labels == [up])
        try append(store, down, [(5000, 1)])
        #expect(try store.snapshot().select(matchers, over: .all).labels == [down, up])
        #expect(store.removeExpired(now: Timestamp(milliseconds: 5000)) == 1)
        #expect(try store.snapshot().select(matchers, over: .all).labels == [down])
        try append(store, up, [(6000, 1)])
        #expect(try store.snapshot().select(matchers, over: .all).labels == [down, up])
    }

    @Test func `label names and values are those of series that are there, in order of bytes`() throws {
        let store = Store()
        try append(store, up, [(1000, 1)])
        try append(store, down, [(5000, 1)])
        try append(store, Labels(metric: "é", ["only": "x"]), [(5000, 1)])
        let snapshot = store.snapshot()
        #expect(try snapshot.labelNames(matching: [], over: .all) == ["__name__", "instance", "job", "only"])
        #expect(try snapshot.labelValues(of: "__name__", matching: [], over: .all) == ["down", "up", "é"])
        #expect(try snapshot.labelValues(of: "__name__", matching: [], over: range(0, 4000)) == ["up"])
        let groups: [[Matcher]] = [[.equal("instance", "a")], [.equal("only", "x")]]
        #expect(try snapshot.labelValues(of: "__name__", matching: groups, over: .all) == ["up", "é"])
        #expect(try snapshot.labelNames(matching: groups, over: .all) == ["__name__", "instance", "job", "only"])
        #expect(try snapshot.labelValues(of: "job", matching: [[.equal("only", "x")]], over: .all) == [])
    }

    @Test func `values that only look alike are values of their own`() throws {
        let store = Store()
        try append(store, Labels(metric: "m", ["v": "e\u{301}"]), [(1, 1)])
        try append(store, Labels(metric: "m", ["v": "\u{e9}"]), [(1, 2)])
        #expect(try store.snapshot().select([.equal("v", "\u{e9}")], over: .all).count == 1)
        #expect(try store.snapshot().select([.equal("v", "e\u{301}")], over: .all).count == 1)
        #expect(try store.snapshot().labelValues(of: "v", matching: [], over: .all).count == 2)
    }

    // MARK: What goes

    @Test func `retention frees series, their samples and their place in the index`() throws {
        let store = Store(options: StoreOptions(retention: .seconds(1)))
        for index in 0..<1000 {
            try append(store, Labels(metric: "m", ["i": "\(index)"]), [(Int64(index), 1)])
        }
        let kept = store.snapshot()
        #expect(store.removeExpired(now: Timestamp(milliseconds: 1500)) == 500)
        #expect(try kept.labels(of: [], over: .all).count == 1000)
        #expect(try store.snapshot().labels(of: [], over: .all).count == 500)
        #expect(store.statistics.series == 500)
        #expect(store.statistics.samples == 500)
        #expect(store.cardinalities().valuesByLabel.contains(.init(name: "i", count: 1000)), "the snapshot needs them")
        withExtendedLifetime(kept) {}
    }

    @Test func `nothing is left of a series that no snapshot reads`() throws {
        let store = Store(options: StoreOptions(retention: .seconds(1)))
        for index in 0..<SeriesPage.capacity { try append(store, Labels(metric: "up", ["i": "\(index)"]), [(0, 1)]) }
        try append(store, down, [(10_000, 1)])
        _ = try store.snapshot().select([], over: .all)
        weak let page = store.index.withLock { $0.index.table.place(0)?.page }
        #expect(page != nil)
        store.removeExpired(now: Timestamp(milliseconds: 10_000))
        #expect(page == nil)
        #expect(store.cardinalities().seriesByMetric == [.init(name: "down", count: 1)])
        #expect(store.turnover.removed == SeriesPage.capacity)
    }

    @Test func `what retention kept for a query is forgotten with the first sample after it`() throws {
        /// - Parameter ending: whether the query ends before that sample.
        func sampleBytes(readingWhile isRead: Bool, ending: Bool = true) throws -> Int {
            let store = Store(options: StoreOptions(retention: .seconds(1000)))
            try append(store, up, (0..<1000).map { (Int64($0) * 15_000, Double($0)) })
            var query = isRead ? store.snapshot() : nil
            store.removeExpired(now: Timestamp(milliseconds: 999 * 15_000))
            if let query { #expect(try read(query, "up").count == 1000) }
            if ending { query = nil }
            try append(store, up, [(1000 * 15_000, 1)])
            if let query { #expect(try read(query, "up").count == 1000) }
            #expect(try read(store.snapshot(), "up").count < 1000)
            return store.statistics.sampleBytes
        }
        let plain = try sampleBytes(readingWhile: false)
        #expect(try sampleBytes(readingWhile: true, ending: false) > plain + 200)
        // But for what the C library gives an array beyond what it asks for.
        #expect(try sampleBytes(readingWhile: true) < plain + 100)
    }

    @Test func `a sweep makes nothing by itself for a query, of series that keep a newer chunk, which sees each as it was`() throws {
        let store = Store(options: StoreOptions(retention: .seconds(1000), outOfOrderWindow: .seconds(100_000)))
        let names = (0..<5).map { Labels(metric: "m", ["i": "\($0)"]) }
        for labels in names { try append(store, labels, (0..<1000).map { (Int64($0) * 15_000, Double($0)) }) }
        let all = (0..<1000).map(Double.init)
        let before = store.snapshot()
        store.removeSamples(before: Timestamp(milliseconds: 600 * 15_000))
        let between = store.snapshot()
        // What comes out of order, and what follows, is for neither of them.
        try append(store, names[0], [(990 * 15_000 + 1, 7)])
        try append(store, names[1], (1000..<1100).map { (Int64($0) * 15_000, Double($0)) })
        store.removeSamples(before: Timestamp(milliseconds: 800 * 15_000))
        let page = try #require(store.index.withLock { $0.index.table.place(0)?.page })
        #expect(page.withLock { $0.series[2...].allSatisfy { $0.extras == nil } && $0.past.end > 0 })

        func values(_ snapshot: any SeriesSnapshot, _ range: TimeRange = .all) throws -> [[Double]] {
            let set = try snapshot.select([.equal("__name__", "m")], over: range)
            return try (0..<set.count).map { index in
                var columns = SampleColumns()
                try set.read(index, over: range, into: &columns)
                return columns.values
            }
        }
        #expect(try values(before) == names.map { _ in all })
        #expect(try values(before, range(0, 10 * 15_000)) == names.map { _ in Array(all[...10]) })
        let left = try values(between)
        #expect(left.allSatisfy { 400..<600 ~= $0.count && $0 == Array(all.suffix($0.count)) } && left.count == 5)
        #expect(try values(store.snapshot()).map(\.last) == [999, 1099, 999, 999, 999])
        // The second series has joined its chunks, which are not older as a whole.
        #expect(try values(store.snapshot()).map(\.count) == [233, 588, 232, 232, 232])
        withExtendedLifetime((before, between)) {}
    }

    @Test func `statistics count what is there`() throws {
        let store = Store()
        try append(store, up, (0..<1000).map { (Int64($0) * 15_000, Double($0)) })
        try append(store, down, [(-5, 1)])
        let statistics = store.statistics
        #expect(statistics.series == 2)
        #expect(statistics.samples == 1001)
        #expect(statistics.oldest == Timestamp(milliseconds: -5))
        #expect(statistics.newest == Timestamp(milliseconds: 999 * 15_000))
        #expect(statistics.chunks >= 2)
        #expect(statistics.sampleBytes < 1000 * 4)
        #expect(store.cardinalities().valuesByLabel.first == .init(name: "__name__", count: 2))
    }

    // MARK: All at once

    @Test func `readers on other threads see whole batches only`() async throws {
        let store = Store()
        let labels = (0..<20).map { Labels(metric: "m", ["i": "\($0)"]) }
        let references = try store.references(for: labels)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for time in 1...1500 {
                    var batch = SampleBatch()
                    for reference in references { batch.append(reference, time: Int64(time), value: Double(time)) }
                    _ = try? store.append(batch)
                    if time % 300 == 0 { store.removeSamples(before: Timestamp(milliseconds: Int64(time) - 400)) }
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    var latest = LatestSamples()
                    var columns = SampleColumns()
                    for _ in 0..<150 {
                        guard let set = try? store.snapshot().select([.equal("__name__", "m")], over: .all) else { return }
                        try? set.readLatest(0..<set.count, over: .all, into: &latest)
                        #expect(Set(latest.times).count <= 1)
                        for index in 0..<set.count {
                            try? set.read(index, over: .all, into: &columns)
                            #expect(columns.times.last ?? LatestSamples.absent == latest.times[index])
                            #expect(columns.values == columns.times.map(Double.init))
                        }
                    }
                }
            }
        }
        #expect(store.statistics.newest == Timestamp(milliseconds: 1500))
        #expect(store.statistics.samples < 1500 * 20)
    }
}
