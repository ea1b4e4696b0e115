import LapwingSeries
import LapwingText
import LapwingYAML

/// The keys that `global` and a job have in common, as `global` sets them.
struct JobDefaults: Sendable {
    var bodySizeLimit = 0
    var sampleLimit = 0
    var targetLimit = 0
    var labelLimit = 0
    var labelNameLengthLimit = 0
    var labelValueLengthLimit = 0
    var keptDroppedTargets = 0
    var scrapesNativeHistograms = false
    var reportsMore = false
    var protocols: [ScrapeProtocol]?
}

extension ConfigurationReader {
    /// The keys of `global` that a job has too.
    static let sharedKeys = [
        "scrape_interval", "scrape_timeout", "scrape_protocols", "body_size_limit", "sample_limit", "target_limit", "label_limit",
        "label_name_length_limit", "label_value_length_limit", "keep_dropped_targets", "metric_name_validation_scheme",
        "metric_name_escaping_scheme", "scrape_native_histograms", "convert_classic_histograms_to_nhcb", "always_scrape_classic_histograms",
        "extra_scrape_metrics", "scrape_failure_log_file",
    ]

    mutating func global(_ node: YAMLNode?) -> GlobalSettings {
        var global = GlobalSettings()
        guard let node else { return global }
        let known = Self.sharedKeys + ["evaluation_interval", "rule_query_offset", "query_log_file", "external_labels"]
        guard let fields = YAMLFields(node, kind: "global section", known: known, &problems) else { return global }
        if let interval = fields.duration("scrape_interval", &problems), interval > .zero { global.scrapeInterval = interval }
        let timeout = fields.duration("scrape_timeout", &problems) ?? .zero
        if timeout > global.scrapeInterval {
            report("global scrape timeout greater than scrape interval", at: fields.keyRange("scrape_timeout"))
        }
        global.scrapeTimeout = timeout == .zero ? min(global.scrapeTimeout, global.scrapeInterval) : timeout
        if let interval = fields.duration("evaluation_interval", &problems), interval > .zero { global.evaluationInterval = interval }
        global.ruleQueryOffset = fields.duration("rule_query_offset", &problems) ?? .zero
        global.externalLabels = externalLabels(fields)
        jobDefaults = shared(fields, JobDefaults())
        refuse(fields, "query_log_file", "queries are not logged to a file")
        return global
    }

    /// Reads the keys that `global` and a job have in common; a limit of 0 is one that is not set.
    mutating func shared(_ fields: YAMLFields, _ defaults: JobDefaults) -> JobDefaults {
        var values = defaults
        let limits: [(String, WritableKeyPath<JobDefaults, Int>)] = [
            ("sample_limit", \.sampleLimit), ("target_limit", \.targetLimit), ("label_limit", \.labelLimit),
            ("label_name_length_limit", \.labelNameLengthLimit), ("label_value_length_limit", \.labelValueLengthLimit),
            ("keep_dropped_targets", \.keptDroppedTargets),
        ]
        for (name, path) in limits { if let limit = count(fields, name), limit > 0 { values[keyPath: path] = limit } }
        if let limit = bytes(fields, "body_size_limit"), limit > 0 { values.bodySizeLimit = limit }
        values.scrapesNativeHistograms = fields.bool("scrape_native_histograms", &problems) ?? values.scrapesNativeHistograms
        values.reportsMore = fields.bool("extra_scrape_metrics", &problems) ?? values.reportsMore
        values.protocols = protocols(fields) ?? values.protocols
        refuse(fields, "convert_classic_histograms_to_nhcb", unless: false, "classic histograms are stored as they come")
        refuse(fields, "always_scrape_classic_histograms", unless: false, "of a histogram that comes in both forms the native one is stored")
        refuse(fields, "scrape_failure_log_file", "failed scrapes are told in the log")
        let isLegacy = choice(fields, "metric_name_validation_scheme", ["", "legacy", "utf8"]) == "legacy"
        if isLegacy { refuse(fields, "metric_name_validation_scheme", "names may be any UTF-8: leave it out or set it to utf8") }
        let escaping = choice(fields, "metric_name_escaping_scheme", ["", "allow-utf-8", "underscores", "dots", "values"])
        if let escaping, !["", "allow-utf-8"].contains(escaping) {
            refuse(fields, "metric_name_escaping_scheme", "targets are asked for names as they are (allow-utf-8)")
        }
        return values
    }

    /// The text of a field that has few values, reported when it is none of them.
    mutating func choice(_ fields: YAMLFields, _ name: String, _ values: [String]) -> String? {
        guard let text = fields.text(name, &problems) else { return nil }
        if values.contains(text) { return text }
        let expected = values.filter { !$0.isEmpty }.joined(separator: ", ")
        report("\"\(name)\" is one of \(expected), not \(GoQuote.quote(text))", at: fields.node(name)?.range ?? fields.range)
        return nil
    }

    private mutating func protocols(_ fields: YAMLFields) -> [ScrapeProtocol]? {
        guard let node = fields.node("scrape_protocols") else { return nil }
        let items = fields.list("scrape_protocols", &problems)
        if items.isEmpty, node.sequence != nil { report("scrape_protocols cannot be empty", at: node.range) }
        var result: [ScrapeProtocol] = []
        for item in items {
            guard let named = scrapeProtocol(item) else { continue }
            if result.contains(named) { report("duplicated protocol in scrape_protocols, got \(named.rawValue) twice", at: item.range) }
            result.append(named)
        }
        return result
    }

    mutating func scrapeProtocol(_ node: YAMLNode) -> ScrapeProtocol? {
        let text = node.scalar?.text ?? node.kindName
        if let known = ScrapeProtocol(rawValue: text) { return known }
        let names = ScrapeProtocol.allCases.map(\.rawValue)
        report(
            "unknown scrape protocol \(text), supported: [\(names.joined(separator: " "))]", at: node.range,
            help: Spelling.nearest(to: text, in: names).map { "did you mean \"\($0)\"?" })
        return nil
    }

    private mutating func externalLabels(_ fields: YAMLFields) -> Labels {
        var builder = Labels.Builder()
        for pair in fields.pairs("external_labels", &problems) {
            if pair.name.isEmpty { report("\"\" is not a valid label name", at: pair.key.range) }
            var expansion = VariableExpansion(pair.value.scalar?.text ?? "")
            builder.set(pair.name, expansion.expanded(by: environment))
            for name in expansion.missing {
                problems.append(
                    Diagnostic(.warning, "environment variable \(GoQuote.quote(name)) is empty", at: pair.value.range, check: "config/environment"))
            }
        }
        return builder.labels
    }
}
