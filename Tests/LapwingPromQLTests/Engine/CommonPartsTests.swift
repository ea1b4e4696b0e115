import LapwingSeries
import LapwingText
import SeededRandom
import Synchronization
import Testing

@testable import LapwingPromQL

/// Counts the series that are selected.
private struct CountingSource: SeriesSnapshot {
    let table: TableSource
    let selections = Selections()

    final class Selections: Sendable {
        let count = Mutex(0)
    }

    func select(_ matchers: [Matcher], over range: TimeRange) throws(ReadError) -> any SeriesSet {
        selections.count.withLock { $0 += 1 }
        return try table.select(matchers, over: range)
    }

    func labelNames(matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] { [] }

    func labelValues(of name: String, matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] { [] }
}

@Suite struct `What queries have in common` {
    private let engine = QueryEngine()
    private let time = Timestamp(milliseconds: 1_800_000)

    private func marked(_ texts: [String]) throws -> [PreparedQuery] {
        var queries = try texts.map { try engine.prepare($0) }
        PreparedQuery.markCommonParts(&queries)
        return queries
    }

    /// The texts of the parts that are marked in each query, in their order.
    private func parts(_ texts: [String]) throws -> [[String]] {
        try marked(texts).map { query in
            query.commonParts.keys.sorted { ($0.lowerBound, $1.upperBound) < ($1.lowerBound, $0.upperBound) }.map { range in
                String(decoding: Array(query.text.utf8)[range.lowerBound..<range.upperBound], as: UTF8.self)
            }
        }
    }

    @Test func `is what more than one place asks for`() throws {
        #expect(try parts(["sum(rate(a_total[5m])) > 1", "sum(rate(a_total[1m])) > 1"]) == [[], []])
        #expect(try parts(["sum(rate(a_total[5m])) > 1", "3*sum( rate(a_total[5m]) )"]) == [["sum(rate(a_total[5m]))"], ["sum( rate(a_total[5m]) )"]])
        #expect(try parts(["rate(a_total[5m]) / rate(a_total[5m])"]) == [["rate(a_total[5m])", "rate(a_total[5m])"]])
        #expect(
            try parts(["sum(rate(a_total[5m]))", "max(rate(a_total[5m]))", "b", "b", "1 + 2", "1 + 2"])
                == [["rate(a_total[5m])"], ["rate(a_total[5m])"], [], [], [], []])
    }

    @Test func `is not a histogram's count and its buckets`() throws {
        #expect(try parts(["histogram_count(rate(h[5m]))", "histogram_quantile(1, rate(h[5m]))"]) == [[], []])
    }

    @Test func `is computed once`() throws {
        var generator = QueryGenerator(seed: 1)
        let source = CountingSource(table: generator.data())
        let values = SharedValues()
        for query in try marked(["sum(rate(a_total[5m])) > 0", "sum(rate(a_total[5m])) > 1", "sum by (host) (rate(a_total[5m]))"]) {
            _ = try engine.instant(query, at: time, over: source, context: QueryContext(sharedValues: values))
        }
        #expect(source.selections.count.withLock { $0 } == 1)
    }

    @Test func `is computed again where a subquery asks for it at other steps`() throws {
        var generator = QueryGenerator(seed: 1)
        let source = generator.data()
        let values = SharedValues()
        let texts = ["sum(rate(a_total[5m]))", "max_over_time(sum(rate(a_total[5m]))[10m:1m])"]
        for (text, query) in zip(texts, try marked(texts)) {
            let shared = try engine.instant(query, at: time, over: source, context: QueryContext(sharedValues: values))
            let alone = try engine.instant(try engine.prepare(text), at: time, over: source)
            #expect(try shared.ruleVector(at: time).map(\.value) == alone.ruleVector(at: time).map(\.value))
        }
    }

    @Test func `comes out as if each were asked alone, remarks and cost included`() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = QueryGenerator(seed: seed)
        var shared = 0
        for _ in 0..<60 {
            let source = generator.data()
            let pool = (0..<3).map { _ in generator.vector(1 + generator.next(2)) }
            let texts = (0..<6).map { _ -> String in
                let part = generator.pick(pool)
                return generator.pick([
                    part, "sum by (host) (\(part))", "(\(part)) > 3", "(\(part)) + on (host, path) (\(generator.pick(pool)))", "count(\(part)) or vector(0)",
                ])
            }
            let values = SharedValues()
            for (text, query) in zip(texts, try marked(texts)) {
                shared += query.commonParts.count
                let together = Result { try engine.instant(query, at: time, over: source, context: QueryContext(sharedValues: values)) }
                let alone = Result { try engine.instant(try engine.prepare(text), at: time, over: source) }
                switch (together, alone) {
                case (.failure, .failure): continue
                case (.success(let a), .success(let b)):
                    #expect(isSame(try a.ruleVector(at: time), try b.ruleVector(at: time)), "seed \(seed): \(text) of \(texts)")
                    #expect(a.annotations.all.map { $0.text(in: text) } == b.annotations.all.map { $0.text(in: text) }, "seed \(seed): \(text)")
                    #expect(a.statistics.samplesRead == b.statistics.samplesRead, "seed \(seed): \(text)")
                    #expect(a.statistics.seriesSelected == b.statistics.seriesSelected, "seed \(seed): \(text)")
                default: Issue.record("seed \(seed): \(text): \(together), alone \(alone)")
                }
            }
        }
        #expect(shared > 100)
    }

    private func isSame(_ a: [VectorSample], _ b: [VectorSample]) -> Bool {
        a.map(\.labels) == b.map(\.labels)
            && zip(a, b).allSatisfy { $0.value == $1.value || ($0.value.isNaN && $1.value.isNaN) || abs($0.value - $1.value) <= 1e-9 * max(1, abs($1.value)) }
    }
}
