import LapwingRuleTesting
import LapwingSystem
import LapwingText

/// What tests reach, rule by rule, and what they miss.
struct CoverageText {
    private var report = CoverageReport()
    /// What is missed, and the line of its rule.
    private var missed: [(line: Int, rule: RuleCoverage, aim: RuleCoverage.Aim)] = []

    init(_ coverages: [[RuleCoverage]]) {
        for coverage in coverages { report.merge(coverage) }
        var sources: [String: SourceText] = [:]
        for rule in report.rules where !rule.missed.isEmpty {
            let source = sources[rule.file] ?? SourceText(name: rule.file, bytes: Array(FileManager.default.contents(atPath: rule.file) ?? Data()))
            sources[rule.file] = source
            let line = source.position(of: rule.range.lowerBound).line
            for aim in rule.missed { missed.append((line, rule, aim)) }
        }
    }

    var text: String {
        let whole = report.rules.count { $0.missed.isEmpty }
        let share = report.aims > 0 ? Double(report.reached) / Double(report.aims) : 1
        let reached = "\(report.reached) of \(report.aims) states and branches (\(ReplayText.percent(share)))"
        return missed.map { "\($0.rule.file):\($0.line): \($0.rule.name): \($0.aim)\n" }.joined()
            + "coverage: \(whole) of \(Counted.text(report.rules.count, "rule")) wholly, \(reached)\n"
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("reached", report.reached)
            json.member("of", report.aims)
            json.key("missed")
            json.array { json in
                for (line, rule, aim) in missed {
                    json.object { json in
                        json.member("file", rule.file)
                        json.member("line", line)
                        json.member("rule", rule.name)
                        json.member("message", aim.description)
                    }
                }
            }
        }
    }
}
