import Foundation
import LapwingRegex

/// `Benchmarks compare`: issue 3's table, measured: the same data and the same queries for Prometheus, VictoriaMetrics and lapwing.
enum Comparison {
    struct Row {
        var name: String
        var query: PeerQuery
        /// How many times faster than each peer lapwing is to be.
        var targets: [Peer: Double] = [:]
        /// Whether the query means the same to VictoriaMetrics: its `rate` takes the sample before the window and does not extrapolate.
        var meansTheSame = false
    }

    struct Figure {
        /// Median over HTTP.
        var milliseconds: Double
        /// Of the server, per query.
        var processorMilliseconds: Double
        /// Of the last answer.
        var bytes: Int
    }

    private static let rate = "sum by (path) (rate(http_requests_total[5m]))"
    private static let quantile = "histogram_quantile(0.95, sum by (le, path) (rate(http_request_duration_seconds_bucket[5m])))"

    static let rows: [Row] = [
        Row(name: "instant count", query: PeerQuery(text: "count(http_requests_total)"), targets: [.prometheus: 40], meansTheSame: true),
        Row(name: "instant rate", query: PeerQuery(text: rate), targets: [.prometheus: 20, .victoriaMetrics: 15]),
        Row(name: "instant quantile", query: PeerQuery(text: quantile), targets: [.prometheus: 20, .victoriaMetrics: 15]),
        Row(name: "6 h by 60 s, rate", query: PeerQuery(text: rate, step: 60_000), targets: [.prometheus: 30, .victoriaMetrics: 8]),
        Row(name: "6 h by 15 s, quantile", query: PeerQuery(text: quantile, step: 15_000), targets: [.prometheus: 30, .victoriaMetrics: 6]),
        Row(
            name: "6 h by 15 s, quantile_over_time", query: PeerQuery(text: "quantile_over_time(0.9, temperature[30m])", step: 15_000),
            targets: [.prometheus: 50, .victoriaMetrics: 12], meansTheSame: true),
        Row(
            name: "6 h by 60 s, subquery", query: PeerQuery(text: "avg_over_time(rate(http_requests_total[5m])[1h:1m])", step: 60_000),
            targets: [.prometheus: 30, .victoriaMetrics: 5]),
        Row(
            name: "6 h by 15 s, rate of all", query: PeerQuery(text: "rate(http_requests_total[5m])", step: 15_000),
            targets: [.prometheus: 5, .victoriaMetrics: 4]),
        Row(name: "instant rate, 5 minutes of the long", query: PeerQuery(text: "rate(long_total[5m])")),
        Row(
            name: "instant rate, 30 days of the long", query: PeerQuery(text: "rate(long_total[30d])"),
            targets: [.prometheus: 300, .victoriaMetrics: 60]),
    ]

    /// Windows of every length over the series with the long history.
    static let windowRows: [Row] = ["rate", "max_over_time", "avg_over_time"].flatMap { function in
        ["5m", "1h", "6h", "1d", "7d", "30d"].map { window in
            Row(
                name: "\(function) of \(window)", query: PeerQuery(text: "\(function)(long_total[\(window)])"),
                meansTheSame: function != "rate")
        }
    }

    /// - Returns: whether all servers agreed.
    static func run() throws -> Bool {
        let known = ["queries", "windows", "keeping", "rules", "million"]
        let parts = Flags.text("--only")?.split(separator: ",").map { String($0) } ?? known.dropLast()
        for part in parts where !known.contains(part) { throw UnknownWord(part, isNoneOf: known, called: "part of a comparison") }
        let isQuick = Flags.has("--quick")
        var agrees = true
        if !Set(parts).isDisjoint(with: ["queries", "windows"]) {
            agrees = try ask((parts.contains("queries") ? rows : []) + (parts.contains("windows") ? windowRows : []), isQuick: isQuick)
        }
        if parts.contains("keeping") { try KeepingComparison.run(isQuick ? .small : KeepingComparison.Size()) }
        if parts.contains("rules") { try RuleComparison.run(isQuick ? .small : .full, seconds: isQuick ? 15 : 45) }
        if parts.contains("million") { try KeepingComparison.runMillion(series: isQuick ? 10_000 : 1_000_000) }
        return agrees
    }

