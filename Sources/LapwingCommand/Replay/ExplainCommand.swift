import LapwingAlerting
import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingServer
import LapwingText

/// `lapwing explain`: why an alert fired at a time, or why it did not.
enum ExplainCommand {
    /// How far to both sides its history is told.
    private static let around = Duration.seconds(86_400)

    static func run(_ arguments: Arguments) throws(UsageError) -> ExitStatus {
        guard let name = arguments.operands.first else { throw UsageError("explain needs the name of an alert") }
        let output = arguments.text("--output") ?? "text"
        guard output == "text" || output == "json" else { throw UsageError("--output is text or json, not \(GoQuote.quote(output))") }
        if arguments.texts("--rules").isEmpty { throw UsageError("explain needs --rules GLOB") }
        let labels = try labels(arguments.texts("--labels"))
        let asked = try arguments.time("--time", now: .now)
        do throws(QueryFailure) {
            let files = try ReplayCommand.read(arguments.texts("--rules"))
            let data = try RecordedData(arguments.texts("--data") + arguments.operands.dropFirst())
            for remark in data.remarks { Console.error("\(remark)\n") }
            guard let time = asked ?? data.times?.end else { throw QueryFailure("lapwing: the data holds no sample; --time says which time is meant") }
            let settings: ReplaySettings
            do throws(UsageError) {
                settings = try self.settings(arguments, data, at: time)
            } catch {
                throw QueryFailure(error.text)
            }
            let explanations = Explainer(files.flatMap(\.groups), over: data.snapshot, settings).explanations(of: name, at: time, labels: labels)
            if explanations.isEmpty { throw unknown(name, files) }
            Console.output(output == "json" ? json(explanations) : explanations.map { ExplanationText(files).text($0) }.joined(separator: "\n"))
            return .success
        } catch {
            Console.error(error.text + "\n")
            return .failure
        }
    }

    private static func settings(_ arguments: Arguments, _ data: RecordedData, at time: Timestamp) throws(UsageError) -> ReplaySettings {
        let known = data.times ?? TimeRange(start: time, end: time)
        var settings = ReplaySettings(
            start: try arguments.time("--start", now: .now) ?? min(time, max(known.start, time - around)),
            end: try arguments.time("--end", now: .now) ?? max(time, min(known.end, time + around)),
            interval: try arguments.duration("--interval") ?? .seconds(15))
        guard settings.interval >= .milliseconds(1) else { throw UsageError("--interval is at least 1ms") }
        settings.externalLabels = try arguments.labels("--external-label")
        return settings
    }

