import LapwingPromQL
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

    /// - Throws: a text that is no setting, or a setting that is given twice.
    static func all(_ texts: [String]) throws(UsageError) -> [ReplaySweep] {
        var sweeps: [ReplaySweep] = []
        for text in texts {
            let sweep = try ReplaySweep(text)
            if sweeps.contains(where: { $0.setting == sweep.setting }) {
                let name = sweep.setting.rawValue
                throw UsageError("--sweep \(name) is given twice; its values are written behind each other: \(name)=A,B")
            }
            sweeps.append(sweep)
        }
        return sweeps
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
        let alerts = files.flatMap(\.groups).flatMap(\.rules).filter { if case .alerting = $0 { true } else { false } }
        if sweeps.contains(where: { $0.setting == .threshold }), !alerts.contains(where: { $0.query.expression.threshold != nil }) {
            throw QueryFailure("lapwing: --sweep threshold: no alert compares with a number")
        }
        var lines: [[String]] = []
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
                // An alert without a threshold is as it was.
                let hasThreshold = rule.rule.query.expression.threshold != nil
                let shown = zip(sweeps, values).map { $0.setting == .threshold && !hasThreshold ? "-" : $1 }
                let firing = asJSON ? GoNumber.text(Double(rule.alertTime.milliseconds) / 1000) : ReplayText.duration(rule.alertTime)
                lines.append([rule.rule.name] + shown + ["\(rule.firings)", "\(short)", firing, "\(report.notifications.count)"])
            }
        }
        let head = ["alert"] + sweeps.map(\.setting.rawValue) + ["fired", "pending only", "firing", "notifications"]
        // The settings of an alert one below the other.
        let names = alerts.map(\.name)
        lines = names.indices.filter { names.firstIndex(of: names[$0]) == $0 }.flatMap { index in lines.filter { $0[0] == names[index] } }
        return asJSON ? json([head] + lines) : TextTable.text([head] + lines)
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
