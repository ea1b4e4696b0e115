import LapwingNotify
import LapwingSeries
public import LapwingText
import LapwingYAML

extension Configuration {
    /// Reads and checks a configuration file.
    ///
    /// - Parameters:
    ///   - scrapeInterval: takes the place of `global`'s; nil leaves it.
    ///   - environment: the value of a variable, for `external_labels`.
    /// - Throws: everything that is wrong with it, in the order of the source; upstream's words where it has them.
    /// - Complexity: O(bytes).
    public static func read(
        _ source: SourceText, scrapeInterval: Duration? = nil, environment: @escaping (String) -> String? = { _ in nil }
    ) throws(SourceError) -> Configuration {
        let document = try YAML.document(in: source, limits: .goLike)
        var reader = ConfigurationReader(source, environment)
        reader.scrapeInterval = scrapeInterval
        var configuration = reader.configuration(document.root)
        let ordered = reader.problems.enumerated().sorted { a, b in
            (a.element.range?.lowerBound ?? 0, a.offset) < (b.element.range?.lowerBound ?? 0, b.offset)
        }.map(\.element)
        if ordered.contains(where: { $0.severity == .error }) { throw SourceError(source, ordered) }
        configuration.warnings = ordered
        configuration.secrets = reader.secrets
        configuration.comments = document.comments
        configuration.namedFiles = reader.namedFiles
        configuration.targetFiles = reader.targetFiles
        return configuration
    }
}

/// Turns the tree of a configuration file into settings, gathering what is wrong on the way.
struct ConfigurationReader {
    let source: SourceText
    let environment: (String) -> String?
    /// The directory of the file, by which relative paths are completed; empty for the one in which the process runs.
    let directory: String
    /// Takes the place of `global`'s.
    var scrapeInterval: Duration?
    /// Whether labels are to be texts, as in JSON, where numbers and words are of other kinds.
    var takesTextsOnly = false
    var problems: [Diagnostic] = []
    var secrets: [SourceRange] = []
    var namedFiles: [(path: String, range: SourceRange)] = []
    var targetFiles: [(pattern: String, range: SourceRange)] = []
    /// What jobs have that set nothing else.
    var jobDefaults = JobDefaults()

    init(_ source: SourceText, _ environment: @escaping (String) -> String?) {
        self.source = source
        self.environment = environment
        directory = source.name.lastIndex(of: "/").map { String(source.name[...$0]) } ?? ""
    }

    mutating func configuration(_ root: YAMLNode) -> Configuration {
        var configuration = Configuration(source: source)
        if root.isNull { return configuration }
        let known = [
            "global", "runtime", "alerting", "rule_files", "scrape_config_files", "scrape_configs", "storage", "tracing", "remote_write",
            "remote_read", "otlp", "webhooks", "heartbeat", "datasource",
        ]
        guard let fields = YAMLFields(root, kind: "configuration", known: known, &problems) else { return configuration }
        configuration.global = global(fields.node("global"))
        if let scrapeInterval {
            configuration.global.scrapeInterval = scrapeInterval
            configuration.global.scrapeTimeout = min(configuration.global.scrapeTimeout, scrapeInterval)
        }
        configuration.ruleFiles = ruleFiles(fields)
        configuration.scrapes = jobs(fields.list("scrape_configs", &problems), configuration.global)
        readAlerting(fields.node("alerting"), into: &configuration)
        configuration.webhooks = webhooks(fields.list("webhooks", &problems))
        configuration.heartbeat = heartbeat(fields.node("heartbeat"))
        configuration.remoteWrites = remoteWrites(fields.list("remote_write", &problems))
        configuration.datasource = datasource(fields.node("datasource"))
        configuration.storage = storage(fields.node("storage"))
        refuse(fields, "scrape_config_files", "put the jobs into scrape_configs")
        refuse(fields, "remote_read", "the store answers from its own samples alone")
        refuse(fields, "tracing", "there are no traces to send")
        readRuntime(fields)
        checkTranslation(fields.node("otlp"))
        return configuration
    }

