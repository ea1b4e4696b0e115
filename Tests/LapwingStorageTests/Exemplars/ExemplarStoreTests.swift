import LapwingSeries
import SeededRandom
import Testing

@testable import LapwingStorage

/// Source: Prometheus 3.14 `tsdb/exemplar_test.go`, for what is kept and what is refused.
@Suite struct `Exemplars` {
    private let a = Labels(metric: "m", ["job": "a"])
    private let b = Labels(metric: "m", ["job": "b"])

    private func exemplar(_ value: Double, _ time: Int64, trace: String = "t", hasOwnTime: Bool = true) -> Exemplar {
        Exemplar(labels: Labels(metric: "", ["trace_id": trace]), value: value, time: time, hasOwnTime: hasOwnTime)
    }

    private func told(_ store: ExemplarStore, _ matchers: [Matcher] = [.equal("__name__", "m")], _ range: TimeRange = .all) -> [String] {
        store.select([matchers], over: range).flatMap { series, exemplars in
            exemplars.map { "\(series["job"] ?? "") \($0.value)@\($0.time)" }
        }
    }

    private func range(_ start: Int64, _ end: Int64) -> TimeRange {
        TimeRange(start: Timestamp(milliseconds: start), end: Timestamp(milliseconds: end))
    }

    @Test func `are found by matchers and time, in order`() {
        let store = ExemplarStore()
        store.add([.init(series: b, exemplar: exemplar(1, 10)), .init(series: a, exemplar: exemplar(2, 20))])
        store.add([.init(series: a, exemplar: exemplar(3, 30)), .init(series: a, exemplar: exemplar(4, 30))])
        #expect(told(store) == ["a 2.0@20", "a 3.0@30", "a 4.0@30", "b 1.0@10"])
        #expect(told(store, [.equal("job", "a")], range(21, 30)) == ["a 3.0@30", "a 4.0@30"])
        #expect(told(store, [.equal("job", "a")], range(31, 40)).isEmpty)
        #expect(store.select([[.equal("job", "a"), .equal("x", "1")], [.equal("job", "b")]], over: .all).map(\.series) == [b])
    }

    @Test func `are judged by the newest of their series`() {
        let store = ExemplarStore(clock: { Timestamp(milliseconds: 1_000_000) })
        func add(_ exemplar: Exemplar) -> ExemplarStore.Verdict? { store.add([.init(series: a, exemplar: exemplar)]).first }
        #expect(add(exemplar(2, 20)) == .taken)
        #expect(add(exemplar(2, 20)) == .known)
        #expect(add(exemplar(1, 20)) == .outOfOrder)
        #expect(add(exemplar(2, 20, trace: "s")) == .outOfOrder)
        #expect(add(exemplar(2, 20, trace: "u")) == .taken)
        #expect(add(exemplar(9, 19)) == .outOfOrder)
        #expect(add(exemplar(1, 1_600_001)) == .tooFarInFuture)
        #expect(add(exemplar(1, 30, trace: String(repeating: "é", count: 120))) == .taken)
        #expect(add(exemplar(1, 31, trace: String(repeating: "é", count: 121))) == .tooLong)
        #expect(told(store).count == 3)
    }

    @Test func `without a time of their own are the same ones when they come again`() {
        let store = ExemplarStore()
        for time in [Int64(10), 20, 30] { store.add([.init(series: a, exemplar: exemplar(2, time, hasOwnTime: false))]) }
        #expect(told(store) == ["a 2.0@10"])
        #expect(store.add([.init(series: a, exemplar: exemplar(2, 40))]) == [.taken])
    }

    @Test func `that come late stand in their place when a window allows them`() {
        let store = ExemplarStore(outOfOrderWindow: .milliseconds(50))
        for time in [Int64(100), 60, 200, 151, 150, 151] { store.add([.init(series: a, exemplar: exemplar(Double(time), time))]) }
        #expect(told(store) == ["a 60.0@60", "a 100.0@100", "a 151.0@151", "a 200.0@200"])
    }

    /// What is kept, as a plain list in the order of arrival.
    private struct Twin {
        var kept: [SeriesExemplar] = []
        let capacity: Int
        let window: Int64

        mutating func add(_ new: SeriesExemplar) {
            let series = kept.filter { $0.series == new.series }.map(\.exemplar)
            let newest = series.enumerated().max { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }?.element
            if let newest {
                if newest.repeats(new.exemplar) { return }
                if new.exemplar.time < newest.time, new.exemplar.time <= newest.time - window { return }
                if new.exemplar.time == newest.time, new.exemplar.precedes(newest) { return }
                if new.exemplar.time < newest.time, series.contains(where: { $0.time == new.exemplar.time }) { return }
            }
            kept.append(new)
            if kept.count > capacity { kept.removeFirst() }
        }

        func select(_ series: Labels) -> [Exemplar] {
            kept.filter { $0.series == series }.map(\.exemplar).enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
                .map(\.element)
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `are those that a plain list keeps`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        let window = Int64(generator.below(3) * 20)
        var twin = Twin(capacity: 1 + generator.below(12), window: window)
        let store = ExemplarStore(capacity: twin.capacity, outOfOrderWindow: .milliseconds(window))
        let series = (0..<3).map { Labels(metric: "m", ["i": "\($0)"]) }
        for step in 0..<400 {
            let time = Int64(step / 2 + generator.below(50))
            let new = SeriesExemplar(series: series[generator.below(3)], exemplar: exemplar(Double(generator.below(2)), time))
            twin.add(new)
            store.add([new])
            let found = store.select([[.equal("__name__", "m")]], over: .all)
            let expected = series.map { ($0, twin.select($0)) }.filter { !$0.1.isEmpty }
            #expect(found.map(\.series) == expected.map(\.0) && found.map(\.exemplars) == expected.map(\.1), "seed \(seed), step \(step)")
        }
        #expect(store.count <= twin.capacity)
    }
}
