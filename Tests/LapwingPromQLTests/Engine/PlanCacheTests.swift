import LapwingSeries
import Testing

@testable import LapwingPromQL

struct PlanCacheTests {
    @Test(arguments: [
        "x @ start()", "x @ END ()", "x[range()]", "rate(x[step( )])", "end # of it\n()", "vector(start())", "rate(x[5m:2 * step()])",
        "x offset (range() / 2)", "max_over_time((1 + x @ end())[1h:1m])",
    ])
    func `a query that asks when it is asked is planned each time`(text: String) throws {
        #expect(try !PreparedQuery(text).isTimeless)
    }

    @Test(arguments: ["time()", "x offset 5m", "x @ 12", "rate(x[5m]) > 0", "x{step=\"1\"}", "week_end + on() start # step()"])
    func `any other is planned once`(text: String) throws {
        let (plans, query) = (PlanCache(), try PreparedQuery(text))
        var made = 0
        for _ in 0..<3 {
            _ = try plans.plan(of: query) {
                made += 1
                return .number(1)
            }
        }
        #expect(made == 1)
    }

    @Test func `an expression that was changed after it was read is not taken for another of the same text`() throws {
        let other = PreparedQuery(text: "1", expression: try PreparedQuery("2").expression)
        #expect(!other.isTimeless)
    }
}
