import Foundation
import LapwingRuleTesting
import LapwingText

/// What tests reach, rule by rule, and what they miss.
enum CoverageText {
    static func text(_ coverages: [[RuleCoverage]]) -> String {
        var report = CoverageReport()
        for coverage in coverages { report.merge(coverage) }
        var text = ""
        var sources: [String: SourceText] = [:]
        for rule in report.rules where !rule.missed.isEmpty {
            let source = sources[rule.file] ?? SourceText(name: rule.file, bytes: Array(FileManager.default.contents(atPath: rule.file) ?? Data()))
            sources[rule.file] = source
            let line = source.position(of: rule.range.lowerBound).line
            for aim in rule.missed { text += "\(rule.file):\(line): \(rule.name): \(aim)\n" }
        }
        let whole = report.rules.count { $0.missed.isEmpty }
        let share = report.aims > 0 ? Double(report.reached) / Double(report.aims) : 1
        let reached = "\(report.reached) of \(report.aims) states and branches (\(ReplayText.percent(share)))"
        return text + "coverage: \(whole) of \(report.rules.count) rules wholly, \(reached)\n"
    }
}
