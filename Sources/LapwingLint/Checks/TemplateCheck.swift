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
            look(at: label, isLabel: true, rule, &findings) { alert.places.label(label.name, $0) }
            for reference in label.template.references where reference.asks == .value {
                findings.report(
                    "the value stands in the label \(label.name): each value is an alert of its own, which begins anew",
                    at: alert.places.label(label.name, reference.range) ?? alert.places.name, help: "put the value into an annotation")
            }
        }
        for annotation in alert.annotations {
            look(at: annotation, isLabel: false, rule, &findings) { alert.places.annotation(annotation.name, $0) }
        }
    }

    private static func look(
        at field: TemplatedLabel, isLabel: Bool, _ rule: LintedRule, _ findings: inout LintFindings, place: (SourceRange) -> SourceRange?
    ) {
        guard !field.template.isConstant else { return }
        for reference in field.template.references {
            var range: SourceRange { place(reference.range) ?? rule.rule.places.name }
            switch reference.asks {
            case .label(let name):
                // A label may pass on what the expression has of its name.
                if let fault = fault(of: name, rule, mayBeOwn: isLabel && name == field.name) {
                    findings.report(fault.message, fault.severity, at: range, help: fault.help)
                }
            case .unknown(let name):
                let nearest = Spelling.nearest(to: name, in: AskedFor.fields)
                let known = "known are \(AskedFor.fields.map { "." + $0 }.joined(separator: ", "))"
                findings.report(
                    "a template of an alert has no .\(name)", at: range, help: nearest.map { "did you mean .\($0)?" } ?? known)
            case .value, .other: break
            }
        }
        for call in field.template.calls where call.function == "query" {
            do throws(PromQLSyntaxError) {
                _ = try PreparedQuery(call.text)
            } catch {
                let range = place(call.range) ?? rule.rule.places.name
                findings.report("the query of the template cannot be read: \(error.message)", at: range)
            }
        }
    }

    private struct Fault {
        var message: String
        var severity = Diagnostic.Severity.warning
        var help: String?
    }

    private static func fault(of label: String, _ rule: LintedRule, mayBeOwn: Bool) -> Fault? {
        let labels = rule.expression.labels
        let isOwn = rule.rule.places.label(label) != nil
        if isOwn, !mayBeOwn, labels.certain[label] == nil, !rule.expression.mentions(label) {
            return Fault(
                message: "$labels has the labels of the expression, and \(label) is one of the rule itself", help: "write its value out")
        }
        let isName = label == LabelName.alert && labels.certain[label] == nil
        if isName, !rule.rule.query.expression.metrics.contains(where: { $0.hasPrefix("ALERTS") }) {
            return Fault(message: "$labels has the labels of the expression, and alertname is not among them", help: "write the name out")
        }
        guard !labels.possible.contains(label) else { return faultOfSide(of: label, rule) }
        let cause = rule.dropper(of: label, in: rule.expression)
        let spelling: String?
        if case .only(let names) = labels.possible { spelling = Spelling.nearest(to: label, in: names.sorted()) } else { spelling = nil }
        return Fault(
            message: "the label \(label) is always empty here: \(cause.text) drops it", help: spelling.map { "did you mean \($0)?" })
    }

    /// A label that one side of `or` has and another cannot have.
    private static func faultOfSide(of label: String, _ rule: LintedRule) -> Fault? {
        guard let side = rule.expression.alternatives.first(where: { !$0.labels.possible.contains(label) }) else { return nil }
        let cause = rule.dropper(of: label, in: side)
        let part = rule.shortened(rule.text(side.range))
        return Fault(
            message: "the label \(label) is empty where the result comes from \(part): \(cause.text) drops it", severity: .information)
    }
}

extension AnalyzedExpression {
    /// The sides of `or`; the expression itself where there is none.
    fileprivate var alternatives: [AnalyzedExpression] {
        guard case .binary(let node) = bare.expression, node.operation == .or else { return [self] }
        return bare.children.flatMap(\.alternatives)
    }

    /// Whether a label is named anywhere in the expression.
    fileprivate func mentions(_ label: String) -> Bool {
        let isHere: Bool
        switch expression {
        case .vectorSelector(let node): isHere = node.matchers.contains { $0.name == label }
        case .aggregation(let node): isHere = !node.isWithout && node.grouping.names.contains(label)
        case .binary(let node):
            let matching = node.matching
            let compared = matching?.isOn == true ? matching?.labels.names ?? [] : []
            isHere = compared.contains(label) || matching?.included.contains(label) == true
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
