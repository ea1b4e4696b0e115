import LapwingSeries
import LapwingText
import Testing

@testable import LapwingPromQL

@Suite struct `Nothing that is asked brings the engine down` {
    private func nested(_ count: Int) -> [String] {
        func times(_ text: String) -> String { String(repeating: text, count: count) }
        return [
            "x" + times(" + x"), times("(") + "x" + times(")"), times("abs(") + "x" + times(")"), times("sum(") + "x" + times(")"),
            times("-") + "x", times("x ^ ") + "x", "x[" + times("(") + "5m" + times(")") + "]", "x[" + times("max_of(1m,") + "5m" + times(")") + "]",
            "x[" + times("-") + "step()]", "x offset " + times("-") + "step()", times("sum_over_time(") + "x[1m:1m]" + times(")[1m:1m]"),
            times("(x + ") + "x" + times(")"), times("(") + "x" + times(" + x)"),
        ]
    }

    @Test func `what is nested 200 deep is read and printed`() throws {
        for query in nested(200) where !query.contains("sum_over_time") {
            let expression = try Parser.parse(query)
            #expect(try Parser.parse(expression.description).description == expression.description)
            #expect(!expression.prettyText(width: 10).isEmpty)
        }
    }

    @Test func `what is nested deeper than the limit is refused, however it leans`() {
        for count in [QueryLimits.height + 1, 20_000] {
            for query in nested(count) {
                #expect(throws: PromQLSyntaxError.self, "\(query.prefix(40))") { try Parser.parse(query) }
            }
        }
        // Chains within chains: many levels, although each chain and each nesting is short.
        var query = "x"
        for _ in 0..<60 { query = "(\(query)" + String(repeating: "+x", count: 60) + ")" }
        #expect(throws: PromQLSyntaxError.self) { try Parser.parse(query) }
    }

    @Test func `chains of durations do not lean without end`() {
        for text in ["x[5m" + String(repeating: "+5m", count: 100_000) + "]", "x offset (5m" + String(repeating: "*2", count: 100_000) + ")"] {
            #expect(throws: PromQLSyntaxError.self) { try Parser.parse(text) }
        }
    }

    @Test(arguments: [
        "99999999999999999999999", "0xffffffffffffffffffffff", "x[9999999999999999999y]", "x[1e300]", "x offset -1e300", "x @ 1e300",
        "x @ -9223372036854775808", "x[1e9y]", "x offset 9e9", "x[9e9:9e9] @ 9e15 offset -9e9", "x[9e9:1ms] @ -9e15", "1 / 0 % 0 ^ -1e308",
        "x[1e-300]", "x[step()^9999]", "x[5m % 0]", "x[range()/0]", "\u{0}", "x\u{0}", "\"\u{0}\"", "\u{FFFD}", "'\u{FFFD}'", "x{a=\"\\xff\\xfe\"}",
        "\"\\U00110000\"", "\"\\ud800\"", "'\\400'", "1_000_", "1e", "0x", "0x_", "1__0", ".", "..", "1.2.3", "1ms5y", "5mm", "#", "{", "}", "[", "]",
        "sum by (", "x[", "x[:", "x[5m:", "x offset", "x @", "x @ start(", "x + on", "x + on (", "x + fill(", "-", "x{a", "x{a=", "x{\"", "info(x, y)",
        "sum(x, y, z)", "topk()", "label_replace()", "x[5m] offset 5m[5m]", "time()[5m:0]", "x[0]", "1[5m]", "'a'[5m:]", "rate(x[5m:1ms])",
    ])
    func `texts at the edges are read or refused, and evaluated within the limits`(query: String) {
        _ = try? Parser.parse(query)
        evaluate(query)
    }

