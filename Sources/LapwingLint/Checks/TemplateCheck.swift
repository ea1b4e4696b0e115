import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingTemplate
import LapwingText

/// Templates that ask for what the alert does not have.
enum TemplateCheck: LintCheck {
    static let name = "alerts/template"
    static let summary = "templates that use a label which the expression drops, a label of the rule itself, or the value in a label"

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {
        guard let alert = rule.alert else { return }
        for label in alert.labels {
            look(at: label, rule, &findings) { alert.places.label(label.name, $0) }
            for reference in label.template.references where reference.asks == .value {
                findings.report(
                    "the value stands in the label \(label.name): each value is an alert of its own, which begins anew",
                    at: alert.places.label(label.name, reference.range) ?? alert.places.name, help: "put the value into an annotation")
            }
        }
        for annotation in alert.annotations { look(at: annotation, rule, &findings) { alert.places.annotation(annotation.name, $0) } }
    }

    private static func look(
        at field: TemplatedLabel, _ rule: LintedRule, _ findings: inout LintFindings, place: (SourceRange) -> SourceRange?
    ) {
        guard !field.template.isConstant else { return }
        for reference in field.template.references {
            let range = place(reference.range) ?? rule.rule.places.name
            switch reference.asks {
            case .label(let name): if let fault = fault(of: name, rule) { findings.report(fault.message, at: range, help: fault.help) }
            case .unknown(let name):
                let nearest = Spelling.nearest(to: name, in: AskedFor.fields)
                findings.report(
                    "a template of an alert has no .\(name)", at: range, help: "known are \(AskedFor.fields.map { "." + $0 }.joined(separator: ", "))"
                        + (nearest.map { "; did you mean .\($0)?" } ?? ""))
            case .value, .other: break
            }
        }
        for call in field.template.calls where call.function == "query" {
            do throws(PromQLSyntaxError) {
                _ = try PreparedQuery(call.text)
            } catch {
                findings.report("the query of the template cannot be read: \(error.message)", at: place(call.range) ?? rule.rule.places.name)
            }
        }
    }

    private static func fault(of label: String, _ rule: LintedRule) -> (message: String, help: String?)? {
        let labels = rule.expression.labels
        let isOwn = rule.rule.labels.contains { $0.name == label }
        if isOwn, labels.certain[label] == nil, !rule.expression.mentions(label) {
            return ("$labels has the labels of the expression, and \(label) is one of the rule itself", "write its value out")
        }
        if label == LabelName.alert, labels.certain[label] == nil, !rule.rule.query.expression.metrics.contains(where: { $0.hasPrefix("ALERTS") }) {
            return ("$labels has the labels of the expression, and alertname is not among them", "write the name out")
        }
        guard !labels.possible.contains(label) else { return nil }
        let cause = rule.dropper(of: label, in: rule.expression)
        let spelling: String?
        if case .only(let names) = labels.possible { spelling = Spelling.nearest(to: label, in: names.sorted()) } else { spelling = nil }
        return ("the label \(label) is always empty here: \(cause.text) drops it", spelling.map { "did you mean \($0)?" })
    }
}

extension AnalyzedExpression {
    /// Whether a label is named anywhere in the expression.
    fileprivate func mentions(_ label: String) -> Bool {
        let isHere: Bool
        switch expression {
        case .vectorSelector(let node): isHere = node.matchers.contains { $0.name == label }
        case .aggregation(let node): isHere = !node.isWithout && node.grouping.names.contains(label)
        case .binary(let node): isHere = node.matching.map { $0.isOn && $0.labels.names.contains(label) || $0.included.contains(label) } ?? false
        case .string(let node): isHere = node.value == label
        case .number, .matrixSelector, .subquery, .call, .unary, .parenthesized: isHere = false
        }
        return isHere || children.contains { $0.mentions(label) }
    }
}

/// What a reference of an alert's template asks for.
private enum AskedFor: Equatable {
    case label(String)
    case value
    /// A field of the dot that there is not.
    case unknown(String)
    case other

    static let fields = ["Labels", "ExternalLabels", "ExternalURL", "Value"]
}

extension TemplateReference {
    fileprivate var asks: AskedFor {
        switch root {
        case "$labels": path.first.map { .label($0) } ?? .other
        case "$value": .value
        case ".":
            switch path.first {
            case "Labels": path.count > 1 ? .label(path[1]) : .other
            case "Value": .value
            case nil, "ExternalLabels", "ExternalURL": .other
            case let name?: .unknown(name)
            }
        default: .other
        }
    }
}
