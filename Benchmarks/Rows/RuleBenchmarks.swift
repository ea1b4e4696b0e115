import Foundation
import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingStorage
import LapwingText

/// Evaluating rules every five seconds, over scrapes that come every fifteen.
enum RuleBenchmarks {
    static func rows(_ workload: RuleWorkload, rounds: Int) -> [Row] {
        let store = Store()
        let labels = workload.labels
        guard let references = try? store.references(for: labels),
            let file = try? RuleFile.read(SourceText(name: "rules.yml", workload.ruleFile())),
            let trivial = try? RuleFile.read(SourceText(name: "trivial.yml", trivialRules(workload)))
        else { return [] }
        var totals = [Double](repeating: 0, count: labels.count)
        var scrape = 0
        func append() {
            workload.grow(&totals, scrape)
            var batch = SampleBatch()
            for index in labels.indices { batch.append(references[index], time: Int64(scrape) * RuleWorkload.interval, value: totals[index]) }
            _ = try? store.append(batch)
            scrape += 1
        }
        while scrape < RuleWorkload.scrapes { append() }
        let environment = RuleEnvironment(querier: SourceQuerier(engine: QueryEngine(), source: store), sink: store)
        var rows: [Row] = []
        for (name, groups) in [("rules, 140 series and 11,600 samples", file.groups), ("rules, one series", trivial.groups)] {
            let groups = groups.map { group in
                var group = group
                group.planTogether()
                return group
            }
            var states = groups.map { GroupState(ruleCount: $0.rules.count) }
            var spent: [Double] = []
            var failures = 0
            for round in 0..<rounds {
                if round % 3 == 0 { append() }
                let now = Timestamp(milliseconds: Int64(scrape - 1) * RuleWorkload.interval + Int64(round % 3) * 5000 + 1000)
                let start = Stopwatch.processorMilliseconds
                for index in groups.indices { failures += groups[index].evaluate(&states[index], at: now, in: environment).failures.count }
                spent.append(Stopwatch.processorMilliseconds - start)
            }
            let count = groups.reduce(0) { $0 + $1.rules.count }
            // The first rounds resolve the selections.
            let mean = spent.dropFirst(3).reduce(0, +) / Double(max(1, spent.count - 3) * count)
            rows.append((name, failures == 0 ? mean : .nan, "ms of CPU/evaluation"))
        }
        return rows
    }

    /// As many rules as the others, of one series each.
    private static func trivialRules(_ workload: RuleWorkload) -> String {
        "groups:\n"
            + (0..<workload.services).map { service in
                "  - name: service-\(service)\n    rules:\n"
                    + (0..<RuleWorkload.rulesPerService).map { path in
                        "      - alert: Gone\n        expr: http_requests_total{job=\"service-\(service)\",path=\"/p\(path)\",status=\"200\"} < 0\n"
                            + "        labels: {place: \"\(path)\"}\n"
                    }.joined()
            }.joined()
    }
}
