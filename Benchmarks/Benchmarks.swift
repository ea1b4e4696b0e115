import Foundation
import LapwingText

/// Measures what lapwing is built for, in one run: parsing, storing, decoding, querying.
///
/// `Benchmarks` at full size, `Benchmarks --small` at the size that the test suite runs; `Benchmarks storage query` runs
/// only what it names. `compare` and `agree` set lapwing's server beside Debian's Prometheus and VictoriaMetrics; `growth` tells how cost
/// grows; `endure` puts the program under load for hours, `kills` looks for what it acknowledged before it was killed, and `hostile`
/// attacks it.
@main
enum Benchmarks {
    static func main() async {
        do {
            switch CommandLine.arguments.dropFirst().first {
            case "compare": exit(try Comparison.run() ? 0 : 1)
            case "agree": exit(try Agreement.run() ? 0 : 1)
            case "growth": GrowthBenchmarks.run()
            case "endure": exit(try Endurance.run() ? 0 : 1)
            case "kills": exit(try Kills.run() ? 0 : 1)
            case "hostile": try HostileBenchmark.run()
            case "serve": try await Peer.serve()
            default: measure()
            }
        } catch {
            FileHandle.standardError.write(Data("Benchmarks: \(error)\n".utf8))
            exit(2)
        }
    }

    private static func measure() {
        let names = CommandLine.arguments.dropFirst().filter { !$0.hasPrefix("-") }
        let (rows, counts, hash) = rows(isSmall: Flags.has("--small"), only: Array(names))
        func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
        let width = rows.map(\.name.count).max() ?? 0
        for row in rows {
            let figure = "\(padded(row.name, width))  \(GoNumber.text(row.value, .fixed, precision: 3)) \(row.unit)"
            guard let count = counts[row.name] else {
                print(figure)
                continue
            }
            let allocations = count.allocations.map { "\($0)" } ?? "uncounted"
            print("\(padded(figure, width + 18))\(padded("\(count.samples) samples", 18))\(allocations) allocations")
        }
        print("hash of the queries' results: \(String(hash, radix: 16))")
    }

    static func rows(
        isSmall: Bool, only names: [String] = []
    ) -> (rows: [Row], counts: [String: QueryBenchmarks.Counts], hash: UInt64) {
        func isWanted(_ name: String) -> Bool { names.isEmpty || names.contains(name) }
        var rows: [Row] = []
        if isWanted("exposition") { rows += ExpositionBenchmarks.rows(series: isSmall ? 200 : 50_000) }
        if isWanted("storage") { rows += StorageBenchmarks.rows(series: isSmall ? 50 : 10_000) }
        if isWanted("ways") { rows += WaysInBenchmarks.rows(requests: isSmall ? 1 : 10, rounds: isSmall ? 2 : 50) }
        if isWanted("modules") { rows += ModuleBenchmarks.rows(series: isSmall ? 200 : 50_000) }
        if isWanted("together") { rows += TogetherBenchmarks.rows(series: isSmall ? 100 : 10_000, seconds: isSmall ? 0.05 : 2) }
        // Half a minute: only when asked for, and in the suite.
        if names.contains("replay") || (isSmall && names.isEmpty) {
            let size = isSmall ? ReplayBenchmarks.small : ReplayBenchmarks.full
            rows += ReplayBenchmarks.rows(size.workload, days: size.days)
        }
        if isWanted("rules") { rows += RuleBenchmarks.rows(isSmall ? .small : .full, rounds: isSmall ? 6 : 120) }
        // A gigabyte and a minute: only when asked for.
        if names.contains("memory") { rows += MemoryBenchmarks.rows(series: isSmall ? 1000 : 1_000_000) }
        if isWanted("answer") { rows += AnswerBenchmarks.rows(series: isSmall ? 20 : 1000) }
        if isWanted("served") { rows += ServedAnswerBenchmarks.rows(series: isSmall ? 20 : 2500) }
        if isWanted("regex") { rows += RegexBenchmarks.rows(rounds: isSmall ? 100 : 100_000) }
        guard isWanted("query") || names.contains(where: { $0.hasPrefix("query=") }) else { return (rows, [:], 0) }
        // `query=rate` runs the rows of queries that have `rate` in their name.
        let part = names.first { $0.hasPrefix("query=") }?.dropFirst(6) ?? ""
        let queries = QueryBenchmarks.figures(isSmall ? .small : .full, matching: String(part))
        return (rows + queries.rows, queries.counts, queries.hash)
    }
}
