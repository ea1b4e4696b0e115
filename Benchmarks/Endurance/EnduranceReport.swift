import Foundation
import LapwingText

/// What a server under load came to: its figures by the five minutes, and which promises it broke.
struct EnduranceReport {
    static let head =
        "minute  anonymous MiB  requests  p50 ms  p99 ms  slowest  group p99 ms  slowest  missed  head series  failures"

    private let server: PeerProcess
    /// Milliseconds that groups took, as they stood at the samples since the last line, and of all.
    private var groups: [Double] = []
    private var allGroups: [Double] = []
    private var latencies: [Double] = []
    private var memory: [(minute: Int, mebibytes: Double)] = []
    private var missed = 0
    private var faults: [String] = []

    init(_ server: PeerProcess) { self.server = server }

    mutating func note(reload isRight: Bool) { if !isRight { faults.append("a reload came out wrong") } }

    /// Notes how long each group took last.
    mutating func sample() throws {
        let figures = try Self.figures(server)
        groups += figures.filter { $0.name.hasPrefix("lapwing_rule_group_last_duration_seconds{") }.map { $0.value * 1000 }
    }

    mutating func line(minute: Int, _ taken: EnduranceClients.Taken) throws {
        let figures = try Self.figures(server)
        func total(_ prefix: String) -> Double { figures.filter { $0.name.hasPrefix(prefix) }.map(\.value).reduce(0, +) }
        let missedNow = Int(total("lapwing_rule_group_iterations_missed_total"))
        memory.append((minute, server.anonymousMebibytes))
        let cells = [
            Printing.digits(server.anonymousMebibytes), "\(taken.latencies.count)", Printing.digits(Self.quantile(0.5, taken.latencies)),
            Printing.digits(Self.quantile(0.99, taken.latencies)), Printing.digits(taken.latencies.max() ?? .nan),
            Printing.digits(Self.quantile(0.99, groups)), Printing.digits(groups.max() ?? .nan), "\(missedNow - missed)",
            "\(Int(total("lapwing_tsdb_head_series") - total("lapwing_tsdb_head_series_")))", "\(taken.failures.count)",
        ]
        print("\(minute)  " + cells.joined(separator: "  "))
        fflush(nil)
        if missedNow > missed { faults.append("\(missedNow - missed) evaluations missed before minute \(minute)") }
        for failure in Set(taken.failures).sorted().prefix(5) { faults.append("before minute \(minute): \(failure)") }
        missed = missedNow
        latencies += taken.latencies
        allGroups += groups
        groups = []
    }

    /// Prints what the whole run came to.
    ///
    /// - Returns: whether memory stayed flat, nothing was missed, nothing failed, and all was told that happened.
    mutating func verdict(_ told: Set<FailingReceiver.Told>, warmUp: Int, _ load: EnduranceClients) throws -> Bool {
        let settled = memory.filter { $0.minute >= warmUp }
        let half = settled.count / 2
        let (before, after) = (settled.prefix(half).map(\.mebibytes).max() ?? .nan, settled.suffix(half).map(\.mebibytes).max() ?? .nan)
        if after > before * 1.05 { faults.append("memory grew from \(Printing.digits(before)) to \(Printing.digits(after)) MiB") }
        let reply = try server.get("/api/v1/alert_history?type=transition&alertname=Wave&limit=1000000")
        let changes = String(decoding: reply.body, as: UTF8.self)
        for (change, isResolved) in [("firing", false), ("resolved", true)] {
            let happened = changes.split(separator: "\"change\":\"\(change)\"", omittingEmptySubsequences: false).count - 1
            let count = told.filter { $0.isResolved == isResolved }.count
            print("\(happened) alerts became \(change), \(count) were told")
            if count < happened { faults.append("\(happened - count) alerts that became \(change) were not told") }
        }
        print("API p99 \(Printing.digits(Self.quantile(0.99, latencies))) ms of \(latencies.count) requests; "
            + "groups p99 \(Printing.digits(Self.quantile(0.99, allGroups))) ms; \(missed) evaluations missed")
        for fault in faults { print("fell short: \(fault)") }
        return faults.isEmpty
    }

    private static func figures(_ server: PeerProcess) throws -> [(name: Substring, value: Double)] {
        String(decoding: try server.get("/metrics").body, as: UTF8.self).split(separator: "\n").compactMap { line in
            guard !line.hasPrefix("#"), let space = line.lastIndex(of: " ") else { return nil }
            return (line[..<space], Double(line[line.index(after: space)...]) ?? .nan)
        }
    }

    private static func quantile(_ quantile: Double, _ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(Double(sorted.count) * quantile))]
    }
}
