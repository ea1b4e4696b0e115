import LapwingText
import LapwingYAML

/// Files that hold something else than rules, or rules in another form: one sentence says so, where each key would be unknown.
extension RuleFileReader {
    /// Whether it is such a file, which is then reported.
    mutating func isSomethingElse(_ root: YAMLNode) -> Bool {
        guard let (message, range, help) = root.mapping.map(mistake) ?? root.sequence.flatMap({ mistake($0) }) else { return false }
        problems.append(Diagnostic(message, at: range, help: help, check: "unknown-field"))
        return true
    }

    private typealias Mistake = (message: String, range: SourceRange, help: String)

    private func mistake(_ mapping: YAMLMapping) -> Mistake? {
        if mapping["groups"] != nil { return nil }
        if let tests = mapping.entry("tests") { return ("this is a file of tests, not of rules", tests.key.range, "lapwing test runs it") }
        if let spec = mapping.entry("spec"), mapping["apiVersion"] != nil || mapping["kind"] != nil {
            let kind = mapping["kind"]?.scalar?.text ?? "object"
            return ("this is a \(kind) of Kubernetes, not a file of rules", spec.key.range, "a file of rules has what stands under spec: groups")
        }
        if let key = ["global", "scrape_configs", "rule_files", "alerting"].lazy.compactMap(mapping.entry).first {
            return ("this is a configuration, not a file of rules", key.key.range, "lapwing check config checks it")
        }
        if let rules = mapping.entry("rules") {
            return ("this is a group by itself, not a file of rules", rules.key.range, "let it be an item of groups")
        }
        if let expression = mapping.entry("expr") {
            return ("this is a rule by itself, not a file of rules", expression.key.range, "let it be an item of a list")
        }
        return nil
    }

    private func mistake(_ items: [YAMLNode]) -> Mistake? {
        guard let first = items.first, items.allSatisfy({ $0.mapping?["rules"] != nil }) else { return nil }
        return ("this is a list of groups, not of rules", first.range, "let it be that of groups")
    }
}
