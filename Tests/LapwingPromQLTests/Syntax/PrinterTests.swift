import Testing

@testable import LapwingPromQL

@Suite struct `Expressions are printed` {
    @Test(arguments: [
        ("1e3", "1000"), ("0x1F", "31"), ("1h90m", "2h30m"), ("-90s", "-1m30s"), ("+Inf", "+Inf"), ("nan", "NaN"), (".5", "0.5"),
        (#"'a"b'"#, #""a\"b""#), ("SUM(x)", "sum(x)"), ("sum(x)by(a,b)", "sum by (a, b) (x)"), ("sum by() (x)", "sum(x)"),
        ("sum without() (x)", "sum without () (x)"), (#"sum by("a.b", c)(x)"#, #"sum by ("a.b", c) (x)"#), ("topk(3,x)", "topk(3, x)"),
        (#"x{b!="1",a=~'2'}"#, #"x{a=~"2",b!="1"}"#), (#"{"my.metric",a="b"}"#, #"{__name__="my.metric",a="b"}"#),
        (#"{__name__="x"}"#, #"{__name__="x"}"#), (#"{"a.b"="c"}"#, #"{"a.b"="c"}"#), ("x{}", "x"), ("info(x,{})", "info(x, {})"),
        ("x[300s]offset 1h@end()", "x[5m] @ end() offset 1h"), ("x offset -90s @ 1.5", "x @ 1.500 offset -1m30s"),
        ("rate(x[5m]smoothed offset 1m)", "rate(x[5m] smoothed offset 1m)"), ("x anchored offset 5m", "x anchored offset 5m"),
        ("x[1h:60]offset 5m", "x[1h:1m] offset 5m"), ("x[1h:]", "x[1h:]"), ("x[5m+step()]", "x[5m + step()]"),
        ("x[((5m))]", "x[(5m)]"), ("x[-(2m-5m)]", "x[-(2m - 5m)]"), ("x[max_of(1m,range()/2)]", "x[max_of(1m, range() / 2)]"),
        ("a+bool b", ""), ("a==bool b", "a == bool b"), ("a+on()b", "a + on () b"), ("a+ignoring()b", "a + b"),
        ("a*ignoring(c)group_left b", "a * ignoring (c) group_left () b"), ("a*on(c)group_right(d)b", "a * on (c) group_right (d) b"),
        ("a+fill(0)b", "a + fill (0) b"), ("a+fill_right(-1)fill_left(1e7)b", "a + fill_left (1e+07) fill_right (-1) b"),
        ("x offset (step())+8", "x offset ((step()) + 8)"),
        ("x offset ++1w+2w", "x offset (1w + 2w)"), ("x[5m]offset--4-97", "x[5m] offset (4 - 97)"), ("x offset -(1m+1m)", "x offset -(1m + 1m)"),
        ("-a^2", "-a ^ 2"), ("-Inf^a", "-Inf ^ a"), ("inf^+inf", "Inf ^ +Inf"), (#"sum by("inf",NaN_)(x)"#, #"sum by ("inf", NaN_) (x)"#),
        (#"a+on("NaN")b"#, #"a + on ("NaN") b"#), ("--a", "--a"), ("+(a)", "+(a)"), ("a</5", "a </ 5"),
    ])
    func `as upstream prints them, and are printed alike when read again`(query: String, text: String) throws {
        // An empty text stands for a query that is refused.
        guard !text.isEmpty else {
            #expect(throws: PromQLSyntaxError.self) { try Parser.parse(query) }
            return
        }
        #expect(try Parser.parse(query).description == text)
        #expect(try Parser.parse(text).description == text)
    }

    @Test func `what is printed reads as what was printed`() throws {
        var generator = ExpressionGenerator(seed: UInt64.random(in: 0 ... .max))
        for _ in 0..<1500 {
            let query = generator.query()
            let note = Comment(rawValue: "seed \(generator.seed): \(query)")
            let expression = try Parser.parse(query)
            let text = expression.description
            #expect(try Parser.parse(text).withoutPlaces == expression.withoutPlaces, note)
            for width in [10, 40, QueryExpression.prettyWidth] {
                #expect(try Parser.parse(expression.prettyText(width: width)).withoutPlaces == expression.withoutPlaces, note)
            }
        }
    }

    @Test(.enabled(if: !promqltestQueries.isEmpty, "../shared/promqltest is not there"))
    func `every query of upstream's scripts survives being printed`() throws {
        var count = 0
        for query in promqltestQueries {
            guard let expression = try? Parser.parse(query) else { continue }
            count += 1
            for text in [expression.description, expression.prettyText()] {
                #expect(try Parser.parse(text).withoutPlaces == expression.withoutPlaces, "\(query) → \(text)")
            }
        }
        #expect(count > 1000)
    }

    @Test func `long expressions are broken at calls, operators and parentheses`() throws {
        let query = #"sum by (job) (rate(errors_total{job="a"}[5m])) / (sum(rate(requests_total[5m])) + 1)"#
        #expect(try Parser.parse(query).prettyText() == query)
        #expect(
            try Parser.parse(query).prettyText(width: 30) == """
                  sum by (job) (
                    rate(
                      errors_total{job="a"}[5m]
                    )
                  )
                /
                  (
                      sum(rate(requests_total[5m]))
                    +
                      1
                  )
                """)
    }

    @Test func `a subquery, a sign and a parameter when broken`() throws {
        let query = "-topk(5, max_over_time(rate(some_metric_total[5m])[1h:1m]))"
        #expect(
            try Parser.parse(query).prettyText(width: 20) == """
                -topk(
                  5,
                  max_over_time(
                    rate(
                      some_metric_total[5m]
                    )[1h:1m]
                  )
                )
                """)
    }
}
