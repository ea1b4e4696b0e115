import LapwingText

/// Measures what lapwing is built for, in one run: parsing, storing, decoding, querying.
///
/// `Benchmarks` at full size, `Benchmarks --small` at the size that the test suite runs.
@main
enum Benchmarks {
    typealias Row = (name: String, value: Double, unit: String)

    static func main() {
        let (rows, hash) = rows(isSmall: CommandLine.arguments.contains("--small"))
        let width = rows.map(\.name.count).max() ?? 0
        for row in rows {
            let gap = String(repeating: " ", count: width - row.name.count + 2)
            print("\(row.name)\(gap)\(GoNumber.text(row.value, .fixed, precision: 3)) \(row.unit)")
        }
        print("hash of the queries' results: \(String(hash, radix: 16))")
    }

    static func rows(isSmall: Bool) -> (rows: [Row], hash: UInt64) {
        var rows = ExpositionBenchmarks.rows(series: isSmall ? 200 : 50_000)
        rows += StorageBenchmarks.rows(series: isSmall ? 50 : 10_000)
        rows += RegexBenchmarks.rows(rounds: isSmall ? 100 : 100_000)
        let queries =
            isSmall
            ? QueryBenchmarks.rows(counters: 50, histograms: 10, scrapes: 60)
            : QueryBenchmarks.rows(counters: 2500, histograms: 500, scrapes: 1440)
        return (rows + queries.rows, queries.hash)
    }
}
