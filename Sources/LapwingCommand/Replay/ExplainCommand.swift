import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingServer
import LapwingText

/// `lapwing explain`: why an alert fired at a time, or why it did not.
enum ExplainCommand {
    static func run(_ arguments: Arguments) throws(UsageError) -> ExitStatus {
        let flags = try ExplainFlags(arguments)
        do throws(QueryFailure) {
            Console.output(try text(flags))
            return .success
        } catch {
            Console.error(error.text + "\n")
            return .failure
        }
    }

    private static func text(_ flags: ExplainFlags) throws(QueryFailure) -> String {
        let files = try ReplayCommand.read(flags.patterns)
        try find(flags.name, in: files)
        let data = try flags.source.opened(anchor: flags.time, step: ReplayCommand.shortestInterval(of: files, flags.interval))
        let known = data.remote == nil ? data.times : TimeRange(start: .distantPast, end: .now)
        guard let time = flags.time ?? known?.end else {
            throw QueryFailure("lapwing: the data holds no sample; --time says which time is meant")
        }
        if let remark = data.remark(onAsking: TimeRange(start: time, end: time), with: "--time") { Console.error("\(remark)\n") }
        let explainer = Explainer(files.flatMap(\.groups), over: data.snapshot, try flags.settings(around: time, of: known))
        let explanations = explainer.explanations(of: flags.name, at: time, labels: flags.labels)
        try data.checkServer()
        switch flags.output {
        case .text: return explanations.map { ExplanationText(files).text($0) }.joined(separator: "\n")
        case .json:
            var json = JSONWriter(escapesHTML: false)
            json.array { json in for explanation in explanations { json.explanation(explanation) } }
            return String(decoding: json.take(), as: UTF8.self) + "\n"
        }
    }

    private static func find(_ name: String, in files: [RuleFile]) throws(QueryFailure) {
        let names = files.flatMap(\.groups).flatMap(\.rules).filter { if case .alerting = $0 { true } else { false } }.map(\.name)
        if names.contains(name) { return }
        let known = names.isEmpty ? "" : "; there are \(Set(names).sorted().joined(separator: ", "))"
        let help = Spelling.nearest(to: name, in: names).map { "; did you mean \($0)?" }
        throw QueryFailure("lapwing: no alerting rule is called \(name)\(help ?? known)")
    }
}
