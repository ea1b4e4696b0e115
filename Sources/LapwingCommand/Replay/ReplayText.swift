import LapwingNotify
import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingText

/// A replay as a person reads it: each rule with a line of time and its episodes, the messages, then all together.
struct ReplayText {
    private let sources: [String: SourceText]
    private let style: TextStyle
    /// Messages that are listed.
    private static let messagesShown = 50

    init(_ files: [RuleFile], _ style: TextStyle) {
        sources = Dictionary(files.map { ($0.name, $0.source) }) { first, _ in first }
        self.style = style
    }

    func text(_ report: ReplayReport) -> String {
        var text = "replayed \(Self.time(report.start)) to \(Self.time(report.end))\n"
        for rule in report.rules where rule.isAlerting { text += "\n" + self.text(rule, report) }
        for rule in report.rules where !rule.isAlerting && rule.failures > 0 { text += "\n" + head(rule) + failures(rule) }
        text += messages(report)
        return text + "\n" + Self.summary(report) + "\n"
    }

    /// Everything together, as one line.
    static func summary(_ report: ReplayReport) -> String {
        let alerts = report.rules.filter(\.isAlerting)
        let episodes = alerts.flatMap(\.episodes)
        let firings = episodes.count { $0.firedAt != nil }
        let time = alerts.reduce(Duration.zero) { $0 + $1.alertTime }
        return "\(Counted.text(report.rules.count, "rule")), \(Counted.text(report.rules.reduce(0) { $0 + $1.evaluations }, "evaluation")); "
            + "\(Counted.text(firings, "firing")) of \(Counted.text(episodes.count, "episode")), \(time.prometheusText) in all, "
            + "\(Counted.text(alerts.reduce(0) { $0 + $1.flaps }, "flap")), \(Counted.text(report.notifications.count, "notification"))"
    }

    private func head(_ rule: RuleReplay) -> String {
        let line = sources[rule.group.file].map { ":\($0.position(of: rule.rule.range.lowerBound).line)" } ?? ""
        return "\(rule.rule.name)  (\(rule.group.file)\(line), group \(rule.group.name))\n"
    }

    private func text(_ rule: RuleReplay, _ report: ReplayReport) -> String {
        if rule.episodes.isEmpty { return head(rule) + "  never pending, never firing\n" + failures(rule) }
        let timeline = Timeline(from: report.start, to: report.end, columns: style.width - 4, style)
        var text = head(rule) + "  \(Self.figures(rule, over: report.end.duration(since: report.start)))\n"
        text += "  \(timeline.line(rule.episodes))\n  \(timeline.axis)\n"
        text += failures(rule)
        for (labels, episodes) in rule.byAlert {
            text += "  \(labels)\n"
            for episode in episodes { text += "    \(Self.text(episode, through: report.end))\n" }
        }
        return text
    }

    /// How often and how long a rule fired.
    static func figures(_ rule: RuleReplay, over span: Duration) -> String {
        let share = span > .zero ? " (\(percent(rule.firingTime / span)) of the time)" : ""
        var text = "fired \(Counted.text(rule.firings, "time")), for \(rule.firingTime.prometheusText)\(share)"
        let short = rule.episodes.count - rule.firings
        if short > 0 { text += "; pending without firing \(Counted.text(short, "time"))" }
        if rule.flaps > 0 { text += "; came back within \(RuleReplay.flapTime.prometheusText) \(Counted.text(rule.flaps, "time"))" }
        return text
    }

    private func failures(_ rule: RuleReplay) -> String {
        guard let failure = rule.firstFailure else { return "" }
        return "  failed \(Counted.text(rule.failures, "time")), first at \(Self.time(failure.at)): \(failure.message)\n"
    }

    private static func text(_ episode: AlertEpisode, through end: Timestamp) -> String {
        var parts = ["pending \(time(episode.pendingAt))"]
        if let fired = episode.firedAt {
            parts.append("firing \(time(fired))")
            parts.append(episode.endedAt.map { "resolved \(time($0))" } ?? "still firing")
            parts.append("fired for \(episode.firingTime(through: end).prometheusText)")
        } else {
            parts.append(episode.endedAt.map { "gone \(time($0))" } ?? "still pending")
        }
        return "\(parts.joined(separator: "  "))  peak \(Figure.text(episode.peak))"
    }

    private func messages(_ report: ReplayReport) -> String {
        if report.notifications.isEmpty { return "" }
        var text = "\nnotifications\n"
        for one in report.notifications.prefix(Self.messagesShown) {
            let status = one.message.status + (one.message.status == "firing" ? "  " : "")
            text += "  \(Self.time(one.at))  \(status)  \(one.message.groupLabels)  \(Counted.text(one.message.alerts.count, "alert")), "
            text += "\(one.message.reason.rawValue)\n"
        }
        let more = report.notifications.count - Self.messagesShown
        return text + (more > 0 ? "  and \(more) more, which --output json has\n" : "")
    }

    static func time(_ time: Timestamp) -> String { TimeText.rfc3339(milliseconds: time.milliseconds) }

    static func percent(_ share: Double) -> String { "\(GoNumber.text((share * 1000).rounded() / 10))%" }
}

extension RuleReplay {
    var isAlerting: Bool { if case .alerting = rule { true } else { false } }

    /// The episodes of each alert, in the order of labels.
    var byAlert: [(labels: Labels, episodes: [AlertEpisode])] {
        Dictionary(grouping: episodes, by: \.labels).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
