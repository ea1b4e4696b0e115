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

/// The flags of `explain`, understood.
struct ExplainFlags {
    enum Output: String {
        case text, json
    }

    /// How far to both sides its history is told.
    private static let around = Duration.seconds(86_400)

    let name: String
    let output: Output
    let patterns: [String]
    let source: ReplaySource
    let labels: Labels
    let time: Timestamp?
    private let (start, end): (Timestamp?, Timestamp?)
    let interval: Duration
    private let externalLabels: Labels

    init(_ arguments: Arguments) throws(UsageError) {
        guard let name = arguments.operands.first else { throw UsageError("explain needs the name of an alert") }
        self.name = name
        let format = arguments.text("--output") ?? "text"
        guard let output = Output(rawValue: format) else { throw UsageError("--output is text or json, not \(GoQuote.quote(format))") }
        self.output = output
        patterns = arguments.texts("--rules")
        if patterns.isEmpty { throw UsageError("explain needs --rules GLOB") }
        source = try ReplaySource(arguments, "explain", paths: arguments.texts("--data") + arguments.operands.dropFirst())
        labels = try Self.labels(arguments.texts("--labels"))
        time = try arguments.time("--time", now: .now)
        (start, end) = (try arguments.time("--start", now: .now), try arguments.time("--end", now: .now))
        interval = try arguments.interval("--interval") ?? .seconds(15)
        externalLabels = try arguments.labels("--external-label")
    }

    func settings(around time: Timestamp, of known: TimeRange?) throws(QueryFailure) -> ReplaySettings {
        let start = start ?? min(time, max(known?.start ?? time, time - Self.around))
        let end = end ?? max(time, min(known?.end ?? time, time + Self.around))
        guard start <= time, time <= end else {
            let span = "\(ReplayText.time(start)) and \(ReplayText.time(end))"
            throw QueryFailure("lapwing: --time \(ReplayText.time(time)) does not lie between --start and --end, \(span)")
        }
        var settings = ReplaySettings(start: start, end: end, interval: interval)
        settings.externalLabels = externalLabels
        return settings
    }

    /// Labels as `job=a,path=/` or as `{job="a",path="/"}`.
    private static func labels(_ texts: [String]) throws(UsageError) -> Labels {
        var builder = Labels.Builder()
        for text in texts {
            if text.hasPrefix("{") {
                let matchers: [Matcher]
                do throws(PromQLSyntaxError) {
                    matchers = try Parser.parseSelector(text).filter { $0.name != LabelName.metric }
                } catch {
                    throw UsageError("--labels: \(error)")
                }
                if let other = matchers.first(where: { $0.operation != .equal }) {
                    throw UsageError("--labels names an alert by K=V,… or {K=\"V\"}, not by \(other)")
                }
                for matcher in matchers { builder.set(matcher.name, matcher.value) }
                continue
            }
            for pair in text.split(separator: ",") {
                guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
                    throw UsageError("--labels is K=V,… or {K=\"V\"}, not \(GoQuote.quote(text))")
                }
                builder.set(String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
            }
        }
        return builder.labels
    }
}
