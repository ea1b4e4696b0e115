import LapwingAlerting
import LapwingPromQL
import LapwingSeries

extension AlertingRule {
    /// The alert that one element of the rule's result is, its templates expanded.
    ///
    /// A template that fails leaves its error as the text, as upstream has it.
    func alert(from sample: VectorSample, at now: Timestamp, _ templates: TemplateEnvironment) -> Alert {
        let value = sample.histogram.map(TemplateSample.Value.histogram) ?? .float(sample.value)
        var known: AlertTemplateData?
        func text(_ template: AlertTemplate) -> String {
            if template.isConstant { return template.text }
            let data = known ?? AlertTemplateData(labels: sample.labels, value: value, environment: templates)
            known = data
            return template.expand(data).text
        }
        var builder = Labels.Builder(sample.labels)
        builder.remove(LabelName.metric)
        for label in labels { builder.set(label.name, text(label.template)) }
        builder.set(LabelName.alert, name)
        let texts = annotations.map { Label(name: $0.name, value: text($0.template)) }
        return Alert(labels: builder.labels, annotations: texts, value: sample.value, activeAt: now)
    }
}

extension RuleEnvironment {
    /// What the templates of one evaluation see.
    func templates(at now: Timestamp) -> TemplateEnvironment {
        let querier = querier
        return TemplateEnvironment(externalLabels: externalLabels, externalURL: externalURL, now: now, onBranch: onBranch) { text, time in
            let query = try querier.prepare(text)
            return try querier.instant(query, at: time).ruleVector(at: time).map { sample in
                TemplateSample(
                    labels: sample.labels,
                    value: sample.histogram.map(TemplateSample.Value.histogram) ?? .float(sample.value))
            }
        }
    }
}
