import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingText

/// A replay as a person reads it: each rule with its episodes and a line of time, then all together.
struct ReplayText {
    private let sources: [String: SourceText]

    init(_ files: [RuleFile]) { sources = Dictionary(files.map { ($0.name, $0.source) }) { first, _ in first } }

    func text(_ report: ReplayReport) -> String {
        let alerts = report.rules.filter(\.isAlerting)
        var text = "replayed \(Self.time(report.start)) to \(Self.time(report.end))\n"
        for rule in alerts { text += "\n" + self.text(rule, report) }
        for rule in report.rules where !rule.isAlerting && rule.failures > 0 { text += "\n" + head(rule) + failures(rule) }
        if !alerts.isEmpty { text += "\n" }
        let episodes = alerts.flatMap(\.episodes)
        let firings = episodes.count { $0.firedAt != nil }
        let time = alerts.reduce(Duration.zero) { $0 + $1.alertTime }
        text += "\(Self.count(report.rules.count, "rule")), \(Self.count(report.rules.reduce(0) { $0 + $1.evaluations }, "evaluation")); "
        text += "\(Self.count(firings, "firing")) of \(Self.count(episodes.count, "episode")), \(Self.duration(time)) in all, "
        text += "\(Self.count(alerts.reduce(0) { $0 + $1.flaps }, "flap")), \(Self.count(report.notifications.count, "notification"))\n"
        return text
    }

    private func head(_ rule: RuleReplay) -> String {
        let line = sources[rule.group.file].map { ":\($0.position(of: rule.rule.range.lowerBound).line)" } ?? ""
        return "\(rule.rule.name)  (\(rule.group.file)\(line), group \(rule.group.name))\n"
    }

    private func text(_ rule: RuleReplay, _ report: ReplayReport) -> String {
        let span = report.end.duration(since: report.start)
        var text = head(rule)
        if rule.episodes.isEmpty {
            text += "  never pending, never firing\n"
        } else {
            let share = span > .zero ? " (\(Self.percent(rule.firingTime / span)) of the time)" : ""
            text += "  fired \(Self.count(rule.firings, "time")), for \(Self.duration(rule.firingTime))\(share)"
            let short = rule.episodes.count - rule.firings
            if short > 0 { text += "; pending without firing \(Self.count(short, "time"))" }
            if rule.flaps > 0 { text += "; came back within 15m \(Self.count(rule.flaps, "time"))" }
            text += "\n  \(Timeline(rule.episodes, from: report.start, to: report.end).text)\n"
        }
        text += failures(rule)
        for episode in rule.episodes { text += Self.text(episode, through: report.end) }
        return text
    }

    private func failures(_ rule: RuleReplay) -> String {
        guard let failure = rule.firstFailure else { return "" }
        return "  failed \(Self.count(rule.failures, "time")), first at \(Self.time(failure.at)): \(failure.message)\n"
    }

    private static func text(_ episode: AlertEpisode, through end: Timestamp) -> String {
        var parts = ["pending \(time(episode.pendingAt))"]
        if let fired = episode.firedAt {
            parts.append("firing \(time(fired))")
            parts.append(episode.endedAt.map { "resolved \(time($0))" } ?? "still firing")
            parts.append("fired for \(duration(episode.firingTime(through: end)))")
        } else {
            parts.append(episode.endedAt.map { "gone \(time($0))" } ?? "still pending")
        }
        return "  \(episode.labels)\n    \(parts.joined(separator: "  "))  peak \(GoNumber.text(episode.peak))\n"
    }

    static func time(_ time: Timestamp) -> String { TimeText.rfc3339(milliseconds: time.milliseconds) }

    static func duration(_ duration: Duration) -> String { PrometheusDuration.text(milliseconds: duration.milliseconds) }

    static func percent(_ share: Double) -> String { "\(GoNumber.text((share * 1000).rounded() / 10))%" }

    private static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}

/// When alerts were pending and firing, as one line of characters.
struct Timeline {
    private static let width = 72
    let text: String

    init(_ episodes: [AlertEpisode], from start: Timestamp, to end: Timestamp) {
        let span = max(1, end.milliseconds - start.milliseconds + 1)
        let column = { (time: Timestamp) in Int(clamping: (time.milliseconds - start.milliseconds) * Int64(Self.width) / span) }
        var line = [Character](repeating: "·", count: Self.width)
        func draw(_ character: Character, _ from: Timestamp, _ to: Timestamp) {
            for index in max(0, column(from))...min(Self.width - 1, max(column(from), column(to))) where line[index] != "█" { line[index] = character }
        }
        for episode in episodes {
            draw("-", episode.pendingAt, episode.firedAt ?? episode.endedAt ?? end)
            if let fired = episode.firedAt { draw("█", fired, episode.endedAt ?? end) }
        }
        text = String(line)
    }
}

extension RuleReplay {
    var isAlerting: Bool { if case .alerting = rule { true } else { false } }
}
