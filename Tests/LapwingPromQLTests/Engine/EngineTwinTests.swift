import Foundation
import LapwingSeries
import LapwingText
import Testing

@testable import LapwingPromQL

/// Makes queries and data from a seed.
private struct QueryGenerator {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    mutating func pick(_ choices: [String]) -> String { choices[next(choices.count)] }

    /// A dozen series over an hour, with gaps, resets and stale markers.
    mutating func data() -> TableSource {
        var source = TableSource()
        for name in ["a_total", "b"] {
            for host in ["x", "y", "z"] {
                for path in ["/", "/p"] where next(6) > 0 {
                    var samples: [(time: Int64, value: Double)] = []
                    var value = Double(next(50))
                    for scrape in 0..<240 {
                        if next(20) == 0 { continue }
                        if next(30) == 0 { value = 0 }
                        value += name == "b" ? Double(next(21) - 10) : Double(next(8))
                        let isStale = next(60) == 0
                        samples.append((Int64(scrape) * 15_000 + Int64(next(20)), isStale ? StaleMarker.value : value))
                    }
                    source.series[Labels(metric: name, ["host": host, "path": path])] = samples
                }
            }
        }
        return source
    }

    mutating func selector() -> String {
        pick(["a_total", "b", "a_total{host=\"x\"}", "b{host!=\"y\"}", "{__name__=~\"a_total|b\", host=\"z\"}", "b{path=\"/\"}"])
    }

    mutating func vector(_ depth: Int) -> String {
        if depth == 0 { return selector() + pick(["", "", " offset 2m"]) }
        switch next(7) {
        case 0:
            let operation = pick(["sum", "avg", "min", "max", "count", "group"])
            return "\(operation) \(pick(["by (host)", "by (host, path)", "without (path)", "by ()"])) (\(vector(depth - 1)))"
        case 1, 2:
            let function = pick([
                "rate", "increase", "delta", "sum_over_time", "avg_over_time", "min_over_time", "max_over_time", "count_over_time",
                "last_over_time", "changes", "resets",
            ])
            return "\(function)(\(selector())[\(pick(["1m", "2m30s", "5m", "20m"]))]\(pick(["", " offset 1m"])))"
        case 3: return "\(vector(depth - 1)) \(pick(["+", "-", "*", "/", ">", "<", "> bool"])) \(next(20))"
        case 4: return "\(next(20)) \(pick(["+", "-", "*", "<"])) (\(vector(depth - 1)))"
        case 5:
            let (left, right) = (vector(depth - 1), vector(depth - 1))
            return "(\(left)) \(pick(["+", "-", ">", "and", "or", "unless"])) \(pick(["", "on (host, path)", "ignoring (path)"])) (\(right))"
        default: return "\(pick(["sum_over_time", "max_over_time", "count_over_time"]))((\(vector(depth - 1)))[3m:1m])"
        }
    }
}

@Suite struct `The engine and its naive twin` {
    /// A few hundred queries; `LAPWING_LONG_TESTS=1` runs twenty thousand.
    @Test func `agree on generated queries over generated data`() throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["LAPWING_LONG_TESTS"] == nil ? 300 : 20_000
        let seed = environment["LAPWING_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: .min ... .max)
        var generator = QueryGenerator(state: seed)
        let engine = QueryEngine()
        var source = generator.data()
        var compared = 0
        for round in 0..<count {
            if round % 50 == 49 { source = generator.data() }
            let text = generator.vector(generator.next(3))
            let query = try engine.prepare(text)
            let start = Int64(600_000 + generator.next(1_000_000))
            let step = Int64([7_000, 15_000, 60_000][generator.next(3)])
            let times = (0..<5).map { start + Int64($0) * step }
            let expected = times.map { time in Result { try NaiveEvaluator(source: source).evaluate(query.expression, at: time) } }
            let isBeyond = expected.contains { outcome in
                if case .failure(let error) = outcome { !(error is NaiveEvaluator.Ambiguous) } else { false }
            }
            if isBeyond { continue }
            let range = Result {
                try engine.range(
                    query, from: Timestamp(milliseconds: times[0]), through: Timestamp(milliseconds: times[4]), step: .milliseconds(step),
                    over: source)
            }
            let isAmbiguous = expected.contains { if case .failure = $0 { true } else { false } }
            if isAmbiguous {
                // Which step fails first is not the same; that it fails is.
                if case .success = range { Issue.record("seed \(seed): \(text) should have failed") }
                continue
            }
            compared += 1
            guard case .success(let result) = range, case .matrix(let series) = result.value else {
                Issue.record("seed \(seed): \(text): \(range)")
                continue
            }
            for (step, time) in times.enumerated() {
                guard case .success(.vector(let wanted)) = expected[step] else { continue }
                var got: [Labels: Double] = [:]
                for one in series { if let place = one.times.firstIndex(of: time) { got[one.labels] = one.values[place] } }
                expectSame(got, wanted, "seed \(seed): \(text) at \(time), in a range")
                let instant = try engine.instant(query, at: Timestamp(milliseconds: time), over: source)
                guard case .vector(let samples) = instant.value else { continue }
                expectSame(Dictionary(uniqueKeysWithValues: samples.map { ($0.labels, $0.value) }), wanted, "seed \(seed): \(text) at \(time)")
            }
        }
        #expect(compared > count / 3)
    }

    private func expectSame(_ got: [Labels: Double], _ wanted: [Labels: Double], _ what: String) {
        guard Set(got.keys) == Set(wanted.keys) else {
            Issue.record("\(what): \(got.keys.sorted()), not \(wanted.keys.sorted())")
            return
        }
        for (labels, value) in wanted {
            let other = got[labels] ?? .nan
            let isSame = value == other || (value.isNaN && other.isNaN) || (value - other).magnitude <= 1e-9 * max(1, value.magnitude)
            if !isSame { Issue.record("\(what): \(labels) is \(other), not \(value)") }
        }
    }
}

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
                _ = try? engine.instant(try engine.prepare(text), at: time, over: source)
            }
        }
    }
}
