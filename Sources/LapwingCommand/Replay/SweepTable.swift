import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingText

/// How often and how long each alert fires, for every combination of the values of settings.
struct SweepTable {
    private struct Row {
        var rule: RuleReplay
        /// Beside the settings; nil where the rule has no such setting.
        var values: [String?]
        /// In all, not the rule's alone.
        var notifications: Int
    }

    private let settings: [String]
    private var rows: [Row] = []

    init(_ sweeps: [ReplaySweep], _ question: ReplayQuestion, of files: [RuleFile]) throws(QueryFailure) {
        settings = sweeps.map(\.setting.rawValue)
        let alerts = files.flatMap(\.groups).flatMap(\.rules).filter { if case .alerting = $0 { true } else { false } }
        if sweeps.contains(where: { $0.setting == .threshold }), !alerts.contains(where: { $0.query.expression.threshold != nil }) {
            throw QueryFailure("lapwing: --sweep threshold: no alert compares with a number")
        }
        for values in Self.combinations(sweeps) {
            let report = try question.report(of: files.map { Self.changed($0, sweeps, values) })
            for rule in report.rules where rule.isAlerting {
                let hasThreshold = rule.rule.query.expression.threshold != nil
                let shown = zip(sweeps, values).map { $0.setting == .threshold && !hasThreshold ? nil : $1 }
                rows.append(Row(rule: rule, values: shown, notifications: report.notifications.count))
            }
        }
        // The settings of an alert one below the other.
        let names = alerts.map(\.name)
        rows = names.indices.filter { names.firstIndex(of: names[$0]) == $0 }.flatMap { index in rows.filter { $0.rule.rule.name == names[index] } }
    }

    private static func combinations(_ sweeps: [ReplaySweep]) -> [[String]] {
        sweeps.reduce([[]]) { combinations, sweep in combinations.flatMap { combination in sweep.values.map { combination + [$0] } } }
    }

    private static func changed(_ file: RuleFile, _ sweeps: [ReplaySweep], _ values: [String]) -> RuleFile {
        var file = file
        file.groups = file.groups.map { group in
            group.replacingRules { rule in zip(sweeps, values).reduce(rule) { $1.0.applied($1.1, to: $0) } }
        }
        return file
    }

    var text: String {
        let head = ["alert"] + settings + ["fired", "pending only", "firing", "notifications"]
        let lines = rows.map { row in
            [row.rule.rule.name] + row.values.map { $0 ?? "-" } + [
                "\(row.rule.firings)", "\(row.rule.episodes.count - row.rule.firings)", ReplayText.duration(row.rule.alertTime), "\(row.notifications)",
            ]
        }
        return TextTable.text([head] + lines)
    }

    /// With the names that a replay's JSON has.
    var json: String {
        var json = JSONWriter(escapesHTML: false)
        json.array { json in
            for row in rows {
                json.object { json in
                    json.member("name", row.rule.rule.name)
                    for (name, value) in zip(settings, row.values) {
                        json.key(name)
                        if let value { json.string(value) } else { json.null() }
                    }
                    let (firings, all) = (row.rule.firings, row.rule.episodes.count)
                    for (name, count) in [("firings", firings), ("pending_only", all - firings), ("notifications", row.notifications)] {
                        json.key(name)
                        json.integer(count)
                    }
                    json.key("alert_seconds")
                    json.number(row.rule.alertTime / .seconds(1))
                }
            }
        }
        return String(decoding: json.take(), as: UTF8.self) + "\n"
    }
}
