import LapwingSeries
import LapwingText
import SeededRandom
import Testing

@testable import LapwingPromQL

@Suite struct `PromQL is read` {
    @Test(arguments: [
        ("", "1:1: parse error: no expression found in input"),
        ("1 +", "1:4: parse error: unexpected end of input"),
        ("foo bar", #"1:5: parse error: unexpected identifier "bar""#),
        ("sum some_metric by (test)", #"1:5: parse error: unexpected identifier "some_metric""#),
        ("sum(x", "1:6: parse error: unclosed left parenthesis"),
        ("sum by (==) (x)", "1:9: parse error: unexpected <op:==> in grouping opts, expected label"),
        ("rate(x)", "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector"),
        ("rat(x[5m])", #"1:1: parse error: unknown function with name "rat""#),
        ("x[5m] offset 1m offset 2m", "1:1: parse error: offset may not be set multiple times"),
        ("1 > 2", "1:3: parse error: comparisons between scalars must use BOOL modifier"),
        (#"{a=""}"#, "1:1: parse error: vector selector must contain at least one non-empty matcher"),
        ("foo{a=1}", #"1:7: parse error: unexpected character inside braces: '1'"#),
        ("foo{a=}", #"1:7: parse error: unexpected "}" in label matching, expected string"#),
        ("x + on(a) group_left(a) y", "1:3: parse error: label \"a\" must not occur in ON and GROUP clause at once"),
        ("foo[5m", "1:7: parse error: unclosed left bracket"),
        ("foo[-5m]", "1:5: parse error: duration must be greater than 0"),
        ("(1))", "1:5: parse error: unexpected right parenthesis ')'"),
        ("sum(foo bar)", #"1:9: parse error: unexpected identifier "bar" in aggregation"#),
        ("@@", "1:1: parse error: unexpected <op:@>"),
        ("foo[step]", #"1:9: parse error: unexpected "]" in subquery or range selector, expected number, duration, step(), or range()"#),
        ("foo[5m+]", #"1:8: parse error: unexpected "]" in subquery or range selector, expected number, duration, step(), or range()"#),
        ("foo[5m:step]", #"1:12: parse error: unexpected "]" in subquery selector, expected number, duration, step(), range(), or "]""#),
        ("foo offset (1+x)", #"1:15: parse error: unexpected identifier "x" in offset, expected number, duration, step(), or range()"#),
        ("foo[5m1]", #"1:5: parse error: bad number or duration syntax: "5m1""#),
        ("100..4", #"1:1: parse error: bad number or duration syntax: "100..""#),
        (".5.5", #"1:1: parse error: error parsing number: strconv.ParseFloat: parsing ".5.5": invalid syntax"#),
        ("1e999", #"1:1: parse error: error parsing number: strconv.ParseFloat: parsing "1e999": value out of range"#),
        ("foo[5y1hs]", #"1:5: parse error: unknown unit "hs" in duration "5y1hs""#),
        ("foo[:5m]", "1:6: parse error: unexpected colon before duration in duration expression"),
        ("foo[5m::]", "1:8: parse error: unexpected colon ':'"),
        ("foo(a, , b)", "1:6: parse error: trailing commas not allowed in function call args"),
        ("f(a, >b)", "1:4: parse error: trailing commas not allowed in function call args"),
        ("f(a, 'b)", "1:6: parse error: unterminated quoted string"),
        ("a * on() group_left", #"1:20: parse error: unexpected end of input in grouping opts, expected "(""#),
        ("a * on() group_right ^b", #"1:22: parse error: unexpected <op:^> in grouping opts, expected "(""#),
        ("topk(x)", "1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1"),
        ("x and 1", "1:1: parse error: set operator \"and\" not allowed in binary scalar expression"),
    ])
    func `a fault is told in upstream's words at upstream's place`(query: String, message: String) {
        #expect { try Parser.parse(query) } throws: { error in
            if "\(error)" != message { Issue.record("\(query): \(error)") }
            return true
        }
    }

    @Test(arguments: [
        "1", "-1 ^ 2", "0x1F", "1e3", ".5", "inf", "NaN", "1h30m", #""text""#, "`raw`", "foo", "foo:bar", #"{"my.metric"}"#,
        #"{"my.metric", "a.b"="c", d!~"e|f"}"#, "foo{a='b',}", "foo[5m]", "foo[5m:1m]", "foo[5m:]", "foo offset -5m", "foo @ 10",
        "foo @ start() offset 5m", "foo[5m] @ end() offset 1h", "rate(foo[5m] anchored)", "foo[5m + step()]", "foo[max_of(5m, step())]",
        "foo offset (5m * 2)", "sum by (a, b) (foo)", "sum(foo) without (a)", "topk(5, foo)", "count_values(\"v\", foo)",
        "foo + on (a) group_left (b) bar", "foo / ignoring (a) bar", "foo + fill(0) bar", "foo == bool 1", "foo and bar or baz unless qux",
        "2 ^ 3 ^ 2", "a atan2 b", "fill + fill", "sum", "start", "offset", "by", "foo </ 5", "foo >/ 5", "# comment\nfoo # more\n",
        "time()", "info(foo, {a=~\".*\"})", "avg_over_time(rate(x[5m])[1h:1m])", "absent(foo{a=\"b\"})", "histogram_quantile(0.9, foo)",
    ])
    func `every form is taken`(query: String) throws { _ = try Parser.parse(query) }

    @Test func `operators bind as in arithmetic`() throws {
        func shape(_ expression: QueryExpression) -> String {
            switch expression {
            case .binary(let node): "(\(shape(node.left))\(node.operation.rawValue)\(shape(node.right)))"
            case .unary(let node): "\(node.operation.rawValue)\(shape(node.operand))"
            case .number(let node): "\(Int(node.value))"
            case .vectorSelector(let node): node.name
            default: "?"
            }
        }
        #expect(shape(try Parser.parse("1 + 2 * 3 - 4")) == "((1+(2*3))-4)")
        #expect(shape(try Parser.parse("2 ^ 3 ^ 2")) == "(2^(3^2))")
        #expect(shape(try Parser.parse("-x ^ 2 * 3")) == "(-(x^2)*3)")
        #expect(shape(try Parser.parse("2 ^ -3 * 4")) == "((2^-3)*4)")
        #expect(shape(try Parser.parse("a or b and c == d + e")) == "(aor(band(c==(d+e))))")
        #expect(shape(try Parser.parse("a offset 5m + b")) == "(a+b)")
        #expect(shape(try Parser.parse("a unless b and c")) == "((aunlessb)andc)")
    }

    @Test func `every node knows its place`() throws {
        let expression = try Parser.parse("sum by (a) (rate(x[5m])) > 0.1")
        guard case .binary(let comparison) = expression, case .aggregation(let sum) = comparison.left,
            case .call(let rate) = sum.expression
        else {
            Issue.record("\(expression)")
            return
        }
        #expect(sum.range.lowerBound == 0 && sum.range.upperBound == 24)
        #expect(rate.range.lowerBound == 12 && rate.range.upperBound == 23)
        #expect(rate.arguments[0].range.lowerBound == 17)
    }

    @Test func `an unknown function brings the nearest known`() {
        #expect { try Parser.parse("rte(x[5m])") } throws: { ($0 as? PromQLSyntaxError)?.help == "did you mean rate?" }
    }

    @Test(arguments: [
        ("x = 1", "== compares two values; = stands between a label and its value, inside braces"),
        ("sum(x) bye (a)", "did you mean by?"), ("sum(x", "a ) is missing"), ("x[5m", "a ] is missing"), ("x{a=\"b\"", "a } is missing"),
        ("x 5m", "an operator is missing, or a range in brackets: [5m]"), ("x[5m:z]", nil), ("(1))", "it closes nothing; take it away, or open one before"),
        ("Rate(x[5m])", "did you mean rate?"), ("x[5m]{a='b'}", "matchers stand before the range: name{label=\"value\"}[5m]"),
    ])
    func `a fault says what may have been meant`(query: String, help: String?) {
        #expect { try Parser.parse(query) } throws: { ($0 as? PromQLSyntaxError)?.help == help }
    }

    @Test func `a fault is shown under the query`() {
        #expect { try Parser.parse("foo bar") } throws: {
            ($0 as? PromQLSyntaxError)?.rendered(in: "foo bar") == """
                query:1:5: error: unexpected identifier "bar" (promql/syntax)
                 1 | foo bar
                   |     ^~~
                   = help: an operator is missing before it
                """
        }
    }

    @Test(arguments: [
        String(repeating: "(", count: 10_000) + "1" + String(repeating: ")", count: 10_000),
        String(repeating: "-", count: 100_000) + "1", String(repeating: "1+", count: 100_000) + "1",
        String(repeating: "a", count: 2 << 20), String(repeating: "sum(", count: 5000), "x" + String(repeating: "[5m:]", count: 5000),
        "x[" + String(repeating: "(", count: 5000), String(repeating: "1^", count: 5000) + "1",
    ])
    func `a monstrous query is answered with an error`(query: String) {
        #expect(throws: PromQLSyntaxError.self) { try Parser.parse(query) }
    }

    @Test func `mutations of queries are read or refused, never worse`() {
        let seeds = ["sum by (a) (rate(x{b=~\"c|d\"}[5m] offset 1m)) / 2", "foo[max_of(5m, step()):1m] @ start()", "{\"q.m\", a!='b'} and on() vector(1)"]
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed)
        var read = 0
        for round in 0..<3000 {
            var bytes = Array(seeds[round % seeds.count].utf8)
            for _ in 0..<(1 + random.below(3)) {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(UInt8(32 + random.below(95)), at: place)
                default: bytes[place] = UInt8(32 + random.below(95))
                }
            }
            if (try? Parser.parse(String(decoding: bytes, as: UTF8.self))) != nil { read += 1 }
        }
        #expect(read > 100 && read < 2900, "seed \(seed): \(read) of 3000 were read")
    }

    @Test func `comments go, with the lines that hold nothing else, however lines end`() throws {
        #expect(try PreparedQuery("a # one\n# two\n  + b").textWithoutComments == "a \n  + b")
        #expect(try PreparedQuery("a # one\r\n# two\r\n  + b").textWithoutComments == "a \r\n  + b")
        #expect(try PreparedQuery("a{b=\"#\"}").textWithoutComments == nil)
    }
}
