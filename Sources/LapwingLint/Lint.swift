import Dispatch
import LapwingPromQL
public import LapwingRules
public import LapwingText
import Synchronization

/// What is likely wrong with rules that load.
public enum Lint {
    /// Every check: its name, what it finds, and what it needs.
    public static let checks: [(name: String, summary: String, need: LintNeed)] = table.map { ($0.name, $0.summary, $0.need) }

    /// Other names that checks go by.
    public static let synonyms = ["duplicate-rules": DuplicateRules.name]

    public static func names(needing needs: Set<LintNeed>) -> Set<String> {
        Set(table.filter { needs.contains($0.need) }.map { $0.name })
    }

    /// What the checks find, for each file in the order of its source.
    ///
    /// Files are seen together: rules record what those of other files read.
    public static func findings(in files: [RuleFile], _ settings: LintSettings) -> [[Diagnostic]] {
        let context = LintContext(files, settings)
        let checks = table.filter { settings.checks.contains($0.name) }
        if checks.isEmpty { return files.map { _ in [] } }
        let comments = files.map { LintComments($0.source, now: settings.now) }
        let groups = files.indices.flatMap { file in files[file].groups.indices.map { (file: file, group: $0) } }
        let found = Mutex(comments.map { $0.problems.map { LintFindings.Finding(diagnostic: $0) } })
        DispatchQueue.concurrentPerform(iterations: groups.count) { index in
            let (file, group) = groups[index]
            let findings = findings(inGroup: group, of: file, checks, comments[file], context)
            if !findings.isEmpty { found.withLock { $0[file] += findings } }
        }
        // Groups come as they are done.
        return zip(files, found.withLock { $0 }).map { file, findings in
            RepeatedFindings.saidOnce(findings.sorted { precedes($0.diagnostic, $1.diagnostic) }, in: file.source)
        }
    }

    private static func precedes(_ a: Diagnostic, _ b: Diagnostic) -> Bool {
        (a.range?.lowerBound ?? 0, a.check ?? "", a.message) < (b.range?.lowerBound ?? 0, b.check ?? "", b.message)
    }

    private static func findings(
        inGroup index: Int, of file: Int, _ checks: [any LintCheck.Type], _ comments: LintComments, _ context: LintContext
    ) -> [LintFindings.Finding] {
        let group = context.files[file].groups[index]
        var findings: [LintFindings.Finding] = []
        for (place, rule) in group.rules.enumerated() {
            let linted = LintedRule(rule, at: RulePosition(file: file, group: index, place: place), of: group, context)
            var found = LintFindings(rule.places)
            for check in checks {
                found.check = check.name
                check.look(at: linted, &found)
            }
            // All checks at each part, rather than all parts for each check: a step from part to part costs more than most checks.
            linted.expression.visit { part in
                for check in checks {
                    found.check = check.name
                    check.look(at: part, of: linted, &found)
                }
            }
            guard !found.found.isEmpty else { continue }
            let next = place + 1 < group.rules.count ? group.rules[place + 1] : nil
            findings += comments.keeping(found.found, of: rule, before: next)
        }
        return findings
    }

    /// In the order in which the manual lists them.
    static let table: [any LintCheck.Type] = [
        RateCheck.self, CounterSuffixCheck.self, HistogramCheck.self, VectorMatchingCheck.self, ImpossibleCheck.self, RegexpCheck.self,
        WindowCheck.self, ComparisonCheck.self, TemplateCheck.self, ForCheck.self, DuplicateRules.self, DependencyCheck.self,
        AnnotationCheck.self, LabelCheck.self, SeriesCheck.self, AlertCountCheck.self, CostCheck.self,
    ]
}
