import LapwingText
import LapwingYAML

extension ConfigurationReader {
    /// OpenTelemetry's metrics are translated in the default way, which may be written down but not changed.
    mutating func checkTranslation(_ node: YAMLNode?) {
        let switches = [
            ("promote_all_resource_attributes", false), ("keep_identifying_resource_attributes", false), ("convert_histograms_to_nhcb", false),
            ("promote_scope_metadata", false), ("label_name_underscore_sanitization", true), ("label_name_preserve_multiple_underscores", true),
        ]
        let lists = ["promote_resource_attributes", "ignore_resource_attributes"]
        let known = lists + ["translation_strategy"] + switches.map(\.0)
        guard let node, let fields = YAMLFields(node, kind: "otlp section", known: known, &problems) else { return }
        let reason = "OpenTelemetry's metrics are translated in the default way"
        for (name, standard) in switches { refuse(fields, name, unless: standard, reason) }
        for name in lists where !fields.list(name, &problems).isEmpty { refuse(fields, name, reason) }
        let strategies = ["UnderscoreEscapingWithSuffixes", "UnderscoreEscapingWithoutSuffixes", "NoUTF8EscapingWithSuffixes", "NoTranslation"]
        if let strategy = choice(fields, "translation_strategy", strategies), strategy != strategies[0] {
            refuse(fields, "translation_strategy", reason)
        }
    }
}