    @Test func `more steps than may be held are refused before any is computed`() {
        var options = EngineOptions()
        options.maximumSamples = 100_000
        let engine = QueryEngine(options)
        #expect(throws: QueryError.self) {
            try engine.range(
                PreparedQuery("vector(1)"), from: Timestamp(milliseconds: 0), through: Timestamp(milliseconds: 1_000_000_000),
                step: .milliseconds(1), over: TableSource())
        }
        #expect(throws: QueryError.self) {
            try engine.instant(PreparedQuery("sum_over_time(vector(1)[1000000s:1ms])"), at: Timestamp(milliseconds: 0), over: TableSource())
        }
    }

    @Test func `an expression that would double at every letter does not`() throws {
        let source = TableSource(series: [Labels(metric: "x", ["a": String(repeating: "a", count: 5000) + "b"]): [(time: 0, value: 1)]])
        let start = ContinuousClock.now
        let result = try QueryEngine().instant(PreparedQuery("x{a=~\"(a+)+$\"}"), at: Timestamp(milliseconds: 0), over: source)
        guard case .vector(let samples) = result.value else { throw QueryError.execution("no vector") }
        #expect(samples.isEmpty)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    /// What mutations of upstream's queries and random tokens bring about: a value or an error.
    @Test func `mutated queries are read, printed and evaluated, or refused`() {
        var generator = ExpressionGenerator(seed: UInt64.random(in: 0 ... .max))
        let corpus = promqltestQueries + (0..<200).map { _ in generator.query() }
        let words = [
            "(", ")", "[", "]", "{", "}", ",", ":", "=", "==", "=~", "!~", "@", "#", "\"", "'", "`", "\\", "\0", "\n", " ", "-", "^", "%", "/", "</", ">/",
            "5m", "1e9", "0x", "inf", "offset", "by", "on", "group_left", "bool", "fill", "start()", "step()", "smoothed", "sum", "rate", "x", "☺", "\u{FFFD}",
            "9223372036854775807", "[1h:1s]", "max_of(", "unless", "atan2", "info(",
        ]
        for _ in 0..<1200 {
            var scalars = generator.below(4) == 0 ? [] : Array(generator.pick(corpus).unicodeScalars)
            for _ in 0..<(1 + generator.below(scalars.isEmpty ? 12 : 4)) {
                let place = generator.below(scalars.count + 1)
                switch generator.below(4) {
                case 0 where place < scalars.count: scalars.remove(at: place)
                case 1 where place < scalars.count: scalars.removeSubrange(place..<min(scalars.count, place + generator.below(12)))
                case 2 where place < scalars.count:
                    let end = min(scalars.count, place + generator.below(12))
                    scalars.insert(contentsOf: scalars[place..<end], at: generator.below(scalars.count))
                default: scalars.insert(contentsOf: generator.pick(words).unicodeScalars, at: place)
                }
            }
            let query = String(String.UnicodeScalarView(scalars))
            let note = Comment(rawValue: "seed \(generator.seed): \(query)")
            do {
                let expression = try Parser.parse(query)
                let again = try? Parser.parse(expression.description)
                #expect(again?.withoutPlaces == expression.withoutPlaces, note)
                evaluate(query)
            } catch {
                #expect(!error.message.isEmpty, note)
                #expect(!error.rendered(in: query).isEmpty, note)
            }
        }
    }

    /// The query at a time and over a range, on a small store under a limit of samples and a deadline; errors are answers.
    private func evaluate(_ text: String) {
        guard let query = try? PreparedQuery(text) else { return }
        var options = EngineOptions()
        options.maximumSamples = 20_000
        let engine = QueryEngine(options)
        let context = QueryContext(deadline: .now + .milliseconds(200))
        _ = try? engine.instant(query, at: Timestamp(milliseconds: 600_000), over: Self.store, context: context)
        _ = try? engine.range(
            query, from: Timestamp(milliseconds: 0), through: Timestamp(milliseconds: 900_000), step: .seconds(60), over: Self.store,
            context: context)
    }

    private static let store: TableSource = {
        var source = TableSource()
        for (index, name) in ["x", "up", "a:b", "sum", "metric", "http_requests_total"].enumerated() {
            for job in ["api", "db"] {
                let samples = (0..<40).map { step -> (time: Int64, value: Double) in
                    (time: Int64(step) * 15_000, value: Double(step % 17) * Double(index) - 3)
                }
                source.series[Labels(metric: name, ["job": job, "le": "\(index)", "a": "b"])] = samples
            }
        }
        return source
    }()
}
