import LapwingPromQL
import LapwingReplay
import LapwingSeries
import LapwingSystem
import LapwingText

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
        let others = arguments.operands.dropFirst()
        // Such as a shell makes of `--data *.om`.
        if let other = others.first(where: { arguments.texts("--data").isEmpty || !FileManager.default.fileExists(atPath: $0) }) {
            throw UsageError("explain takes the name of one alert, and \(other) is none of its data")
        }
        source = try ReplaySource(arguments, "explain", paths: arguments.texts("--data") + others)
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
