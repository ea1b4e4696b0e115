import Foundation
import LapwingSeries
import LapwingText
import Testing

@testable import LapwingPromQL

/// Makes queries and data from a seed.
struct QueryGenerator {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    mutating func pick(_ choices: [String]) -> String { choices[next(choices.count)] }

    /// Series of a counter, a gauge and a classic histogram over an hour, with gaps, resets and stale markers.
    mutating func data() -> TableSource {
        var source = TableSource()
        for name in ["a_total", "b"] {
            for host in ["x", "y", "z"] {
                for path in ["/", "/p"] where next(6) > 0 {
                    source.series[Labels(metric: name, ["host": host, "path": path])] = samples(isGauge: name == "b", growth: 8)
                }
            }
        }
        for host in ["x", "y"] {
            source.series[Labels(metric: "owner", ["host": host, "team": pick(["t", "u"])])] = samples(isGauge: true, growth: 3)
            for (index, bound) in ["0.1", "1", "+Inf"].enumerated() {
                source.series[Labels(metric: "h_bucket", ["host": host, "le": bound])] = samples(isGauge: false, growth: 4 * (index + 1))
            }
        }
        return source
    }

    private mutating func samples(isGauge: Bool, growth: Int) -> [(time: Int64, value: Double)] {
        var samples: [(time: Int64, value: Double)] = []
        var value = Double(next(50))
        for scrape in 0..<240 {
            if next(20) == 0 { continue }
            if next(30) == 0 { value = 0 }
            value += isGauge ? Double(next(21) - 10) : Double(next(growth))
            samples.append((Int64(scrape) * 15_000 + Int64(next(20)), next(60) == 0 ? StaleMarker.value : value))
        }
        return samples
    }

    mutating func selector() -> String {
        pick(["a_total", "b", "a_total{host=\"x\"}", "b{host!=\"y\"}", "{__name__=~\"a_total|b\", host=\"z\"}", "b{path=\"/\"}", "owner"])
    }

    private mutating func time() -> String { pick(["", "", "", " offset 2m", " offset -1m", " @ 1200", " @ end()", " @ start() offset 3m"]) }

    private mutating func range() -> String { "[" + pick(["1m", "2m30s", "5m", "20m"]) + "]" }

    mutating func vector(_ depth: Int) -> String {
        if depth == 0 { return selector() + pick(["", "", "", " smoothed"]) + time() }
        switch next(13) {
        case 0, 1: return aggregation(depth)
        case 2, 3: return window()
        case 4: return element(depth)
        case 5: return "(\(vector(depth - 1))) \(pick(["+", "-", "*", "/", "%", "^", "atan2", ">", "<", ">= bool", "> bool"])) \(next(20))"
        case 6: return "\(next(20)) \(pick(["+", "-", "*", "<", "<= bool"])) (\(vector(depth - 1)))"
        case 7: return "(\(vector(depth - 1))) \(pick(["and", "or", "unless"])) \(pick(["", "on (host)", "ignoring (path)"])) (\(vector(depth - 1)))"
        case 8: return oneToOne(depth)
        case 9: return grouped()
        case 10: return "histogram_quantile(\(pick(["0.5", "0.9", "1", "-1"])), sum by (\(pick(["le", "le, host"]))) (rate(h_bucket\(range()))))"
        case 11: return "-(\(vector(depth - 1)))"
        default:
            let step = pick([":1m", ":30s", ":"])
            return "\(pick(["sum_over_time", "max_over_time", "count_over_time", "delta", "last_over_time"]))((\(vector(depth - 1)))[3m\(step)]\(time()))"
        }
    }

    private mutating func aggregation(_ depth: Int) -> String {
        let grouping = pick(["by (host)", "by (host, path)", "without (path)", "by ()"])
        switch next(4) {
        case 0:
            // What is chosen must not hang on the last bit of a sum.
            let operation = pick(["topk \(grouping) (2, ", "bottomk \(grouping) (1, ", "limitk \(grouping) (2, ", "limit_ratio \(grouping) (-0.4, "])
            return "\(operation)\(pick([selector(), "max_over_time(\(selector())\(range()))"])))"
        case 1: return "quantile \(grouping) (\(pick(["0.3", "0", "2"])), \(vector(depth - 1)))"
        case 2: return "count_values \(grouping) (\"v\", \(selector()))"
        default:
            return "\(pick(["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"])) \(grouping) (\(vector(depth - 1)))"
        }
    }

    private mutating func window() -> String {
        switch next(8) {
        case 0: return "quantile_over_time(\(pick(["0.2", "0.9", "-1"])), \(selector())\(range()))"
        case 1: return "predict_linear(\(selector())\(range()), \(next(600)))"
        case 2: return "double_exponential_smoothing(\(selector())\(range()), 0.4, 0.3)"
        case 3: return "\(pick(["rate", "increase", "delta"]))(\(selector())\(range()) \(pick(["anchored", "smoothed"]))\(time()))"
        case 4: return "\(pick(["changes", "resets"]))(\(selector())\(range()) anchored\(time()))"
        default:
            let function = pick([
                "rate", "increase", "delta", "irate", "idelta", "deriv", "sum_over_time", "avg_over_time", "min_over_time", "max_over_time",
                "count_over_time", "last_over_time", "first_over_time", "present_over_time", "stddev_over_time", "stdvar_over_time",
                "mad_over_time", "changes", "resets", "ts_of_first_over_time", "ts_of_last_over_time", "ts_of_min_over_time",
                "ts_of_max_over_time", "absent_over_time",
            ])
            return "\(function)(\(selector())\(range())\(time()))"
        }
    }

