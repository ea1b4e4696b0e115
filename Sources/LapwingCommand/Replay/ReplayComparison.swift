import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingText

/// What a change to the rules would have changed.
struct ReplayComparison {
    struct Row {
        var name: String
        var (before, after): (RuleReplay?, RuleReplay?)
        /// Firing episodes of one side that overlap none of the same alert on the other.
        var lost: [AlertEpisode]
        var gained: [AlertEpisode]

        var isSame: Bool { lost.isEmpty && gained.isEmpty && before?.alertTime == after?.alertTime && before?.firings == after?.firings }
    }

    let rows: [Row]
    private let (before, after): (ReplayReport, ReplayReport)

    init(_ before: ReplayReport, _ after: ReplayReport) {
        (self.before, self.after) = (before, after)
        let (old, new) = (before.rules.filter(\.isAlerting), after.rules.filter(\.isAlerting))
        var names: [String] = []
        for rule in old + new where !names.contains(rule.rule.name) { names.append(rule.rule.name) }
        // Rules of one name are one to whoever is woken by it.
        rows = names.map { name in
            let (left, right) = (Self.merged(old, name), Self.merged(new, name))
            return Row(
                name: name, before: left.rule, after: right.rule, lost: Self.missing(left.episodes, in: right.episodes, before.end),
                gained: Self.missing(right.episodes, in: left.episodes, after.end))
        }
    }

    private static func merged(_ rules: [RuleReplay], _ name: String) -> (rule: RuleReplay?, episodes: [AlertEpisode]) {
        let named = rules.filter { $0.rule.name == name }
        guard var first = named.first else { return (nil, []) }
        for other in named.dropFirst() {
            first.episodes += other.episodes
            first.alertTime += other.alertTime
        }
        return (first, first.episodes.filter { $0.firedAt != nil })
    }

    /// Labels that a rule's change adds do not make it another alert as long as the time is the same.
    private static func missing(_ episodes: [AlertEpisode], in others: [AlertEpisode], _ end: Timestamp) -> [AlertEpisode] {
        episodes.filter { episode in
            guard let fired = episode.firedAt else { return false }
            return !others.contains { other in
                guard let otherFired = other.firedAt else { return false }
                return fired <= (other.endedAt ?? end) && otherFired <= (episode.endedAt ?? end)
            }
        }
    }

    var text: String {
        var lines: [[String]] = [["alert", "fired before", "after", "firing before", "after"]]
        for row in rows {
            let cells = [row.before, row.after].map { rule in
                rule.map { ("\($0.firings)", $0.alertTime.prometheusText) } ?? ("-", "-")
            }
            lines.append([row.name + (row.isSame ? "" : " *"), cells[0].0, cells[1].0, cells[0].1, cells[1].1])
        }
        var text = TextTable.text(lines)
        for row in rows {
            for episode in row.lost { text += "no longer fires: \(Self.line(episode))" }
            for episode in row.gained { text += "fires now:       \(Self.line(episode))" }
        }
        return text + "notifications: \(before.notifications.count) before, \(after.notifications.count) after\n"
    }

    private static func line(_ episode: AlertEpisode) -> String {
        let ended = episode.endedAt.map(ReplayText.time) ?? "the end"
        return "\(episode.labels)  \(ReplayText.time(episode.firedAt ?? episode.pendingAt)) to \(ended)\n"
    }

    var json: String {
        var json = JSONWriter(escapesHTML: false)
        json.object { json in
            json.key("before")
            json.raw(before.json())
            json.key("after")
            json.raw(after.json())
            json.key("changed")
            json.array { json in for row in rows where !row.isSame { json.string(row.name) } }
        }
        return String(decoding: json.take(), as: UTF8.self) + "\n"
    }
}

/// Columns for a terminal: the first to the left, the others to the right.
enum TextTable {
    static func text(_ lines: [[String]]) -> String {
        let count = lines.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in lines.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return lines.map { line in
            let cells = line.enumerated().map { index, cell in
                let space = String(repeating: " ", count: widths[index] - cell.count)
                return index == 0 ? cell + space : space + cell
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}