    private mutating func readRuntime(_ fields: YAMLFields) {
        ignore(fields, "runtime", "it tunes Go's runtime")
        guard let node = fields.node("runtime"), let inner = YAMLFields(node, kind: "runtime section", known: ["gogc"], &problems) else { return }
        _ = inner.integer("gogc", &problems)
    }

    private mutating func ruleFiles(_ fields: YAMLFields) -> [(pattern: String, range: SourceRange)] {
        fields.list("rule_files", &problems).compactMap { node in
            guard let text = node.scalar?.text, !text.isEmpty else {
                report("invalid rule file path \"\"", at: node.range)
                return nil
            }
            let directory = text.lastIndex(of: "/").map { text[..<$0] } ?? ""
            if directory.contains("*") && text.hasSuffix("/") { report("invalid rule file path \(GoQuote.quote(text))", at: node.range) }
            checkPattern(text, at: node.range)
            return (path(text), node.range)
        }
    }

    /// Reports a pattern of paths that cannot be matched: that it matches nothing would hide it.
    mutating func checkPattern(_ text: String, at range: SourceRange) {
        if !GlobPattern.isWellFormed(text) { report("syntax error in pattern \(GoQuote.quote(text))", at: range, help: GlobPattern.help) }
    }

    // MARK: What several parts need

    mutating func report(_ message: String, at range: SourceRange, help: String? = nil, check: String = "config/value") {
        problems.append(Diagnostic(message, at: range, help: help, check: check))
    }

    /// A key of Prometheus that is not honoured, and whose being ignored would change what comes out; an empty list or text asks for
    /// nothing.
    mutating func refuse(_ fields: YAMLFields, _ name: String, _ reason: String) {
        guard let node = fields.node(name), node.sequence?.isEmpty != true, node.scalar?.text.isEmpty != true else { return }
        report("\"\(name)\" is not supported by lapwing: \(reason)", at: fields.keyRange(name), check: "config/unsupported")
    }

    /// A key of Prometheus that can only change what is not there.
    mutating func ignore(_ fields: YAMLFields, _ name: String, _ reason: String) {
        guard fields.node(name) != nil else { return }
        problems.append(Diagnostic(.warning, "\"\(name)\" changes nothing in lapwing: \(reason)", at: fields.keyRange(name), check: "config/ignored"))
    }

    /// A switch that lapwing has in one position only.
    mutating func refuse(_ fields: YAMLFields, _ name: String, unless only: Bool, _ reason: String) {
        if let value = fields.bool(name, &problems), value != only { refuse(fields, name, reason) }
    }

    mutating func labelNames(_ fields: YAMLFields, _ name: String) -> [(text: String, range: SourceRange)] {
        let names = fields.texts(name, &problems)
        for name in names where name.text.isEmpty { report("\"\" is not a valid label name", at: name.range) }
        return names
    }

    /// A path as seen from where the process runs.
    func path(_ text: String) -> String { text.isEmpty || text.hasPrefix("/") ? text : directory + text }

    /// A whole number that is not negative.
    mutating func count(_ fields: YAMLFields, _ name: String) -> Int? {
        guard let value = fields.integer(name, &problems) else { return nil }
        if value < 0 { report("\"\(name)\" is 0 or more, not \(value)", at: fields.node(name)?.range ?? fields.range) }
        return max(0, value)
    }

    mutating func bytes(_ fields: YAMLFields, _ name: String) -> Int? {
        guard let text = fields.text(name, &problems) else { return nil }
        if let bytes = ByteCount.bytes(text) { return bytes }
        report(
            "\"\(name)\" is a number of bytes, not \(GoQuote.quote(text))", at: fields.node(name)?.range ?? fields.range,
            help: "sizes are written like 512KB, 10MB, 1GB")
        return nil
    }

    mutating func secret(_ fields: YAMLFields, _ name: String) -> String? {
        guard let text = fields.text(name, &problems), let node = fields.node(name) else { return nil }
        if !text.isEmpty { secrets.append(node.range) }
        return text
    }
}
