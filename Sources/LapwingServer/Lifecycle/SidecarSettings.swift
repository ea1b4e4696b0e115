import LapwingConfiguration
import LapwingRemote
import LapwingRules
import LapwingSeries
import LapwingSystem
import LapwingText

/// What flags and configuration file come to together, with the rules that they name: what a reload may change.
struct SidecarSettings: Sendable {
    var configuration: SidecarConfiguration
    var groups: [RuleGroup]
    /// The configuration file as the API shows it.
    var shownText = ""
    /// Who may call the API; nil: everybody.
    var web: WebConfiguration?
    private var warnings: [String] = []
    private var remarks: [String] = []

    /// Reads all files; changes nothing.
    ///
    /// - Throws: `RuleLoadingError` with what is wrong with any of them.
    static func load(_ flags: SidecarConfiguration) throws(RuleLoadingError) -> SidecarSettings {
        var settings = SidecarSettings(configuration: flags, groups: [])
        if let path = flags.file {
            let file = try ConfigurationLoading.configuration(path, scrapeInterval: flags.scrapeInterval)
            settings.configuration = flags.merging(file)
            settings.shownText = file.shownText
            settings.warnings = file.warnings.map { $0.line(in: file.source) }
        }
        if let path = flags.webFile { settings.web = try ConfigurationLoading.web(path) }
        try settings.loadRules()
        return settings
    }

    private mutating func loadRules() throws(RuleLoadingError) {
        var files = try RuleLoading.files(configuration.rulePatterns)
        for pattern in configuration.rulePatterns where RuleLoading.paths(matching: pattern).isEmpty {
            warnings.append("no rule file matches \(GoQuote.quote(pattern))")
        }
        remarks = configuration.rulePatterns.flatMap(RuleLoading.testFiles).map { "\($0) is a file of tests, not of rules, and left out" }
        if configuration.runsDemo {
            do throws(SourceError) {
                files.append(try RuleFile.read(SourceText(name: "demo.yml", DemoRules.text)))
            } catch {
                throw RuleLoadingError(description: error.description)
            }
        }
        for file in files { warnings += file.warnings.map { $0.line(in: file.source) } }
        // The defaults are filled in here, so that a reload may change them.
        let own = files.flatMap(\.groups).filter { configuration.shard?.contains($0.key) ?? true }
        groups = own.map { group in
            var group = group
            group.interval = group.interval ?? configuration.evaluationInterval ?? SidecarConfiguration.standardInterval
            group.queryOffset = group.queryOffset ?? configuration.ruleQueryOffset
            return group
        }
    }

    func tell(_ log: LogWriter) {
        for warning in warnings { log.log(.warn, warning) }
        for remark in remarks { log.log(.info, remark) }
    }
}

extension SidecarConfiguration {
    /// These flags over a configuration file: lists are joined, single values replaced.
    func merging(_ file: Configuration) -> SidecarConfiguration {
        var merged = self
        merged.rulePatterns = file.ruleFiles.map(\.pattern) + rulePatterns
        merged.scrapes = file.scrapes
        for var job in scrapes {
            if scrapeInterval == nil { (job.interval, job.timeout) = (file.global.scrapeInterval, file.global.scrapeTimeout) }
            merged.scrapes.append(job)
        }
        merged.evaluationInterval = evaluationInterval ?? file.global.evaluationInterval
        merged.ruleQueryOffset = file.global.ruleQueryOffset
        merged.webhooks = file.webhooks + webhooks
        merged.alertmanagers = file.alertmanagers + alertmanagers
        merged.alertRelabeling = file.alertRelabeling
        merged.datasource = datasource.map { flag in
            // The flag names an address; how it is asked may stand in the file.
            var settings = file.datasource ?? flag
            settings.url = flag.url
            return settings
        } ?? file.datasource
        merged.remoteWrites = file.remoteWrites + remoteWrites
        merged.heartbeat = heartbeat ?? file.heartbeat
        merged.externalLabels = file.global.externalLabels.merging(externalLabels)
        merged.retention = retention ?? file.storage.retention
        merged.retentionSize = retentionSize ?? file.storage.retentionSize
        merged.outOfOrderWindow = outOfOrderWindow ?? file.storage.outOfOrderWindow
        merged.maxExemplars = maxExemplars ?? file.storage.maxExemplars
        return merged
    }
}

/// Reads configuration files.
public enum ConfigurationLoading {
    /// - Parameter scrapeInterval: takes the place of the file's own for all jobs; nil leaves it.
    /// - Throws: what is wrong with it, as a person reads it.
    static func configuration(_ path: String, scrapeInterval: Duration?) throws(RuleLoadingError) -> Configuration {
        do {
            return try Configuration.read(try source(path), scrapeInterval: scrapeInterval, environment: environment)
        } catch let error as SourceError {
            throw RuleLoadingError(description: error.description)
        } catch {
            throw RuleLoadingError(description: "\(path): \(error)")
        }
    }

    static func web(_ path: String) throws(RuleLoadingError) -> WebConfiguration {
        do {
            return try WebConfiguration.read(try source(path))
        } catch let error as SourceError {
            throw RuleLoadingError(description: error.description)
        } catch {
            throw RuleLoadingError(description: "\(path): \(error)")
        }
    }

    /// - Throws: `RuleLoadingError` when the file cannot be read.
    public static func source(_ path: String) throws(RuleLoadingError) -> SourceText {
        do throws(InputFileError) {
            return try InputFile.read(path)
        } catch {
            throw RuleLoadingError(description: error.description)
        }
    }

    @Sendable public static func environment(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }
}
