import LapwingSeries
import Testing

@testable import LapwingPromQL

@Suite struct `Plans and limits` {
    private let engine = QueryEngine()

    private func plan(_ text: String) throws -> String {
        try engine.explain(
            try engine.prepare(text), from: Timestamp(milliseconds: 0), through: Timestamp(milliseconds: 600_000), step: .seconds(60))
    }

    @Test func `a plan is printed with every duration and time settled`() throws {
        #expect(
            try plan("sum by (a) (rate(x{b=\"c\"}[5m] offset 1m)) > 2 * 3") == """
                >
                  sum by (a)
                    rate()
                      window 5m {b="c", __name__="x"} offset 1m
                  once
                    *
                      number 2
                      number 3
                """)
        #expect(try plan("x @ end() offset 1m") == "once\n  latest {__name__=\"x\"} offset 1m @ 600000ms")
        #expect(try plan("max_over_time(x[step() * 5:2m])") == "max_over_time()\n  window 5m every 2m\n    latest {__name__=\"x\"}")
        #expect(try plan("x + on (a) group_left (b) y") == "+ on (a) many-to-one including (b)\n  latest {__name__=\"x\"}\n  latest {__name__=\"y\"}")
    }

    private var source: TableSource {
        var source = TableSource()
        for index in 0..<100 {
            source.series[Labels(metric: "x", ["i": "\(index)"])] = (0..<100).map { (Int64($0) * 1000, Double($0)) }
        }
        return source
    }

    @Test func `a query that would hold too many samples ends with an error`() throws {
        var options = EngineOptions()
        options.maximumSamples = 1000
        let small = QueryEngine(options)
        #expect(throws: QueryError.tooManySamples(limit: 1000)) {
            try small.range(
                try small.prepare("x"), from: Timestamp(milliseconds: 0), through: Timestamp(milliseconds: 99_000), step: .seconds(1), over: source)
        }
    }

    @Test(arguments: ["sum_over_time(x[100y:1ms])", "max_over_time(vector(1)[200y:1ms])", "x[250y:1ms]", "sum_over_time((x + time())[100y:1ms])"])
    func `a subquery of too many steps ends with an error before it is evaluated`(text: String) throws {
        #expect(throws: QueryError.tooManySamples(limit: 50_000_000)) {
            try engine.instant(try engine.prepare(text), at: Timestamp(milliseconds: 1_700_000_000_000), over: source)
        }
    }

    /// The fuzzer found that these ended the process: the empty rows had the steps of an instant query.
    @Test(arguments: ["max_over_time(x[107s:155m])", "rate(abs(x)[1s:1h])", "sum(sum_over_time(x[1s:1h]))", "-sum_over_time(vector(1)[1s:1h])"])
    func `a subquery without a step in any window is empty`(text: String) throws {
        let result = try engine.range(
            try engine.prepare(text), from: Timestamp(milliseconds: 300_000), through: Timestamp(milliseconds: 900_000), step: .seconds(60),
            over: source)
        guard case .matrix(let matrix) = result.value else { throw QueryError.execution("no matrix") }
        #expect(matrix.isEmpty)
    }

    @Test func `a query ends when its time is over or nobody waits`() throws {
        let query = try engine.prepare("sum(rate(x[1m]))")
        #expect(throws: QueryError.timeout) {
            try engine.instant(query, at: Timestamp(milliseconds: 99_000), over: source, context: QueryContext(deadline: .now - .seconds(1)))
        }
        #expect(throws: QueryError.cancelled) {
            try engine.instant(query, at: Timestamp(milliseconds: 99_000), over: source, context: QueryContext(isCancelled: { true }))
        }
    }

    @Test func `times at the ends of time are answered`() throws {
        for time in [Timestamp.distantPast, .distantFuture, Timestamp(milliseconds: .max / 2)] {
            for text in ["x", "rate(x[5m])", "x offset 5000w", "sum_over_time(x[1y:1w])", "time()", "year()"] {
                _ = try engine.instant(try engine.prepare(text), at: time, over: source)
            }
        }
    }
}
