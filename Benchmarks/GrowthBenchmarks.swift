import Foundation

/// `Benchmarks growth`: what becomes dearer with more series, more samples of each, and more rules: figures at once, four and sixteen times
/// the size, and by which power of the size they grow.
enum GrowthBenchmarks {
    private static let factors = [1, 4, 16]

    static func run() {
        var lines = [["figure"] + factors.map { "\($0)×" } + ["power"]]
        let queries = ["instant rate$", "instant quantile$", "range rate, 6 h by 60 s$"]
        for query in queries { lines.append(line("\(query.dropLast()), more series, ms") { milliseconds(query, size(series: $0, scrapes: 240)) }) }
        for query in queries { lines.append(line("\(query.dropLast()), longer history, ms") { milliseconds(query, size(series: 2, scrapes: 90 * $0)) }) }
        lines.append(line("rules, more of them with their series, ms an evaluation") { evaluation(services: 3 * $0) })
        lines.append(line("memory, more series with an hour, MiB") { MemoryBenchmarks.resident(series: 2000 * $0, scrapes: 240) })
        lines.append(line("memory, longer history of 2,000 series, MiB") { MemoryBenchmarks.resident(series: 2000, scrapes: 240 * $0) })
        Printing.show(lines)
    }

    private static func line(_ name: String, _ figure: (Int) -> Double) -> [String] {
        let figures = factors.map(figure)
        guard let first = figures.first, let last = figures.last, let factor = factors.last else { return [name] }
        let power = log(last / first) / log(Double(factor))
        return [name] + figures.map { Printing.digits($0) } + [Printing.text(power, 2)]
    }

    private static func size(series: Int, scrapes: Int) -> DatasetSize {
        DatasetSize(counters: 150 * series, histograms: 30 * series, gauges: 15 * series, scrapes: scrapes, longSeries: 1, longScrapes: 1)
    }

    private static func milliseconds(_ query: String, _ size: DatasetSize) -> Double {
        QueryBenchmarks.figures(size, matching: query).rows.first?.value ?? .nan
    }

    private static func evaluation(services: Int) -> Double {
        RuleBenchmarks.rows(RuleWorkload(services: services), rounds: 60).first?.value ?? .nan
    }
}
