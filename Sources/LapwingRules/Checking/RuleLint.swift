import LapwingSeries
public import LapwingText

/// What is no fault of a rule file, but rarely meant.
public enum RuleLint {
    public static let duplicateRules = "duplicate-rules"

    /// The findings in a file, in the order of its source.
    public static func findings(in file: RuleFile) -> [Diagnostic] {
        var seen: Set<String> = []
        var findings: [Diagnostic] = []
        for group in file.groups {
            for rule in group.rules {
                let labels = rule.labels.sorted { $0.name < $1.name }.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
                if !seen.insert("\(rule.name){\(labels)}").inserted {
                    findings.append(
                        Diagnostic(
                            .warning, "the rule \(rule.name) stands twice with the same labels; one of them records or alerts in vain",
                            at: rule.range, check: duplicateRules))
                }
            }
        }
        return findings
    }
}
