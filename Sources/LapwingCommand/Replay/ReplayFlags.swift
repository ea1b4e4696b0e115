import LapwingConfiguration
import LapwingNotify
import LapwingReplay
import LapwingSeries
import LapwingServer
import LapwingText

/// The flags of `replay`, understood.
struct ReplayFlags {
    enum Output: String {
        case text, json, html
    }

    let output: Output
    /// Rule files, and those that they are compared with.
    let (patterns, others): ([String], [String])
    let source: ReplaySource
    let sweeps: [ReplaySweep]
    let (start, end): (Timestamp?, Timestamp?)
    /// Where what rules write is kept.
    let folder: String?
    let interval: Duration?
    private let configuration: String?
    private let externalLabels: Labels
    private let stopsAtFirstFiring: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        let format = arguments.text("--output") ?? "text"
        guard let output = Output(rawValue: format) else { throw UsageError("--output is text, json or html, not \(GoQuote.quote(format))") }
        self.output = output
        (patterns, others) = (arguments.texts("--rules"), arguments.texts("--compare"))
        if patterns.isEmpty { throw UsageError("replay needs --rules GLOB") }
        // Such as a shell makes of `--rules rules/*.yml`; no data are called so.
        if let rules = arguments.operands.first(where: { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }) {
            throw UsageError("replay takes \(rules) behind --rules; quote a pattern, so that the shell leaves it whole: --rules 'rules/*.yml'")
        }
        source = try ReplaySource(arguments, "replay", paths: arguments.texts("--data") + arguments.operands)
        sweeps = try ReplaySweep.all(arguments.texts("--sweep"))
        (start, end) = (try arguments.time("--start", now: .now), try arguments.time("--end", now: .now))
        if case .server = source, start == nil { throw UsageError("replay needs --start with --server, as in --start now-1d") }
        if let start, let end, start > end { throw UsageError("--end lies before --start") }
        interval = try arguments.interval("--interval")
        (folder, configuration) = (arguments.text("--write"), arguments.text("--config"))
        externalLabels = try arguments.labels("--external-label")
        stopsAtFirstFiring = arguments.has("--until-first")
        let ways = [
            ("--sweep", !sweeps.isEmpty), ("--compare", !others.isEmpty), ("--output html", output == .html), ("--write", folder != nil),
            ("--until-first", stopsAtFirstFiring),
        ]
        for (index, (name, isAsked)) in ways.enumerated() where isAsked && index < 2 {
            if let other = ways[(index + 1)...].first(where: \.1) { throw UsageError("\(name) and \(other.0) exclude each other") }
        }
    }

    /// - Throws: what is wrong with the configuration.
    func settings(from start: Timestamp, through end: Timestamp) throws(QueryFailure) -> ReplaySettings {
        var settings = ReplaySettings(start: start, end: end, interval: interval ?? .seconds(15))
        settings.stopsAtFirstFiring = stopsAtFirstFiring
        settings.keepsAlertSeries = folder != nil
        settings.receivers = [.direct(url: "http://localhost/")]
        settings.externalLabels = externalLabels
        guard let path = configuration else { return settings }
        do {
            let read = try Configuration.read(try ConfigurationLoading.source(path), environment: ConfigurationLoading.environment)
            settings.interval = interval ?? read.global.evaluationInterval
            settings.queryOffset = read.global.ruleQueryOffset
            settings.externalLabels = read.global.externalLabels.merging(externalLabels)
            if !read.webhooks.isEmpty { settings.receivers = read.webhooks }
        } catch {
            throw QueryFailure("lapwing: --config: \(error)")
        }
        return settings
    }
}
