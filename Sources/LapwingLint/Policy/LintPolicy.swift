import LapwingRules
public import LapwingText
import LapwingYAML

/// Which labels and annotations alerts have to have, and which they may.
///
///     labels:
///       required: [severity]
///       allowed: [severity, team]
///       values: {severity: [page, ticket]}
///     annotations:
///       required: [summary, runbook_url]
public struct LintPolicy: Sendable {
    struct Fields: Sendable {
        var required: [String] = []
        /// Nil where any may be there; those required need not be listed.
        var allowed: [String]?
        var values: [String: [String]] = [:]
    }

    var labels = Fields()
    var annotations = Fields()

    /// - Throws: everything that is wrong with the file.
    public static func read(_ source: SourceText) throws(SourceError) -> LintPolicy {
        let root = try YAML.document(in: source).root
        var problems: [Diagnostic] = []
        var policy = LintPolicy()
        if let fields = YAMLFields(root, kind: "policy", known: ["labels", "annotations"], &problems) {
            policy.labels = Self.fields(fields, "labels", &problems)
            policy.annotations = Self.fields(fields, "annotations", &problems)
        }
        if !problems.isEmpty { throw SourceError(source, problems) }
        return policy
    }

    private static func fields(_ policy: YAMLFields, _ name: String, _ problems: inout [Diagnostic]) -> Fields {
        guard let node = policy.node(name),
            let fields = YAMLFields(node, kind: "policy of \(name)", known: ["required", "allowed", "values"], &problems)
        else { return Fields() }
        var result = Fields(required: texts(fields.list("required", &problems), &problems))
        if fields.node("allowed") != nil { result.allowed = texts(fields.list("allowed", &problems), &problems) + result.required }
        for entry in fields.node("values")?.mapping?.entries ?? [] {
            guard let key = entry.key.scalar?.text, let list = entry.value.sequence else {
                problems.append(Diagnostic("\"values\" maps names to lists of values", at: entry.value.range))
                continue
            }
            result.values[key] = texts(list, &problems)
        }
        return result
    }

    private static func texts(_ nodes: [YAMLNode], _ problems: inout [Diagnostic]) -> [String] {
        nodes.compactMap { node in
            if node.scalar == nil { problems.append(Diagnostic("expected a name, and found \(node.kindName)", at: node.range)) }
            return node.scalar?.text
        }
    }
}

extension LintPolicy.Fields {
    /// Holds the fields of one alert to the policy.
    ///
    /// - Parameters:
    ///   - kind: `label` or `annotation`.
    ///   - constant: the value of a field without a template; nil where it is made for each alert.
    func look(
        at names: [String], kind: String, _ alert: String, constant: (String) -> String?, place: (String) -> SourceRange,
        _ findings: inout LintFindings
    ) {
        for name in required where !names.contains(name) {
            findings.report("\(alert) has no \(kind) \(name), which the policy requires", at: findings.places.name)
        }
        for name in names {
            if let allowed, !allowed.contains(name) {
                let nearest = Spelling.nearest(to: name, in: allowed).map { "did you mean \($0)?" }
                let known = "known are \(allowed.joined(separator: ", "))"
                findings.report("the policy knows no \(kind) \(name)", at: place(name), help: nearest ?? known)
            }
            if let values = values[name], let value = constant(name), !values.contains(value) {
                let nearest = Spelling.nearest(to: value, in: values).map { "did you mean \($0)?" }
                findings.report(
                    "the policy does not allow \(kind) \(name) to be \(GoQuote.quote(value))", at: place(name),
                    help: nearest ?? "allowed are \(values.joined(separator: ", "))")
            }
        }
    }
}
