import Foundation
import LapwingText

/// Measures what lapwing is built for, in one run: parsing, storing, decoding, querying.
///
/// `Benchmarks` at full size, `Benchmarks --small` at the size that the test suite runs; `Benchmarks storage query` runs
/// only what it names. The other parts are a word each: `Part.all`, which `--help` shows.
@main
enum Benchmarks {
    static func main() async {
        var words = Array(CommandLine.arguments.dropFirst())
        // What a comparison starts as lapwing takes lapwing's flags.
        let isServer = words.first == "serve"
        if !isServer, words.contains("--help") || words.contains("-h") {
            print(Part.help(rows: groups.map(\.name)))
            return
        }
        do {
            let part = Part.all.first { $0.name == words.first } ?? .rows
            if !part.name.isEmpty { words.removeFirst() }
            if !isServer { try part.check(words, rows: part.name.isEmpty ? groups.map(\.name) : []) }
            switch isServer ? "serve" : part.name {
            case "compare": exit(try Comparison.run() ? 0 : 1)
            case "agree": exit(try Agreement.run() ? 0 : 1)
            case "growth": GrowthBenchmarks.run()
            case "endure": exit(try Endurance.run() ? 0 : 1)
            case "kills": exit(try Kills.run() ? 0 : 1)
            case "hostile": try HostileBenchmark.run()
            case "serve": try await Peer.serve()
            default: measure(words.filter { !$0.hasPrefix("-") })
            }
        } catch {
            FileHandle.standardError.write(Data("Benchmarks: \(error)\nsee Benchmarks --help\n".utf8))
            exit(2)
        }
    }

    private static func measure(_ names: [String]) {
        let (rows, counts, hash) = rows(isSmall: Flags.has("--small"), only: names)
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

    /// What is measured, by the word that asks for it, in the order of the run. What takes a gigabyte or half a minute has to be asked for, but
    /// at the size of the suite.
    private static let groups: [(name: String, isAlways: Bool, rows: @Sendable (_ isSmall: Bool) -> [Row])] = [
        ("exposition", true, { ExpositionBenchmarks.rows(series: $0 ? 200 : 50_000) }),
        ("storage", true, { StorageBenchmarks.rows(series: $0 ? 50 : 10_000) }),
        ("ways", true, { WaysInBenchmarks.rows(requests: $0 ? 1 : 10, rounds: $0 ? 2 : 50) }),
        ("modules", true, { ModuleBenchmarks.rows(series: $0 ? 200 : 50_000) }),
        ("together", true, { TogetherBenchmarks.rows(series: $0 ? 100 : 10_000, seconds: $0 ? 0.05 : 2) }),
        (
            "replay", false,
            { isSmall in
                let size = isSmall ? ReplayBenchmarks.small : ReplayBenchmarks.full
                return ReplayBenchmarks.rows(size.workload, days: size.days)
            }
        ),
        ("rules", true, { RuleBenchmarks.rows($0 ? .small : .full, rounds: $0 ? 6 : 120) }),
        ("memory", false, { MemoryBenchmarks.rows(series: $0 ? 1000 : 1_000_000) }),
        ("answer", true, { AnswerBenchmarks.rows(series: $0 ? 20 : 1000) }),
        ("served", true, { ServedAnswerBenchmarks.rows(series: $0 ? 20 : 2500) }),
        ("regex", true, { RegexBenchmarks.rows(rounds: $0 ? 100 : 100_000) }),
        // Its figures are more than rows.
        ("query", true, { _ in [] }),
    ]

    static func rows(
        isSmall: Bool, only names: [String] = []
    ) -> (rows: [Row], counts: [String: QueryBenchmarks.Counts], hash: UInt64) {
        let wanted = groups.filter { names.isEmpty ? $0.isAlways || isSmall : names.contains($0.name) }
        let rows = wanted.flatMap { $0.rows(isSmall) }
        // `query=rate` runs the rows of queries that have `rate` in their name.
        let part = names.first { $0.hasPrefix("query=") }?.dropFirst(6)
        guard part != nil || wanted.contains(where: { $0.name == "query" }) else { return (rows, [:], 0) }
        let queries = QueryBenchmarks.figures(isSmall ? .small : .full, matching: String(part ?? ""))
        return (rows + queries.rows, queries.counts, queries.hash)
    }
}
