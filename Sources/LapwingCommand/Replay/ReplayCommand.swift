import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingServer
import LapwingSystem
import LapwingText

/// `lapwing replay`: rules over recorded data.
enum ReplayCommand {
    static func run(_ arguments: Arguments) throws(UsageError) -> ExitStatus {
        let flags = try ReplayFlags(arguments)
        do throws(QueryFailure) {
            return try run(flags)
        } catch {
            Console.error(error.text + "\n")
            return .failure
        }
    }

    private static func run(_ flags: ReplayFlags) throws(QueryFailure) -> ExitStatus {
        let files = try read(flags.patterns)
        let others = flags.others.isEmpty ? [] : try read(flags.others)
        let data = try flags.source.opened(anchor: flags.start, step: shortestInterval(of: files, flags.interval ?? .seconds(15)))
        let question = try ReplayQuestion(flags, data)
        if !flags.sweeps.isEmpty {
            let table = try SweepTable(flags.sweeps, question, of: files)
            Console.output(flags.output == .json ? table.json : table.text)
            return .success
        }
        let report = try question.report(of: files, writingTo: flags.folder)
        if !others.isEmpty {
            let comparison = ReplayComparison(report, try question.report(of: others))
            Console.output(flags.output == .json ? comparison.json : comparison.text)
            return .success
        }
        switch flags.output {
        case .json: Console.output(String(decoding: report.json(), as: UTF8.self) + "\n")
        case .html: Console.output(ReplayPage.text(report))
        case .text: Console.output(ReplayText(files, .console).text(report))
        }
        return report.rules.contains { $0.failures > 0 } ? .failure : .success
    }

    /// - Parameter standard: that of groups without their own.
    static func shortestInterval(of files: [RuleFile], _ standard: Duration) -> Duration {
        files.flatMap(\.groups).map { $0.interval ?? standard }.min() ?? standard
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
