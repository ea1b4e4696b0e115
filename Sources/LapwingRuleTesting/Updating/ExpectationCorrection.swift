import LapwingNotify
import LapwingPromQL
import LapwingReplay
import LapwingSeries
public import LapwingText
public import LapwingYAML

/// What an expectation that failed would have to say to hold.
public struct ExpectationCorrection: Sendable {
    /// Of the expectation in its file.
    public var range: SourceRange
    /// The field that says what is expected: `exp_alerts`.
    public var field: String
    public var value: YAMLValue
}

extension AlertExpectation {
    /// Nil where what was got cannot be said, or was said by a pattern: spans, `inactive`, regular expressions.
    func correction(for got: [Labeled]) -> ExpectationCorrection? {
        guard span == nil, state != .inactive, matching != .regex else { return nil }
        let isPartial = matching == .subset && !alerts.isEmpty
        let name = LabelNames([LabelName.alert])
        let items = got.map { alert -> YAMLValue in
            let said = isPartial ? expectedPart(of: alert) : alert
            let parts = [("exp_labels", Array(said.labels.dropping(name))), ("exp_annotations", saidOf(said.annotations))]
            return .mapping(
                parts.filter { !$0.1.isEmpty }.map { ($0.0, .mapping($0.1.map { ($0.name, .text($0.value)) })) })
        }
        return ExpectationCorrection(range: range, field: "exp_alerts", value: .list(items))
    }
}

extension QueryExpectation {
    /// Samples that are as expected keep the way in which they are written.
    func correction(for got: [VectorSample], isSame: (Double, Double) -> Bool) -> ExpectationCorrection {
        let items = got.map { sample -> YAMLValue in
            let old = samples.first { $0.labels == sample.labels }
            let labels = YAMLValue.text(old?.written.labels ?? sample.labels.seriesText)
            if let histogram = sample.histogram {
                return .mapping([("labels", labels), ("histogram", .text(SeriesNotation.text(of: histogram)))])
            }
            let kept = old.flatMap { isSame($0.value, sample.value) ? $0.written.value : nil }
            return .mapping([("labels", labels), ("value", kept.map(YAMLValue.plain) ?? .number(sample.value))])
        }
        return ExpectationCorrection(range: itemRange, field: "exp_samples", value: .list(items))
    }
}

extension NotificationExpectation {
    /// Says of each message what the expected ones say, or everything where none is expected.
    func correction(for sent: [SimulatedNotification], since start: Timestamp) -> ExpectationCorrection {
        let saysAll = messages.isEmpty
        let items = sent.map { one -> YAMLValue in
            var fields: [(key: String, value: YAMLValue)] = []
            if saysAll || messages.contains(where: { $0.time != nil }) {
                fields.append(
                    ("time", .plain(one.at.duration(since: start).prometheusText)))
            }
            fields.append(("status", .text(one.message.status)))
            if saysAll || messages.contains(where: { $0.groupLabels != nil }) {
                fields.append(("group_labels", .mapping(one.message.groupLabels.map { ($0.name, .text($0.value)) })))
            }
            if saysAll || messages.contains(where: { $0.alerts != nil }) {
                fields.append(("alerts", .plain("\(one.message.alerts.count)")))
            }
            return .mapping(fields)
        }
        return ExpectationCorrection(range: range, field: "exp_notifications", value: .list(items))
    }
}

extension YAMLValue {
    /// What is not finite as YAML writes it, where Go's `+Inf` and `NaN` are texts.
    fileprivate static func number(_ value: Double) -> YAMLValue {
        if value.isFinite { return .plain(GoNumber.text(value)) }
        return .plain(value.isNaN ? ".nan" : value > 0 ? ".inf" : "-.inf")
    }
}
