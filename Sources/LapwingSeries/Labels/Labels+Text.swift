import LapwingText

extension Labels: CustomStringConvertible {
    /// `{__name__="up", job="node"}`: every label as Prometheus' `Labels.String` shows them.
    public var description: String { "{" + map { "\(Self.nameText($0.name))=\(GoQuote.quote($0.value))" }.joined(separator: ", ") + "}" }

    /// `up{job="node"}`: the metric's name before the braces, as a series is written in PromQL and in results.
    public var seriesText: String {
        let name = metricName
        let rest = filter { $0.name != LabelName.metric }.map { "\(Self.nameText($0.name))=\(GoQuote.quote($0.value))" }
        if name.isEmpty { return "{" + rest.joined(separator: ", ") + "}" }
        guard LabelName.isLegacyMetric(name) else {
            return "{" + ([GoQuote.quote(name)] + rest).joined(separator: ", ") + "}"
        }
        return rest.isEmpty ? name : name + "{" + rest.joined(separator: ", ") + "}"
    }

    /// A label's name as PromQL writes it, in quotes where it is no plain word.
    public static func nameText(_ name: String) -> String { LabelName.isLegacy(name) ? name : GoQuote.quote(name) }
}
