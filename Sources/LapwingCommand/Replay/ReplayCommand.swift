import Foundation
import LapwingConfiguration
import LapwingNotify
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingServer
import LapwingText

/// `lapwing replay`: rules over recorded data.
enum ReplayCommand {
    static func run(_ arguments: Arguments) throws(UsageError) -> ExitStatus {
        let output = arguments.text("--output") ?? "text"
        guard ["text", "json", "html"].contains(output) else { throw UsageError("--output is text, json or html, not \(GoQuote.quote(output))") }
        let patterns = arguments.texts("--rules")
        if patterns.isEmpty { throw UsageError("replay needs --rules GLOB") }
        let sweeps = try arguments.texts("--sweep").map { text throws(UsageError) in try ReplaySweep(text) }
        do throws(QueryFailure) {
            let files = try read(patterns)
            let data = try RecordedData(arguments.texts("--data") + arguments.operands)
            for remark in data.remarks { Console.error("\(remark)\n") }
            let question: ReplayQuestion
            do throws(UsageError) {
                question = try ReplayQuestion(arguments, files, data)
            } catch {
                throw QueryFailure(error.text)
            }
            if !sweeps.isEmpty {
                Console.output(try ReplaySweep.table(sweeps, question, of: files, asJSON: output == "json"))
                return .success
            }
            let report = try question.report(of: files, writingTo: arguments.text("--write"))
            if let other = arguments.text("--compare") {
                let comparison = ReplayComparison(report, try question.report(of: read([other])))
                Console.output(output == "json" ? comparison.json : comparison.text)
                return .success
            }
            switch output {
            case "json": Console.output(String(decoding: report.json(), as: UTF8.self) + "\n")
            case "html": Console.output(ReplayPage.text(report))
            default: Console.output(ReplayText(files).text(report))
            }
            return report.rules.contains { $0.failures > 0 } ? .failure : .success
        } catch {
            Console.error(error.text + "\n")
            return .failure
        }
    }

    static func read(_ patterns: [String]) throws(QueryFailure) -> [RuleFile] {
        let files: [RuleFile]
        do throws(RuleLoadingError) {
            files = try RuleLoading.files(patterns)
        } catch {
            throw QueryFailure(error.description)
        }
        if files.isEmpty { throw QueryFailure("lapwing: \(patterns.joined(separator: " ")): no such rule file") }
        return files
    }
}

/// What a replay is asked for, besides its rules.
struct ReplayQuestion {
    let data: RecordedData
    let settings: ReplaySettings

    init(_ arguments: Arguments, _ files: [RuleFile], _ data: RecordedData) throws(UsageError) {
        self.data = data
        let interval = try arguments.duration("--interval") ?? .seconds(15)
        guard interval >= .milliseconds(1) else { throw UsageError("--interval is at least 1ms") }
        guard let start = try arguments.time("--start", now: .now) ?? data.times?.start, let end = try arguments.time("--end", now: .now) ?? data.times?.end
        else { throw UsageError("the data holds no sample; give --start and --end to replay nevertheless") }
        guard start <= end else { throw UsageError("--end lies before --start") }
        var settings = ReplaySettings(start: start, end: end, interval: interval)
        settings.stopsAtFirstFiring = arguments.has("--until-first")
        settings.keepsAlertSeries = arguments.has("--write")
        settings.receivers = [.direct(url: "http://localhost/")]
        settings.externalLabels = try arguments.labels("--external-label")
        if let path = arguments.text("--config") { try Self.take(path, into: &settings, keepsInterval: arguments.has("--interval")) }
        self.settings = settings
    }

    /// Receivers, labels and interval of a server.
    private static func take(_ path: String, into settings: inout ReplaySettings, keepsInterval: Bool) throws(UsageError) {
        let configuration: Configuration
        do {
            configuration = try Configuration.read(try ConfigurationLoading.source(path), environment: ConfigurationLoading.environment)
        } catch {
            throw UsageError("--config: \(error)")
        }
        if !keepsInterval { settings.interval = configuration.global.evaluationInterval }
        settings.queryOffset = configuration.global.ruleQueryOffset
        settings.externalLabels = configuration.global.externalLabels.merging(settings.externalLabels)
        if !configuration.webhooks.isEmpty { settings.receivers = configuration.webhooks }
    }

    func report(of files: [RuleFile], writingTo folder: String? = nil) throws(QueryFailure) -> ReplayReport {
        let replay = Replay(files.flatMap(\.groups), over: data.snapshot, settings)
        var bar = ProgressBar(from: settings.start, to: settings.end)
        let report = replay.run { bar.advance(to: $0); return true }
        bar.finish()
        if let folder { try ReplayedSeries.write(replay.written, to: folder) }
        return report
    }
}
