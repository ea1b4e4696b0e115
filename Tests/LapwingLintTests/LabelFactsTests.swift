import LapwingPromQL
import LapwingSeries
import Testing

@testable import LapwingLint

@Suite struct `What is known of labels` {
    private func labels(_ text: String) throws -> LabelFacts {
        AnalyzedExpression(try PreparedQuery(text).expression, RecordedMetrics()).labels
    }

    @Test(arguments: [
        // Expression, labels that it may have, labels that it cannot have.
        ("x", ["a", "__name__"], []), ("x{a=\"\"}", ["b"], ["a"]), ("x{a!~\".+\"}", [], ["a"]), ("rate(x[5m])", ["a"], ["__name__"]),
        ("sum(x)", [], ["a", "job"]), ("sum by (a) (x)", ["a"], ["b"]), ("sum without (a) (x)", ["b"], ["a", "__name__"]),
        ("topk(5, x)", ["a", "__name__"], []), ("count_values(\"v\", x)", ["v"], ["a"]), ("vector(1)", [], ["a"]),
        ("absent(x{a=\"1\", b=~\"2\"})", ["a"], ["b", "c"]), ("absent(sum(x{a=\"1\"}))", [], ["a"]),
        ("label_replace(sum(x), \"a\", \"$1\", \"b\", \"(.+)\")", ["a"], ["b"]), ("label_join(sum(x), \"a\", \"-\", \"b\")", ["a"], ["b"]),
        ("label_replace(x, \"a\", \"\", \"b\", \".*\")", ["b"], ["a"]), ("histogram_quantile(0.9, x)", ["a"], ["le", "__name__"]),
        ("sum by (a) (x) / on (a) y", ["a"], ["b"]), ("sum by (a) (x) / ignoring (b) sum by (b, a) (y)", ["a"], ["b", "c"]),
        ("x * on (a) group_left (b) sum by (a, b) (y)", ["a", "b", "c"], ["__name__"]),
        ("x * on (a) group_left (b) sum by (a) (y)", ["a", "c"], ["b"]), ("sum by (a) (y) * on (a) group_right x", ["a", "c"], ["__name__"]),
        ("sum by (a) (x) and on (a) y", ["a"], ["b"]), ("sum by (a) (x) or sum by (b) (y)", ["a", "b"], ["c"]), ("sum(x) unless y", [], ["a"]),
        ("sum by (a) (x) > 5", ["a"], ["b"]), ("x > 5", ["a", "__name__"], []), ("x > bool 5", ["a"], ["__name__"]),
        ("x + on (__name__, a) y", ["a"], ["__name__"]),
        
        ("-x", ["a"], ["__name__"]),
        ("info(sum by (a) (x))", ["a", "b"], []), ("(sum by (a) (x))", ["a"], ["b"]), ("max_over_time(sum by (a) (x)[5m:])", ["a"], ["b"]),
    ])
    func `labels are possible or not by what the expression says`(text: String, possible: [String], impossible: [String]) throws {
        let facts = try labels(text)
        for name in possible { #expect(facts.possible.contains(name), "\(text) may have \(name)") }
        for name in impossible { #expect(!facts.possible.contains(name), "\(text) cannot have \(name)") }
    }

    @Test(arguments: [
        ("x{a=\"1\"}", "a", ["1"]), ("x{a=~\"1|2\"}", "a", ["1", "2"]), ("x{a=~\"1|2\", a!~\"3\"}", "a", ["1", "2"]),
        ("sum by (a) (x{a=\"1\"})", "a", ["1"]), ("x{a=\"1\"} or x{a=\"2\"}", "a", ["1", "2"]), ("x{a=~\"1|2\"} + on (a) y{a=~\"2|3\"}", "a", ["2"]),
        ("label_replace(x, \"a\", \"1\", \"\", \"\")", "a", ["1"]), ("label_replace(x{b=\"1\"}, \"a\", \"$1\", \"b\", \"(.*)\")", "a", ["1"]),
        ("x * on (b) group_left (a) y{a=\"1\"}", "a", ["1"]), ("absent(x{a=\"1\"})", "a", ["1"]), ("x and y{a=\"1\"}", "a", ["1"]),
    ])
    func `values of labels are known where matchers say them`(text: String, label: String, values: [String]) throws {
        #expect(try labels(text).certain[label] == LabelFacts.Values.some(NameSet(values)))
    }

    @Test(arguments: ["x", "sum by (a) (x{a=~\".*\"})", "x{a=\"1\"} or x", "label_replace(x, \"a\", \"1\", \"b\", \"c\")", "sum(x{a=\"1\"})", "x{a!=\"1\"}"])
    func `a label is not certain where a series may lack it`(text: String) throws { #expect(try labels(text).certain["a"] == nil) }

    @Test func `what was scraped has a job and an instance`() throws {
        #expect(try labels("x").isCertain("instance"))
        #expect(try labels("rate(x[5m]) > 0").isCertain("job"))
        #expect(try !labels("sum by (job) (x)").isCertain("instance"))
        #expect(try !labels("a:x:sum").isCertain("instance"))
        #expect(try !labels("x{instance=\"\"}").isCertain("instance"))
        #expect(try !labels("{job=~\"a.*\"}").isCertain("instance"))
    }

    @Test func `sets of labels that are all but some are joined and cut as sets are`() {
        let (some, most) = (LabelSet.only(["a", "b"]), LabelSet.allBut(["b", "c"]))
        #expect(some.union(most) == .allBut(["c"]))
        #expect(most.union(some) == .allBut(["c"]))
        #expect(some.intersection(most) == .only(["a"]))
        #expect(most.intersection(.allBut(["a"])) == .allBut(["a", "b", "c"]))
        #expect(most.union(.allBut(["a"])) == .all)
        #expect(some.subtracting(["a"]) == .only(["b"]))
        #expect(!LabelSet.none.contains("a") && LabelSet.all.contains("a"))
    }
}