    private static func ask(_ rows: [Row], isQuick: Bool) throws -> Bool {
        let pattern = try Flags.text("--queries").map { try RegularExpression($0) }
        let wanted = rows.filter { row in pattern.map { $0.firstMatch(in: row.name + " " + row.query.text) != nil } ?? true }
        let runs = try Flags.number("--runs", from: 1) ?? (isQuick ? 3 : 9)
        let fleet = try PeerFleet(Peer.allCases, isQuick ? .quick : .full)
        defer { fleet.stop() }
        let agrees = try check(wanted, fleet)
        var figures: [[Peer: Figure]] = []
        for row in wanted { figures.append(try measured(row.query, fleet, runs: runs)) }
        ComparisonTable(rows: wanted, figures: figures, fleet: fleet, runs: runs).show()
        return agrees
    }

    /// Asks the same of all before anything is timed; ranges with 24 steps, since every point is compared.
    private static func check(_ rows: [Row], _ fleet: PeerFleet) throws -> Bool {
        print("\nDo they agree? Values to 1e-9 of their size; VictoriaMetrics only where a query means the same to it.")
        var agrees = true
        for row in rows {
            var query = row.query
            if query.step > 0 { query.step = query.range / 24 }
            var answers: [Peer: PeerAnswer] = [:]
            for server in fleet.servers {
                let body = try query.ask(PeerConnection(port: server.port), end: fleet.end).body
                // Of these rows none keeps a name but VictoriaMetrics' `quantile_over_time`.
                answers[server.peer] = PeerAnswer(body, dropsNames: true)
            }
            guard let first = fleet.servers.first, let expected = answers[first.peer] else { return false }
            for server in fleet.servers.dropFirst() {
                guard let answer = answers[server.peer] else { continue }
                if server.peer == .victoriaMetrics, !row.meansTheSame {
                    let distance = answer.largestDistance(from: expected).map { "up to \(Printing.text($0 * 100, 1)) % apart" }
                    print("  \(row.name): VictoriaMetrics' rate is another: \(distance ?? "not the same series")")
                } else if let difference = expected.difference(from: answer, names: (first.peer.title, server.peer.title), tolerance: 1e-9) {
                    agrees = false
                    print("  \(row.name): DIFFERENT: \(difference)")
                } else {
                    print("  \(row.name): \(server.peer.title) agrees with \(first.peer.title), \(answer.rows.count) series")
                }
            }
        }
        return agrees
    }

    /// Servers take turns; every turn asks 15 s earlier, so that nobody answers from what it said before. The first is not counted.
    private static func measured(_ query: PeerQuery, _ fleet: PeerFleet, runs: Int) throws -> [Peer: Figure] {
        var times = [[Double]](repeating: [], count: fleet.servers.count)
        var spent = [Double](repeating: 0, count: fleet.servers.count)
        var bytes = [Int](repeating: 0, count: fleet.servers.count)
        for run in 0...runs {
            let end = fleet.end - Int64(run) * PeerDataset.interval
            for (index, server) in fleet.servers.enumerated() {
                let before = server.processorMilliseconds
                var (time, reply) = (Double.nan, PeerConnection.Reply(status: 0, body: [], length: 0))
                do throws(PeerConnection.Failure) {
                    // Not kept from turn to turn: a slow neighbour's turn may be longer than an idle connection lives.
                    let connection = try PeerConnection(port: server.port)
                    let start = ContinuousClock.now
                    reply = try query.ask(connection, end: end, keepsBody: false)
                    time = start.duration(to: .now) / .milliseconds(1)
                } catch {
                    print("\(server.peer.title), \(query.title): \(error)")
                }
                if run == 0 { continue }
                // A query that fails is fast; its time must not pass for a figure.
                times[index].append(reply.status == 200 ? time : .nan)
                spent[index] += server.processorMilliseconds - before
                bytes[index] = reply.length
            }
        }
        var figures: [Peer: Figure] = [:]
        for (index, server) in fleet.servers.enumerated() {
            let hasFailed = times[index].contains { $0.isNaN }
            figures[server.peer] = Figure(
                milliseconds: hasFailed ? .nan : times[index].sorted()[runs / 2], processorMilliseconds: spent[index] / Double(runs),
                bytes: bytes[index])
        }
        return figures
    }
}
