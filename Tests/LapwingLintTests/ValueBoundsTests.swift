import LapwingPromQL
import SeededRandom
import Testing

@testable import LapwingLint

@Suite struct `What is known of values` {
    private func values(_ text: String) throws -> ValueBounds {
        AnalyzedExpression(try PreparedQuery(text).expression, RecordedMetrics()).values
    }

    @Test(arguments: [
        ("5", "always 5"), ("-5", "always -5"), ("count(x)", "at least 1"), ("up", "between 0 and 1"), ("sum(up)", "at least 0"),
        ("avg(up)", "between 0 and 1"), ("rate(x[5m])", "at least 0"), ("rate(x_total[5m]) * 100", "at least 0"), ("x", "any number"),
        ("x > 5", "more than 5"), ("x >= 5", "at least 5"), ("x < 5", "less than 5"), ("5 < x", "more than 5"), ("x == 5", "always 5"),
        ("x > 5 < 10", "more than 5 and less than 10"), ("x > bool 5", "between 0 and 1"), ("x > 5 or x < 3", "any number"),
        ("x > 5 and y < 3", "more than 5"), ("absent(x)", "always 1"), ("1 - up", "between 0 and 1"), ("up * 100", "between 0 and 100"),
        ("hour()", "between 0 and 23"), ("clamp_max(x, 5)", "at most 5"), ("clamp(x, 1, 5)", "between 1 and 5"), ("clamp_min(up, 3)", "always 3"),
        ("count(x) / count(y)", "at least 0"), ("x_total - y_total", "any number"), ("count(x) or vector(0)", "at least 0"), ("stddev(x)", "at least 0"),
        ("sum(count by (a) (x))", "at least 1"), ("-count(x)", "at most -1"), ("quantile(0.5, up)", "between 0 and 1"), ("scalar(up)", "between 0 and 1"),
        ("max_over_time(up[5m])", "between 0 and 1"), ("x % 5", "any number"), ("x_total / 0", "at least 0"), ("1 / up", "at least 0"),
    ])
    func `bounds follow from the expression`(text: String, bounds: String) throws {
        #expect(try values(text).description == bounds)
    }

    @Test func `verdicts hold for every pair of values within the bounds`() {
        var random = SeededGenerator(20261128)
        let operators: [(BinaryOperator, (Double, Double) -> Bool)] = [
            (.equal, { $0 == $1 }), (.notEqual, { $0 != $1 }), (.less, { $0 < $1 }), (.lessOrEqual, { $0 <= $1 }), (.greater, { $0 > $1 }),
            (.greaterOrEqual, { $0 >= $1 }),
        ]
        func bounds() -> ValueBounds {
            let ends = [Int.random(in: 0...4, using: &random), Int.random(in: 0...4, using: &random)].sorted().map(Double.init)
            return ValueBounds(
                lower: ends[0], upper: ends[1], excludesLower: Bool.random(using: &random), excludesUpper: Bool.random(using: &random))
        }
        // Halves lie between all whole bounds, so that eighths show what open ends change.
        func samples(_ bounds: ValueBounds) -> [Double] {
            stride(from: bounds.lower, through: bounds.upper, by: 0.125).filter {
                !($0 == bounds.lower && bounds.excludesLower) && !($0 == bounds.upper && bounds.excludesUpper)
            }
        }
        for _ in 0..<500 {
            let (a, b) = (bounds(), bounds())
            for (operation, holds) in operators {
                let results = Set(samples(a).flatMap { x in samples(b).map { holds(x, $0) } })
                let verdict = a.verdict(operation, b)
                if let verdict { #expect(results == [verdict], "\(a) \(operation.rawValue) \(b), seed 20261128") }
                let narrowed = a.intersection(.satisfying(operation, b))
                for x in samples(a) where samples(b).contains(where: { holds(x, $0) }) {
                    #expect(samples(narrowed).contains(x), "\(a) \(operation.rawValue) \(b) keeps \(x), seed 20261128")
                }
            }
            let sum = a.applying(.add, b)
            for x in samples(a) { for y in samples(b) { #expect(sum.lower <= x + y && x + y <= sum.upper) } }
        }
    }
}
