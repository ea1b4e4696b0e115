import Foundation
import LapwingBlocks
import LapwingSeries
import LapwingStorage
import Testing

/// Debian's Prometheus evaluates rules for a while; then its directory is replayed with the same rules, from the same instants.
///
/// It is given all samples before their time, so that what an instant sees does not depend on which of a scrape and an evaluation came
/// first. What is not compared, because 2.42 is not 3.14: ranges include their first millisecond, so samples lie beside the instants; a
/// rate that begins in its window is extrapolated toward zero farther than now, so counters begin high. And a Prometheus that starts
/// writes no `ALERTS` before it has looked twice, for the sake of what it may have to restore.
@Suite(.timeLimit(.minutes(3))) struct `A replay and the rule manager of Prometheus` {
    /// For how long it evaluates.
    private static let seconds = 45

    /// Rule files, each with one group whose first rule tells the instants at which it was evaluated.
    private static let groups: [(name: String, interval: Int, rules: String)] = [
        (
            "second", 1,
            """
            - {record: job:load:avg, expr: 'avg_over_time(load[5s])'}
            - {record: job:requests:rate, expr: 'sum by (job) (rate(requests_total[6s]))', labels: {kind: all}}
            - {alert: High, expr: 'job:load:avg > 2', for: 4s, labels: {severity: page}}
            - {alert: AtOnce, expr: 'load > 3'}
            - {alert: Kept, expr: 'load > 3', for: 2s, keep_firing_for: 5s}
            - {alert: KeptAtOnce, expr: 'load > 2', keep_firing_for: 3s}
            - {alert: Banded, expr: 'load > 2', for: 1s, labels: {band: '{{ if gt $value 3.0 }}high{{ else }}low{{ end }}'}}
            - {alert: Gone, expr: 'absent(load{job="d"})', for: 2s}
            - {alert: Busy, expr: 'job:requests:rate{kind="all"} > 8', for: 3s}
            - {alert: Many, expr: 'count(ALERTS{alertstate="firing",alertname!="Many"}) > 4', for: 1s}
            - {alert: Never, expr: 'load > 100'}
            """
        ),
        (
            "slow", 3,
            """
            - {record: slow:load:max, expr: 'max by (job) (max_over_time(load[4s]))'}
            - {alert: Slow, expr: 'slow:load:max > 2', for: 6s, keep_firing_for: 4s}
            - {alert: ReadsOtherGroup, expr: 'job:requests:rate offset 2s > 8', for: 3s}
            """
        ),
        ("limited", 1, "limit: 2, rules: [{alert: Limited, expr: 'load > 1', for: 2s}]"),
    ]

    private func file(_ group: (name: String, interval: Int, rules: String)) -> String {
        let marker = "{record: \(group.name):instant, expr: vector(1)}"
        if group.rules.hasPrefix("limit") {
            let rules = group.rules.replacing("rules: [", with: "rules: [\(marker), ")
            return "groups:\n- {name: \(group.name), interval: \(group.interval)s, \(rules)}\n"
        }
        return "groups:\n- name: \(group.name)\n  interval: \(group.interval)s\n  rules:\n  - \(marker)\n"
            + group.rules.split(separator: "\n").map { "  \($0)\n" }.joined()
    }

    /// Four jobs whose load rises and falls, each in its own way, and a counter that is reset; one of them ends for a while.
    private func series(from start: Int64) -> [WrittenSeries] {
        ["a", "b", "c", "d"].enumerated().flatMap { index, job -> [WrittenSeries] in
            var load = WrittenSeries(labels: [("__name__", "load"), ("job", job)])
            var requests = WrittenSeries(labels: [("__name__", "requests_total"), ("job", job)])
            var total = 1000.0
            var isThere = true
            for second in 0..<Self.seconds + 5 {
                let time = start + Int64(second) * 1000
                if job == "d", (18..<26).contains(second) {
                    if isThere {
                        load.samples.append((time, StaleMarker.value))
                        requests.samples.append((time, StaleMarker.value))
                    }
                    isThere = false
                    continue
                }
                isThere = true
                let wave = [second % 12 < 7 ? 4.0 : 0, second % 20 < 12 ? 2.5 : 1, second % 5 < 3 ? 3.5 : 0.5, Double(second % 9) / 2][index]
                load.samples.append((time, wave))
                total = second == 30 ? 3 : total + (second % 15 < 8 ? 12 : 4) + Double(index)
                requests.samples.append((time, total))
            }
            return [load, requests]
        }
    }

    @Test(.enabled(if: RunningPrometheus.isInstalled, "Debian's prometheus is not installed"))
    func `write the same alerts and the same recorded series, sample by sample`() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for group in Self.groups { try Data(file(group).utf8).write(to: folder.appending(path: "\(group.name).rules")) }
        let prometheus = try await RunningPrometheus(
            in: folder, configuration: "rule_files: ['\(folder.path)/*.rules']\n", ["--web.enable-remote-write-receiver"])
        // Behind its first instants, at 137 ms past a second.
        let start = Timestamp.now.milliseconds / 1000 * 1000 + 5137
        try await prometheus.write(series(from: start))
        try await Task.sleep(for: .seconds(Self.seconds))
        let end = Timestamp.now.seconds.rounded(.down)
        let question = ["replay", "--rules", "\(folder.path)/second.rules", "--start", "\(end - 30)", "--end", "\(end - 2)", "--output", "json"]
        let asked = try BuiltProgram.run(question + ["--server", prometheus.url])
        prometheus.stop()
        // What it answers, without stale markers, comes to what stands in its directory.
        let read = try BuiltProgram.run(question + ["--data", prometheus.data.path])
        #expect(asked.status == 0 && asked.output.count > 5000, "\(asked.error)")
        let difference = zip(asked.output.split(separator: "{"), read.output.split(separator: "{")).first { $0 != $1 }
        #expect(asked.output == read.output, "\(difference.map { "\($0) of the server, \($1) of the directory" } ?? "one is longer")")
        let recorded = try PrometheusData(paths: [prometheus.data.path]).snapshot()
        for group in Self.groups { try compare(group, recorded, prometheus.data, in: folder) }
    }

    private func compare(
        _ group: (name: String, interval: Int, rules: String), _ recorded: any SeriesSnapshot, _ data: URL, in folder: URL
    ) throws {
        let written = try samples(of: recorded, [try Matcher("__name__", .equal, "\(group.name):instant")], .all)
        // The last instant is left out: Prometheus may be stopped in the middle of it.
        let instants = try #require(written.values.first).map(\.time).dropLast().map { $0 }
        let step = Int64(group.interval) * 1000
        // A busy machine may make Prometheus leave out an instant; what is after it is not compared.
        let count = zip(instants, instants.dropFirst()).prefix { $1 - $0 == step }.count + 1
        try #require(count * group.interval >= Self.seconds / 2, "\(group.name): Prometheus was held up: \(instants)")
        let (first, last) = (Timestamp(milliseconds: instants[0]), Timestamp(milliseconds: instants[count - 1]))
        let kept = folder.appending(path: "kept-\(group.name)")
        let outcome = try BuiltProgram.run([
            "replay", "--rules", folder.appending(path: "\(group.name).rules").path, "--data", data.path, "--start", "\(first.seconds)",
            "--end", "\(last.seconds)", "--write", kept.path,
        ])
        try #require(outcome.error == "", "\(outcome.error)")
        let (store, _) = try Store.read(kept.path)
        // Two instants without `ALERTS`, and one at which what ended with them is marked stale.
        let range = TimeRange(start: Timestamp(milliseconds: instants[3]), end: last)
        let alerts = group.rules.matches(of: /alert: (\w+)/).map { String($0.1) }.joined(separator: "|")
        let records = group.rules.matches(of: /record: ([\w:]+)/).map { String($0.1) }.joined(separator: "|")
        for matchers in [
            [try Matcher("__name__", .matches, "ALERTS|ALERTS_FOR_STATE"), try Matcher("alertname", .matches, alerts)],
            [try Matcher("__name__", .matches, "\(records)|\(group.name):instant")],
        ] {
            let (theirs, ours) = (try samples(of: recorded, matchers, range), try samples(of: store.snapshot(), matchers, range))
            #expect(theirs.keys.sorted() == ours.keys.sorted() && !theirs.isEmpty)
            for (labels, samples) in theirs {
                let others = ours[labels] ?? []
                let difference = (0..<max(samples.count, others.count)).first { index in
                    guard samples.indices.contains(index), others.indices.contains(index) else { return true }
                    return !samples[index].isAlike(others[index])
                }
                let (theirs, ours) = (samples.dropFirst(difference ?? 0).first, others.dropFirst(difference ?? 0).first)
                let texts = [theirs, ours].map { $0?.description ?? "nothing" }
                #expect(difference == nil, "\(labels): \(texts[0]) in Prometheus, \(texts[1]) replayed")
            }
            let total = theirs.values.reduce(0) { $0 + $1.count }
            print("\(group.name): \(theirs.count) series, \(total) samples compared over \(count - 3) instants")
        }
    }

    private struct Sample: CustomStringConvertible {
        var time: Int64
        var value: Double

        /// Stale markers are told from other numbers; averages may differ in their last digits.
        func isAlike(_ other: Sample) -> Bool {
            guard time == other.time, value.isStaleMarker == other.value.isStaleMarker else { return false }
            return value.isNaN ? other.value.isNaN : abs(value - other.value) <= 1e-12 * max(abs(value), 1)
        }

        var description: String { "\(time)=\(value.isStaleMarker ? "stale" : "\(value)")" }
    }

    private func samples(of snapshot: any SeriesSnapshot, _ matchers: [Matcher], _ range: TimeRange) throws -> [Labels: [Sample]] {
        let set = try snapshot.select(matchers, over: range)
        var found: [Labels: [Sample]] = [:]
        var columns = SampleColumns()
        for (index, labels) in set.labels.enumerated() {
            try set.read(index, over: range, into: &columns)
            if !columns.times.isEmpty { found[labels] = zip(columns.times, columns.values).map { Sample(time: $0, value: $1) } }
        }
        return found
    }
}
