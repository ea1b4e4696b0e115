import LapwingSeries
import Synchronization
import Testing

@testable import LapwingPromQL

/// Samples that pass count against `--query-max-samples`, as in Prometheus, but take no memory; other things take some that are none.
@Suite struct `The memory of a query` {
    private let source = TableSource(
        series: Dictionary(
            uniqueKeysWithValues: (0..<100).map { (Labels(metric: "x", ["n": "\($0)"]), [(time: Int64(0), value: 1.0)]) }))

    /// The most samples of eight bytes that a range query over 100 series and 100 steps is said to take, and those it counts for.
    private func peak(_ text: String, over source: TableSource? = nil) throws -> (memory: Int, samples: Int) {
        let most = Mutex(0)
        var context = QueryContext()
        context.isTooMuch = { samples in
            most.withLock { $0 = max($0, samples) }
            return false
        }
        let end = Timestamp(milliseconds: 99_000)
        let result = try QueryEngine().range(
            PreparedQuery(text), from: Timestamp(milliseconds: 0), through: end, step: .seconds(1), over: source ?? self.source, context: context)
        return (most.withLock { $0 }, result.statistics.peakSamples)
    }

    @Test func `is what it holds, and not what passes`() throws {
        let rows = try peak("x")
        #expect(rows.memory >= 10_000 && rows.memory < 11_000 && rows.samples >= 10_000)
        let sum = try peak("sum(x)")
        #expect(sum.memory < 2000 && sum.samples >= 10_000)
        let groups = try peak("sum by (n) (x)")
        #expect(groups.memory >= 35_000)
        #expect(try peak("topk(100, x)").memory >= 40_000)
    }

    @Test func `is counted once where a histogram turns up behind floats`() throws {
        var mixed = source
        mixed.histograms[Labels(metric: "x", ["n": "last"])] = [(time: 0, value: NativeHistogram())]
        let sum = try peak("max(x)", over: mixed)
        #expect(sum.samples >= 10_000 && sum.samples < 11_000)
    }

    @Test func `ends it where it is too much`() {
        var context = QueryContext()
        context.isTooMuch = { $0 > 50 }
        #expect(throws: QueryError.cancelled) {
            try QueryEngine().instant(PreparedQuery("x"), at: Timestamp(milliseconds: 0), over: source, context: context)
        }
    }
}
