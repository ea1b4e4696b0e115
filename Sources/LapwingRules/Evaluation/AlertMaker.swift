import LapwingAlerting
import LapwingPromQL
import LapwingSeries
import LapwingTemplate

/// Makes the elements of a rule's results alerts, and remembers what is the same at every evaluation.
///
/// A template that fails leaves its error as the text, as upstream has it.
struct AlertMaker: Sendable {
    /// With what is the same at every evaluation.
    private let lasting: AlertTemplates
    private let externalLabels: Labels
    private let externalURL: String
    /// Whether an element's labels alone decide what its alert's are.
    let labelsLast: Bool
    /// Whether an element's labels and value alone decide what its alert's annotations are: then they are made when somebody asks.
    private let textsLast: Bool
    /// The annotations where no template of them has an action.
    private let constantTexts: AlertTexts?
    /// The labels of alerts, by those of the elements that they are; only where labels last.
    private var known: [Labels: Labels] = [:]

    init(_ rule: AlertingRule, in environment: RuleEnvironment) {
        lasting = AlertTemplates(rule, environment.templates(of: rule, at: .distantPast))
        (externalLabels, externalURL) = (environment.externalLabels, environment.externalURL)
        let isWatched = environment.onBranch != nil
        labelsLast = !isWatched && rule.labels.allSatisfy { $0.template.isLasting && !$0.template.mayReadValue }
        textsLast = !isWatched && rule.annotations.allSatisfy(\.template.isLasting)
        let isConstant = rule.annotations.allSatisfy(\.template.isConstant)
        constantTexts = isConstant ? AlertTexts(rule.annotations.map { Label(name: $0.name, value: $0.template.text) }) : nil
    }

    /// Whether it was made for what the environment says now.
    func holds(in environment: RuleEnvironment) -> Bool {
        externalLabels == environment.externalLabels && externalURL == environment.externalURL
    }

    /// What the alert of an element is known by, where it has been made before.
    func labels(ofAlertFor element: Labels) -> Labels? { known[element] }

    mutating func alerts(from results: [VectorSample], at now: Timestamp, in environment: RuleEnvironment) -> [Alert] {
        if results.isEmpty { return [] }
        // Elements come and go: most of those that are remembered should be there.
        if known.count > 2 * results.count + Self.spare { known = [:] }
        let momentary = labelsLast && textsLast ? lasting : AlertTemplates(lasting.rule, environment.templates(of: lasting.rule, at: now))
        return results.map { sample in
            Alert(labels: labels(of: sample, momentary), texts(of: sample, momentary), value: sample.value, activeAt: now)
        }
    }

    private static let spare = 64

    private mutating func labels(of sample: VectorSample, _ momentary: AlertTemplates) -> Labels {
        guard labelsLast else { return momentary.labels(of: sample) }
        if let labels = known[sample.labels] { return labels }
        let labels = lasting.labels(of: sample)
        known[sample.labels] = labels
        return labels
    }

    private func texts(of sample: VectorSample, _ momentary: AlertTemplates) -> AlertTexts {
        if let constantTexts { return constantTexts }
        if textsLast, sample.histogram == nil { return AlertTexts(by: lasting, of: sample.labels, sample.value) }
        return AlertTexts(momentary.texts(labels: sample.labels, value: sample.templateValue))
    }
}

/// The templates of one alerting rule and what they see besides an element.
private final class AlertTemplates: AlertTexts.Maker {
    let rule: AlertingRule
    private let environment: TemplateEnvironment

    init(_ rule: AlertingRule, _ environment: TemplateEnvironment) { (self.rule, self.environment) = (rule, environment) }

    func labels(of sample: VectorSample) -> Labels {
        var builder = Labels.Builder(sample.labels)
        builder.remove(LabelName.metric)
        for label in expanded(rule.labels, labels: sample.labels, value: sample.templateValue) { builder.set(label.name, label.value) }
        builder.set(LabelName.alert, rule.name)
        return builder.labels
    }

    func texts(labels: Labels, value: Double) -> [Label] { texts(labels: labels, value: .float(value)) }

    func texts(labels: Labels, value: TemplateSample.Value) -> [Label] { expanded(rule.annotations, labels: labels, value: value) }

    private func expanded(_ templates: [TemplatedLabel], labels: Labels, value: TemplateSample.Value) -> [Label] {
        var data: AlertTemplateData?
        return templates.map { label in
            if label.template.isConstant { return Label(name: label.name, value: label.template.text) }
            let known = data ?? AlertTemplateData(labels: labels, value: value, environment: environment)
            data = known
            return Label(name: label.name, value: label.template.expand(known).text)
        }
    }
}

extension VectorSample {
    fileprivate var templateValue: TemplateSample.Value { histogram.map(TemplateSample.Value.histogram) ?? .float(value) }
}

extension RuleEnvironment {
    /// What the templates of one evaluation of a rule see.
    fileprivate func templates(of rule: AlertingRule, at now: Timestamp) -> TemplateEnvironment {
        let querier = querier
        let onBranch = onBranch.map { tell in { @Sendable (branch: TemplateBranch) in tell(rule, branch) } }
        return TemplateEnvironment(externalLabels: externalLabels, externalURL: externalURL, now: now, onBranch: onBranch) { text, time in
            let query = try querier.prepare(text)
            return try querier.instant(query, at: time).ruleVector(at: time).map { TemplateSample(labels: $0.labels, value: $0.templateValue) }
        }
    }
}

extension RuleState {
    /// The alerts that the elements of a rule's result are.
    mutating func alerts(of rule: AlertingRule, from results: [VectorSample], at now: Timestamp, in environment: RuleEnvironment) -> [Alert] {
        var maker = maker.flatMap { $0.holds(in: environment) ? $0 : nil } ?? AlertMaker(rule, in: environment)
        self.maker = nil
        defer { self.maker = maker }
        return maker.alerts(from: results, at: now, in: environment)
    }

    /// Before this instant evaluations that find the same elements change nothing but the values of alerts, and tell nobody; nil
    /// where that is not known.
    public var quietUntil: Timestamp? {
        guard health == .good, let maker, maker.labelsLast else { return nil }
        return active.quietUntil
    }

    /// What the alert of an element is known by, where one has been made of it before.
    public func labels(ofAlertFor element: Labels) -> Labels? { maker?.labels(ofAlertFor: element) }
}