    /// Labels as `job=a` or as `{job="a",path="/"}`.
    private static func labels(_ texts: [String]) throws(UsageError) -> Labels {
        var builder = Labels.Builder()
        for text in texts {
            if text.hasPrefix("{") {
                do throws(PromQLSyntaxError) {
                    for matcher in try Parser.parseSelector(text) where matcher.name != LabelName.metric { builder.set(matcher.name, matcher.value) }
                } catch {
                    throw UsageError("--labels: \(error)")
                }
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

    private static func unknown(_ name: String, _ files: [RuleFile]) -> QueryFailure {
        let names = files.flatMap(\.groups).flatMap(\.rules).filter { if case .alerting = $0 { true } else { false } }.map(\.name)
        let known = names.isEmpty ? "" : "; there are \(Set(names).sorted().joined(separator: ", "))"
        let help = Spelling.nearest(to: name, in: names).map { "; did you mean \($0)?" }
        return QueryFailure("lapwing: no alerting rule is called \(name)\(help ?? known)")
    }

    private static func json(_ explanations: [Explanation]) -> String {
        var json = JSONWriter(escapesHTML: false)
        json.array { json in for explanation in explanations { json.explanation(explanation) } }
        return String(decoding: json.take(), as: UTF8.self) + "\n"
    }
}

/// An explanation as a person reads it.
private struct ExplanationText {
    private let sources: [String: SourceText]
    /// Elements of a part that are shown.
    private static let shown = 8

    init(_ files: [RuleFile]) { sources = Dictionary(files.map { ($0.name, $0.source) }) { first, _ in first } }

    func text(_ explanation: Explanation) -> String {
        let rule = explanation.rule
        let line = sources[explanation.group.file].map { ":\($0.position(of: rule.range.lowerBound).line)" } ?? ""
        var text = "\(rule.name) is \(explanation.state.rawValue) at \(ReplayText.time(explanation.time))  (\(explanation.group.file)\(line))\n"
        for reason in explanation.reasons { text += "  \(reason)\n" }
        if let nearest = explanation.nearestFiring, let fired = nearest.firedAt {
            let ended = nearest.endedAt.map { " to \(ReplayText.time($0))" } ?? " on"
            text += "  the nearest firing is from \(ReplayText.time(fired))\(ended), \(nearest.labels)\n"
        } else if explanation.state != .firing {
            text += "  it does not fire in the time around either\n"
        }
        text += "\nvalues at that time:\n" + explanation.root.tree(depth: 1)
        if !explanation.gaps.isEmpty {
            text += "\ndistance from the threshold:\n"
            for gap in explanation.gaps.prefix(Self.shown) {
                let sign = gap.distance > 0 ? "+" : ""
                text += "  \(gap.labels)  \(GoNumber.text(gap.value)) is \(sign)\(GoNumber.text(gap.distance)) from \(GoNumber.text(gap.threshold))\n"
            }
        }
        if !explanation.episodes.isEmpty {
            text += "\nhistory:\n"
            for episode in explanation.episodes {
                let times = [("pending", episode.pendingAt), ("firing", episode.firedAt), (episode.firedAt == nil ? "gone" : "resolved", episode.endedAt)]
                let parts = times.compactMap { name, time in time.map { "\(name) \(ReplayText.time($0))" } }
                text += "  \(episode.labels)  \(parts.joined(separator: "  "))\n"
            }
        }
        return text
    }
}

extension JSONWriter {
    fileprivate mutating func explanation(_ explanation: Explanation) {
        object { json in
            json.member("name", explanation.rule.name)
            json.member("file", explanation.group.file)
            json.member("group", explanation.group.name)
            json.member("time", ReplayText.time(explanation.time))
            json.member("state", explanation.state.rawValue)
            json.key("reasons")
            json.array { json in for reason in explanation.reasons { json.string(reason) } }
            json.key("values")
            json.node(explanation.root)
            json.key("gaps")
            json.array { json in
                for gap in explanation.gaps {
                    json.object { json in
                        json.key("labels")
                        json.labels(gap.labels)
                        json.member("value", GoNumber.text(gap.value))
                        json.member("threshold", GoNumber.text(gap.threshold))
                        json.member("distance", GoNumber.text(gap.distance))
                    }
                }
            }
            json.key("nearest_firing")
            if let nearest = explanation.nearestFiring { json.replayed(nearest, through: explanation.time) } else { json.null() }
            json.key("episodes")
            json.array { json in for episode in explanation.episodes { json.replayed(episode, through: explanation.time) } }
        }
    }

    private mutating func node(_ node: ExplainedNode) {
        object { json in
            json.member("expr", node.text)
            switch node.value {
            case .scalar(let value): json.member("scalar", GoNumber.text(value))
            case .string(let value): json.member("string", value)
            case .failed(let message): json.member("error", message)
            case .window(let series):
                json.key("window")
                json.array { json in
                    for one in series {
                        json.object { json in
                            json.key("metric")
                            json.labels(one.labels)
                            json.key("samples")
                            json.integer(one.samples)
                        }
                    }
                }
            case .elements(let elements):
                json.key("elements")
                json.array { json in
                    for sample in elements {
                        json.object { json in
                            json.key("metric")
                            json.labels(sample.labels)
                            json.member("value", sample.histogram?.description ?? GoNumber.text(sample.value))
                        }
                    }
                }
            }
            json.key("parts")
            json.array { json in for child in node.children { json.node(child) } }
        }
    }
}
