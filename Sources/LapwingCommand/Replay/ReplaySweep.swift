import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingText

/// One setting of alerting rules with the values to try.
struct ReplaySweep {
    enum Setting: String, CaseIterable {
        /// `for`.
        case hold = "for"
        /// The number that the outermost comparison compares with.
        case threshold
    }

    let setting: Setting
    let values: [String]

    /// - Parameter text: as `for=1m,5m` or `threshold=0.1,0.2`.
    init(_ text: String) throws(UsageError) {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let setting = Setting(rawValue: parts[0]) else {
            throw UsageError("--sweep is for=D,… or threshold=N,…, not \(GoQuote.quote(text))")
        }
        self.setting = setting
        values = parts[1].split(separator: ",").map { $0.trimmingSpaces }
        for value in values {
            let isRight = setting == .hold ? (try? PrometheusDuration.milliseconds(value)) != nil : Double(value) != nil
            if !isRight { throw UsageError("--sweep \(setting.rawValue): \(GoQuote.quote(value)) is no \(setting == .hold ? "duration" : "number")") }
        }
        if values.isEmpty { throw UsageError("--sweep \(setting.rawValue) needs values") }
    }

    private func applied(_ value: String, to rule: Rule) -> Rule {
        switch setting {
        case .hold:
            guard let hold = try? PrometheusDuration.milliseconds(value) else { return rule }
            return rule.replacingHold(.milliseconds(hold))
        case .threshold: return (try? rule.replacingThreshold(value)).flatMap { $0 } ?? rule
        }
    }

    /// Every combination of the settings' values.
    private static func combinations(_ sweeps: [ReplaySweep]) -> [[String]] {
        sweeps.reduce([[]]) { combinations, sweep in combinations.flatMap { combination in sweep.values.map { combination + [$0] } } }
    }

    /// Replays every combination and tells, for each alerting rule, how often and how long it fires.
    static func table(_ sweeps: [ReplaySweep], _ question: ReplayQuestion, of files: [RuleFile], asJSON: Bool) throws(QueryFailure) -> String {
        var lines = [["alert"] + sweeps.map(\.setting.rawValue) + ["fired", "pending only", "firing", "notifications"]]
        for values in combinations(sweeps) {
            let changed = files.map { file in
                var file = file
                file.groups = file.groups.map { group in
                    group.replacingRules { rule in zip(sweeps, values).reduce(rule) { $1.0.applied($1.1, to: $0) } }
                }
                return file
            }
            let report = try question.report(of: changed)
            for rule in report.rules where rule.isAlerting {
                let short = rule.episodes.count - rule.firings
                let firing = asJSON ? GoNumber.text(Double(rule.alertTime.milliseconds) / 1000) : ReplayText.duration(rule.alertTime)
                lines.append([rule.rule.name] + values + ["\(rule.firings)", "\(short)", firing, "\(report.notifications.count)"])
            }
        }
        return asJSON ? json(lines) : TextTable.text(lines)
    }

    private static func json(_ lines: [[String]]) -> String {
        var json = JSONWriter(escapesHTML: false)
        json.array { json in
            for line in lines.dropFirst() {
                json.object { json in for (name, cell) in zip(lines[0], line) { json.member(name.replacing(" ", with: "_"), cell) } }
            }
        }
        return String(decoding: json.take(), as: UTF8.self) + "\n"
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
