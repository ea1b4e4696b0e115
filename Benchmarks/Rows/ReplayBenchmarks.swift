import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingStorage
import LapwingText

/// Rules over weeks of recorded data.
enum ReplayBenchmarks {
    /// Issue 6's: 30 days of 15 s scrapes of 1,000 series, 50 rules every 15 s.
    static let full = (workload: RuleWorkload(services: 5), days: 30.0)
    static let small = (workload: RuleWorkload(services: 1), days: 0.1)

    static func rows(_ workload: RuleWorkload, days: Double) -> [Row] {
        let store = Store()
        let labels = workload.labels
        guard let references = try? store.references(for: labels),
            let file = try? RuleFile.read(SourceText(name: "rules.yml", workload.ruleFile(interval: "15s")))
        else { return [] }
        var totals = [Double](repeating: 0, count: labels.count)
        let scrapes = Int(days * 86_400_000) / Int(RuleWorkload.interval)
        for scrape in 0..<scrapes {
            workload.grow(&totals, scrape)
            var batch = SampleBatch()
            for index in labels.indices { batch.append(references[index], time: Int64(scrape) * RuleWorkload.interval, value: totals[index]) }
            _ = try? store.append(batch)
        }
        let settings = ReplaySettings(
            start: Timestamp(milliseconds: 0), end: Timestamp(milliseconds: Int64(scrapes - 1) * RuleWorkload.interval), interval: .seconds(15))
        let replay = Replay(file.groups, over: store.snapshot(), settings)
        let clock = ContinuousClock()
        var report: ReplayReport?
        let time = clock.measure { report = replay.run() }
        let evaluations = report.map { $0.rules.reduce(0) { $0 + $1.evaluations } } ?? 0
        let expected = scrapes * file.groups.reduce(0) { $0 + $1.rules.count }
        return [
            ("replay of \(days) days, \(labels.count) series", evaluations == expected ? time / .seconds(1) : .nan, "s"),
            ("replay", evaluations == expected ? time / .microseconds(1) / Double(max(1, evaluations)) : .nan, "µs/evaluation"),
        ]
    }
}