    private mutating func element(_ depth: Int) -> String {
        let inner = vector(depth - 1)
        switch next(8) {
        case 0: return "clamp(\(inner), \(next(20)), \(next(40)))"
        case 1: return "\(pick(["clamp_min", "clamp_max", "round"]))(\(inner), \(1 + next(20)))"
        case 2: return "label_replace(\(inner), \"first\", \"$1-${2}\", \"\(pick(["host", "path", "__name__"]))\", \"(.)(.*)\")"
        case 3: return "label_join(\(inner), \"both\", \"+\", \"host\", \"path\")"
        case 4: return "absent(\(selector()))"
        case 5: return pick(["vector(time())", "vector(scalar(\(selector())))", "timestamp(\(selector()))", "vector(max_of(3, \(next(6))))", "hour()"])
        case 6: return "\(pick(["year", "month", "day_of_year", "day_of_week", "days_in_month", "minute"]))(\(selector()) * 86400)"
        default:
            let function = pick([
                "abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh",
                "tanh", "asinh", "acosh", "atanh", "rad", "deg", "sgn", "sort", "timestamp",
            ])
            return "\(function)(\(inner))"
        }
    }

    private mutating func oneToOne(_ depth: Int) -> String {
        let operation = pick(["+", "-", "*", ">", "> bool", "<="])
        let matching = pick(["", "on (host, path)", "ignoring (path)", "ignoring (team)"])
        // Fills need no group modifier, and a set operator takes none.
        let fill = pick(["", "", "fill (0)", "fill_left (1)", "fill_right (2)", "fill_left (1) fill_right (3)"])
        return "(\(vector(depth - 1))) \(operation) \(matching) \(fill) (\(vector(depth - 1)))"
    }

    private mutating func grouped() -> String {
        let fill = pick(["", "", "fill (0)", "fill_left (1)", "fill_right (2)"])
        let (many, one) = (pick(["a_total", "b", "rate(a_total[5m])"]), pick(["owner", "sum by (host) (owner)", "max by (host, team) (owner)"]))
        let operation = pick(["*", "+", ">", "< bool"])
        return next(2) == 0
            ? "\(many) \(operation) on (host) group_left \(pick(["", "(team)"])) \(fill) \(one)"
            : "\(one) \(operation) on (host) group_right \(pick(["", "(team)"])) \(fill) \(many)"
    }
}

@Suite struct `The engine and its naive twin` {
    /// A few hundred queries; `LAPWING_LONG_TESTS=1` runs thirty thousand.
    @Test func `agree on generated queries over generated data`() throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["LAPWING_LONG_TESTS"] == nil ? 400 : 30_000
        let seed = environment["LAPWING_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: .min ... .max)
        var generator = QueryGenerator(state: seed)
        let engine = QueryEngine()
        var source = generator.data()
        var compared = 0
        for round in 0..<count {
            if round % 50 == 49 { source = generator.data() }
            let text = generator.vector(generator.next(4))
            let query = try engine.prepare(text)
            let start = Int64(600_000 + generator.next(1_000_000))
            let step = Int64([7_000, 15_000, 60_000][generator.next(3)])
            let times = (0..<5).map { start + Int64($0) * step }
            if try isSame(engine, query, times, step, source, "seed \(seed): \(text)") { compared += 1 }
        }
        #expect(compared > count / 2)
    }

    /// Whether the query could be compared.
    private func isSame(
        _ engine: QueryEngine, _ query: PreparedQuery, _ times: [Int64], _ step: Int64, _ source: TableSource, _ what: String
    ) throws -> Bool {
        let names = NaiveEvaluator.OrNames()
        let expected = times.map { time in
            Result { try NaiveEvaluator(source: source, start: times[0], end: times[4], names: names).answer(query.expression, at: time) }
        }
        let failures = expected.compactMap { if case .failure(let error) = $0 { error } else { nil } }
        if failures.contains(where: { !($0 is NaiveEvaluator.Ambiguous) }) { return false }
        let range = Result {
            try engine.range(
                query, from: Timestamp(milliseconds: times[0]), through: Timestamp(milliseconds: times[4]), step: .milliseconds(step),
                over: source)
        }
        if !failures.isEmpty {
            // Which step fails first is not the same; that it fails is.
            if case .success = range { Issue.record("\(what) should have failed") }
            return true
        }
        guard case .success(let result) = range, case .matrix(let series) = result.value else {
            Issue.record("\(what): \(range)")
            return true
        }
        for (time, wanted) in zip(times, expected) {
            let wanted = try wanted.get()
            var got: [Labels: Double] = [:]
            for one in series { if let place = one.times.firstIndex(of: time) { got[one.labels] = one.values[place] } }
            expectSame(got, wanted, "\(what) at \(time), in a range from \(times[0]) by \(step)")
            // An instant query is its own start and end.
            if query.text.contains("start()") || query.text.contains("end()") { continue }
            guard case .vector(let samples) = try engine.instant(query, at: Timestamp(milliseconds: time), over: source).value else { continue }
            expectSame(Dictionary(samples.map { ($0.labels, $0.value) }) { _, last in last }, wanted, "\(what) at \(time)")
        }
        return true
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
                _ = try? engine.instant(try engine.prepare(text), at: time, over: source)
            }
        }
    }
}
