import LapwingNotify
import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingServer
import LapwingText

/// How often and how long each alert fires, for every combination of the values of settings.
struct SweepTable {
    private struct Row {
        var rule: RuleReplay
        /// The rule's, and where it stands where several have it.
        var name: String
        /// Beside the settings; nil where the rule has no such setting.
        var values: [String?]
        /// Those that tell of alerts of that name.
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
        let names = Self.names(files)
        for values in Self.combinations(sweeps) {
            let report = try question.report(of: files.map { Self.changed($0, sweeps, values) })
            for (name, rule) in zip(names, report.rules.filter(\.isAlerting)) {
                let hasThreshold = rule.rule.query.expression.threshold != nil
                let shown = zip(sweeps, values).map { $0.setting == .threshold && !hasThreshold ? nil : $1 }
                // What a rule has no setting for does not change it.
                if rows.contains(where: { $0.name == name && $0.values == shown }) { continue }
                let told = report.notifications.count { $0.message.tells(of: rule.rule.name) }
                rows.append(Row(rule: rule, name: name, values: shown, notifications: told))
            }
        }
        // The settings of an alert one below the other.
        rows = names.flatMap { name in rows.filter { $0.name == name } }
    }

    /// Of the alerts, in the order of files and groups.
    private static func names(_ files: [RuleFile]) -> [String] {
        var alerts: [(name: String, place: String)] = []
        for file in files {
            for case .alerting(let rule) in file.groups.flatMap(\.rules) {
                alerts.append((rule.name, "\(file.name):\(file.source.position(of: rule.range.lowerBound).line)"))
            }
        }
        let names = alerts.map { $0.name }
        return alerts.map { name, place in names.count(where: { $0 == name }) == 1 ? name : "\(name) (\(place))" }
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
            [row.name] + row.values.map { $0 ?? "-" } + [
                "\(row.rule.firings)", "\(row.rule.episodes.count - row.rule.firings)", row.rule.alertTime.prometheusText, "\(row.notifications)",
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
                    json.member("group", row.rule.group.name)
                    json.member("file", row.rule.group.file)
                    for (name, value) in zip(settings, row.values) {
                        json.key(name)
                        if let value { json.string(value) } else { json.null() }
                    }
                    let (firings, all) = (row.rule.firings, row.rule.episodes.count)
                    for (name, count) in [("firings", firings), ("pending_only", all - firings), ("notifications", row.notifications)] {
                        json.key(name)
                        json.integer(count)
                    }
                    json.seconds("alert_seconds", row.rule.alertTime)
                }
            }
        }
        return String(decoding: json.take(), as: UTF8.self) + "\n"
    }
}

extension WebhookMessage {
    fileprivate func tells(of alert: String) -> Bool { alerts.contains { $0.labels[LabelName.alert] == alert } }
}
