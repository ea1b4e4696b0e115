import Testing

@testable import Benchmarks

/// What each of the measured queries may take, over the small data: counts, since a time says little on a busy machine.
@Suite struct `Counts of the queries` {
    /// Samples are exact, so that whatever is read anew shows. Blocks of memory, as a build without optimisation asks for
    /// them, have a tenth of room for other versions of Swift. Whoever makes a query cheaper writes the new counts here.
    static let budgets: [(query: String, samples: Int, allocations: Int)] = [
        ("instant count", 50, 195),
        ("instant rate", 1000, 340),
        ("instant quantile", 2400, 3170),
        ("range rate, 6 h by 60 s", 2800, 860),
        ("range quantile, 6 h by 60 s", 6720, 4260),
        ("range quantile, 6 h by 15 s", 7200, 4600),
        ("range quantile_over_time, 6 h by 15 s", 600, 1480),
        ("range subquery, 6 h by 60 s", 2800, 1880),
        ("range rate of all, 6 h by 15 s", 3000, 1000),
        ("instant rate, 5 minutes of 50 series", 60, 80),
        ("instant rate, 30 days of 50 series", 1800, 210),
    ]

    @Test func `stay within their budgets`() {
        let counts = QueryBenchmarks.figures(.small, takesTime: false).counts
        #expect(Set(counts.keys) == Set(Self.budgets.map(\.query)), "each query has a budget")
        for budget in Self.budgets {
            guard let count = counts[budget.query] else { continue }
            #expect(count.samples <= budget.samples, "\(budget.query) reads \(count.samples) samples, and may read \(budget.samples)")
            guard let allocations = count.allocations else { continue }
            #expect(
                allocations <= budget.allocations, "\(budget.query) asks for memory \(allocations) times, and may \(budget.allocations)")
        }
    }
}
