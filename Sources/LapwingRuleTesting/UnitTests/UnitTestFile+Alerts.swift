import LapwingRegex
import LapwingSeries
import LapwingText
import LapwingYAML

/// Expectations of alerts: promtool's, and what goes beyond them.
extension UnitTestReader {
    /// What an item of `alert_rule_test` expects.
    mutating func alertExpectation(_ node: YAMLNode) -> AlertExpectation? {
        let known = ["eval_time", "alertname", "exp_alerts", "state", "match", "ignore_annotations", "never", "always", "within"]
        guard let fields = YAMLFields(node, kind: "alert_rule_test", known: known, &problems) else { return nil }
        guard let name = fields.text("alertname", &problems), !name.isEmpty else {
            problems.append(Diagnostic("an item under alert_rule_test misses required attribute alertname", at: node.range))
            return nil
        }
        var expectation = AlertExpectation(alertName: name, range: node.range)
        expectation.state = choice(fields, "state", among: AlertExpectation.State.allCases) ?? .firing
        expectation.ignoredAnnotations = fields.texts("ignore_annotations", &problems).map(\.text)
        readTimes(fields, into: &expectation)
        // Of a span or a state alone: others than those that are said do not matter.
        let saysOnlyState = fields.node("state") != nil && fields.node("exp_alerts") == nil
        expectation.allowsOthers = expectation.span != nil || saysOnlyState
        let matching = choice(fields, "match", among: AlertExpectation.Matching.allCases)
        expectation.matching = matching ?? (expectation.allowsOthers || expectation.state == .inactive ? .subset : .exact)
        readAlerts(fields, into: &expectation)
        if expectation.allowsOthers, expectation.alerts.isEmpty {
            expectation.matching = .subset
            expectation.alerts = [(Labels([LabelName.alert: name]), [])]
        }
        return expectation
    }

    /// Either one time or a span.
    private mutating func readTimes(_ fields: YAMLFields, into expectation: inout AlertExpectation) {
        expectation.time = fields.duration("eval_time", &problems) ?? .zero
        let given = (["eval_time"] + AlertExpectation.Frequency.allCases.map(\.rawValue)).filter { fields.node($0) != nil }
        for excess in given.dropFirst() {
            problems.append(Diagnostic("\(given[0]) and \(excess) exclude each other", at: fields.keyRange(excess)))
        }
        for frequency in AlertExpectation.Frequency.allCases {
            guard let node = fields.node(frequency.rawValue), let range = span(node, frequency.rawValue) else { continue }
            expectation.span = (frequency, range)
        }
        guard let frequency = expectation.span?.frequency else { return }
        if frequency == .never, expectation.state == .inactive {
            let help = "say always, with state: pending or firing"
            problems.append(Diagnostic("never and state: inactive exclude each other", at: fields.keyRange("state"), help: help))
        }
        if frequency != .never, fields.node("exp_alerts")?.sequence?.isEmpty == true {
            let help = "leave it out for any alert of that name; never, or state: inactive, says that there is none"
            problems.append(Diagnostic("exp_alerts is empty beside \(frequency.rawValue)", at: fields.keyRange("exp_alerts"), help: help))
        }
    }

    private mutating func readAlerts(_ fields: YAMLFields, into expectation: inout AlertExpectation) {
        for item in fields.list("exp_alerts", &problems) where !item.isNull {
            guard let fields = YAMLFields(item, kind: "expected alert", known: ["exp_labels", "exp_annotations"], &problems) else { continue }
            let (labels, annotations) = (fields.pairs("exp_labels", &problems), fields.pairs("exp_annotations", &problems))
            for (_, name, value) in labels where value.scalar?.text.isEmpty == true {
                problems.append(Diagnostic("label \(name) is empty, which no label of an alert is", at: value.range, help: "leave it out"))
            }
            if expectation.matching == .regex { for (_, _, value) in labels + annotations { checkPattern(value) } }
            expectation.alerts.append(
                (Labels(labels.asLabels).setting(LabelName.alert, expectation.alertName), annotations.asLabels.byName))
        }
    }

    private mutating func checkPattern(_ node: YAMLNode) {
        guard let text = node.scalar?.text else { return }
        do throws(RegularExpressionError) {
            _ = try RegularExpression(text, options: .go)
        } catch {
            problems.append(Diagnostic(error.message, at: node.range))
        }
    }

    private mutating func choice<T: RawRepresentable>(_ fields: YAMLFields, _ name: String, among all: [T]) -> T? where T.RawValue == String {
        guard let scalar = fields.scalar(name, &problems) else { return nil }
        if let value = T(rawValue: scalar.text) { return value }
        let names = all.map(\.rawValue)
        let help = Spelling.nearest(to: scalar.text, in: names).map { "did you mean \($0)?" }
        problems.append(Diagnostic("\(name) is \(names.joined(separator: ", ")), not \(GoQuote.quote(scalar.text))", at: fields.keyRange(name), help: help))
        return nil
    }
}
