import LapwingAlerting
import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingText

/// An explanation as a person reads it.
struct ExplanationText {
    private let sources: [String: SourceText]
    /// Distances from the threshold that are shown.
    private static let gapsShown = 8
    /// Episodes that are shown, those around the time in question.
    private static let episodesShown = 20

    init(_ files: [RuleFile]) { sources = Dictionary(files.map { ($0.name, $0.source) }) { first, _ in first } }

    func text(_ explanation: Explanation) -> String {
        let rule = explanation.rule
        let line = sources[explanation.group.file].map { ":\($0.position(of: rule.range.lowerBound).line)" } ?? ""
        var text = "\(rule.name) is \(explanation.state.rawValue) at \(ReplayText.time(explanation.time))  (\(explanation.group.file)\(line))\n"
        for reason in explanation.reasons { text += "  \(reason)\n" }
        text += nearest(explanation)
        text += "\nvalues at that time\n" + explanation.root.tree(depth: 1)
        return text + gaps(explanation) + history(explanation)
    }

    private func nearest(_ explanation: Explanation) -> String {
        if explanation.state == .firing { return "" }
        guard let nearest = explanation.nearestFiring, let fired = nearest.firedAt else {
            return "  it does not fire from \(Self.span(explanation.replayed)) either\n"
        }
        let ended = nearest.endedAt.map { " to \(ReplayText.time($0))" } ?? " on"
        let isLater = fired > explanation.time
        let distance = isLater ? fired.duration(since: explanation.time) : explanation.time.duration(since: nearest.endedAt ?? fired)
        let side = isLater ? "later" : "earlier"
        return "  the nearest firing is \(distance.prometheusText) \(side), from \(ReplayText.time(fired))\(ended): \(nearest.labels)\n"
    }

    private static func span(_ range: TimeRange) -> String { "\(ReplayText.time(range.start)) to \(ReplayText.time(range.end))" }

    private func gaps(_ explanation: Explanation) -> String {
        if explanation.gaps.isEmpty { return "" }
        var text = "\ndistance from the threshold\n"
        for gap in explanation.gaps.prefix(Self.gapsShown) {
            let distance = "\(gap.distance > 0 ? "+" : "")\(Figure.text(gap.distance)) from \(Figure.text(gap.threshold))"
            text += "  \(gap.labels.seriesText)  \(Figure.text(gap.value)) is \(distance)  (\(gap.comparison))\n"
        }
        let more = explanation.gaps.count - Self.gapsShown
        return text + (more > 0 ? "  and \(more) more\n" : "")
    }

    private func history(_ explanation: Explanation) -> String {
        if explanation.episodes.isEmpty { return "" }
        // Those before and after the time in question, half of either where there are many.
        let earlier = explanation.episodes.count { $0.pendingAt <= explanation.time }
        let first = max(0, min(earlier - Self.episodesShown / 2, explanation.episodes.count - Self.episodesShown))
        let shown = explanation.episodes.dropFirst(first).prefix(Self.episodesShown)
        var text = "\nhistory, \(Self.span(explanation.replayed))\n"
        if first > 0 { text += "  \(first) earlier\n" }
        for episode in shown {
            let end = episode.firedAt == nil ? "gone" : "resolved"
            let times = [("pending", episode.pendingAt), ("firing", episode.firedAt), (end, episode.endedAt)]
            let parts = times.compactMap { name, time in time.map { "\(name) \(ReplayText.time($0))" } }
            text += "  \(parts.joined(separator: "  "))  \(episode.labels)\n"
        }
        let later = explanation.episodes.count - first - shown.count
        return text + (later > 0 ? "  \(later) later\n" : "")
    }
}
