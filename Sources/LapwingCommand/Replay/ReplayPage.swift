import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingText

/// A replay as one page of HTML, which needs nothing else: a band of time for each alert, and a table of its episodes.
enum ReplayPage {
    private static let width = 1000.0

    static func text(_ report: ReplayReport) -> String {
        var text = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Replay</title>
            <style>
            body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #223 }
            svg { width: 100%; height: 1.5rem; background: #eef; border-radius: 3px }
            .pending { fill: #e8b339 } .firing { fill: #c0392b }
            table { border-collapse: collapse; width: 100%; margin: .5rem 0 2rem } td, th { text-align: left; padding: .15rem .8rem .15rem 0 }
            td.number { text-align: right } code { color: #556 }
            @media (prefers-color-scheme: dark) { body { background: #16181d; color: #dde } svg { background: #252a35 } code { color: #99a } }
            </style></head><body>
            <h1>Replay</h1>
            <p>\(ReplayText.time(report.start)) to \(ReplayText.time(report.end)); \(report.notifications.count) notifications</p>

            """
        for rule in report.rules where rule.isAlerting { text += section(rule, report) }
        return text + "</body></html>\n"
    }

    private static func section(_ rule: RuleReplay, _ report: ReplayReport) -> String {
        var text = "<h2>\(MarkupText.escaped(rule.rule.name))</h2>\n<p><code>\(MarkupText.escaped(rule.rule.query.text))</code></p>\n"
        text += "<p>fired \(rule.firings) times, for \(ReplayText.duration(rule.firingTime)); \(rule.flaps) flaps</p>\n"
        if rule.episodes.isEmpty { return text }
        text += "<svg viewBox=\"0 0 \(Int(width)) 20\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"times of the alert\">\n"
        for episode in rule.episodes {
            let firing = episode.firedAt ?? episode.endedAt ?? report.end
            text += bar("pending", episode.pendingAt, firing, report)
            if let fired = episode.firedAt { text += bar("firing", fired, episode.endedAt ?? report.end, report) }
        }
        text += "</svg>\n<table><tr><th>labels</th><th>pending</th><th>firing</th><th>end</th><th>peak</th></tr>\n"
        for episode in rule.episodes {
            let times = [episode.pendingAt, episode.firedAt, episode.endedAt].map { $0.map(ReplayText.time) ?? "" }
            text += "<tr><td><code>\(MarkupText.escaped(episode.labels.description))</code></td>"
            text += times.map { "<td>\($0)</td>" }.joined() + "<td class=\"number\">\(GoNumber.text(episode.peak))</td></tr>\n"
        }
        return text + "</table>\n"
    }

    private static func bar(_ state: String, _ from: Timestamp, _ to: Timestamp, _ report: ReplayReport) -> String {
        let span = max(1, Double(report.end.milliseconds - report.start.milliseconds))
        let x = Double(from.milliseconds - report.start.milliseconds) / span * width
        let length = max(1, Double(to.milliseconds - from.milliseconds) / span * width)
        return "<rect class=\"\(state)\" x=\"\(x)\" y=\"0\" width=\"\(length)\" height=\"20\"/>\n"
    }
}
