import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingServer
import LapwingText

/// What a change to the rules would have changed.
struct ReplayComparison {
    struct Row {
        var name: String
        var (before, after): (RuleReplay?, RuleReplay?)
        /// Firing episodes of one side that overlap none of the same alert on the other.
        var lost: [AlertEpisode]
        var gained: [AlertEpisode]
        var relabeled: [Relabeling]

        var isSame: Bool { lost.isEmpty && gained.isEmpty && relabeled.isEmpty && before?.alertTime == after?.alertTime && before?.firings == after?.firings }
    }

    /// Labels that come from the rules and are others now, and on how many firing episodes.
    struct Relabeling: Hashable {
        var (before, after): (Labels, Labels)
        var firings = 0
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
            let (left, right) = (old.filter { $0.rule.name == name }, new.filter { $0.rule.name == name })
            let ownLabels = Set((left + right).flatMap(\.ownLabels))
            let (firings, others) = (Firing.all(left, before.end, without: ownLabels), Firing.all(right, after.end, without: ownLabels))
            return Row(
                name: name, before: Self.merged(left), after: Self.merged(right), lost: Firing.missing(firings, in: others),
                gained: Firing.missing(others, in: firings), relabeled: Firing.relabeled(firings, others))
        }
    }

    private static func merged(_ rules: [RuleReplay]) -> RuleReplay? {
        guard var first = rules.first else { return nil }
        for other in rules.dropFirst() {
            first.episodes += other.episodes
            first.alertTime += other.alertTime
        }
        return first
    }

    /// An episode that fired.
    private struct Firing {
        var episode: AlertEpisode
        var span: ClosedRange<Timestamp>
        /// Of whatever fired: labels that come from the rules, as a severity, do not make it another alert.
        var labels: Labels
        /// Those that come from the rules.
        var ownLabels: Labels

        static func all(_ rules: [RuleReplay], _ end: Timestamp, without ownLabels: Set<String>) -> [Firing] {
            rules.flatMap(\.episodes).compactMap { episode in
                episode.firedAt.map { fired in
                    let span = fired...max(fired, episode.endedAt ?? end)
                    let (found, own) = (episode.labels.dropping(LabelNames(ownLabels)), episode.labels.keeping(LabelNames(ownLabels)))
                    return Firing(episode: episode, span: span, labels: found, ownLabels: own)
                }
            }
        }

        /// Those that overlap none of the same alert; labels that one side alone has do not make it another.
        static func missing(_ firings: [Firing], in others: [Firing]) -> [AlertEpisode] {
            firings.filter { one in !others.contains(where: one.isSameAlert) }.map(\.episode)
        }

        private func isSameAlert(as other: Firing) -> Bool { span.overlaps(other.span) && labels.agree(with: other.labels) }

        /// What became of the labels of those that are there on both sides, and on neither with the other's labels.
        static func relabeled(_ before: [Firing], _ after: [Firing]) -> [Relabeling] {
            func hasTwin(_ one: Firing, in others: [Firing]) -> Bool { others.contains { one.isSameAlert(as: $0) && one.ownLabels == $0.ownLabels } }
            var found: [Relabeling] = []
            let others = after.filter { !hasTwin($0, in: before) }
            for one in before where !hasTwin(one, in: after) {
                guard let other = others.first(where: one.isSameAlert) else { continue }
                let change = Relabeling(before: one.ownLabels.beside(other.ownLabels), after: other.ownLabels.beside(one.ownLabels))
                let index = found.firstIndex { ($0.before, $0.after) == (change.before, change.after) } ?? found.endIndex
                if index == found.endIndex { found.append(change) }
                found[index].firings += 1
            }
            return found
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
            for one in row.relabeled { text += "labels changed:  \(row.name): \(one.before) is now \(one.after), \(Counted.text(one.firings, "firing"))\n" }
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
            for (name, episodes, end) in [("lost", rows.flatMap(\.lost), before.end), ("gained", rows.flatMap(\.gained), after.end)] {
                json.key(name)
                json.array { json in for episode in episodes { json.episode(episode, through: end) } }
            }
            json.key("relabeled")
            json.array { json in for row in rows { for one in row.relabeled { json.relabeled(row.name, one) } } }
        }
        return String(decoding: json.take(), as: UTF8.self) + "\n"
    }
}

extension RuleReplay {
    fileprivate var ownLabels: [String] { if case .alerting(let rule) = rule { rule.ownLabels } else { [] } }
}

extension Labels {
    /// Those that another has not, or has with another value.
    fileprivate func beside(_ other: Labels) -> Labels { Labels(filter { other[$0.name] != $0.value }) }
}

extension JSONWriter {
    fileprivate mutating func relabeled(_ name: String, _ change: ReplayComparison.Relabeling) {
        object { json in
            json.member("name", name)
            for (key, labels) in [("before", change.before), ("after", change.after)] {
                json.key(key)
                json.labels(labels)
            }
            json.member("firings", change.firings)
        }
    }
}
