import LapwingNotify
import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingText

/// A replay as one page of HTML, which needs nothing else: a band of time for each rule and each of its alerts, tables of episodes
/// and of messages.
struct ReplayPage {
    private let report: ReplayReport
    private static let width = 1000.0
    /// Alerts of a rule that have a band of their own.
    private static let bandsShown = 20

    private static let style = """
        :root { --ink: #1f2630; --faint: #66717d; --line: #dde2e7; --band: #eef1f4; --pending: #e0a526; --firing: #c0392b; --page: #fff }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #dde3e8; --faint: #94a1ad; --line: #2d353e; --band: #222931; --pending: #eeb54f; --firing: #ff7a69; --page: #14181d }
        }
        body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: var(--ink); background: var(--page) }
        h1 { font-size: 1.4rem; margin-bottom: .2rem } h2 { font-size: 1.1rem; margin: 2rem 0 .2rem } p { margin: .2rem 0 }
        .quiet { color: var(--faint) } code { font: .85em/1.5 ui-monospace, monospace; color: var(--faint); overflow-wrap: anywhere }
        table { border-collapse: collapse; width: 100%; margin: .6rem 0 }
        td, th { text-align: left; padding: .18rem .9rem .18rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
        th { font-weight: 600; font-size: .85rem; color: var(--faint) } .number { text-align: right; padding: .18rem 0 .18rem .9rem }
        .overview td:nth-child(2) { width: 60% } time { white-space: nowrap; font-variant-numeric: tabular-nums }
        svg { width: 100%; height: 1rem; background: var(--band); border-radius: 3px; display: block; margin: .2rem 0 }
        .pending { fill: var(--pending) } .firing { fill: var(--firing) }
        .axis { display: flex; justify-content: space-between; color: var(--faint); font-size: .8rem }
        .key span { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin: 0 .3rem 0 1rem; vertical-align: -.1rem }
        """

    static func text(_ report: ReplayReport) -> String {
        let page = ReplayPage(report: report)
        let alerts = report.rules.filter(\.isAlerting)
        let span = "\(page.time(report.start)) to \(page.time(report.end))"
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Replay</title>
            <style>
            \(style)
            </style></head><body>
            <h1>Replay</h1>
            <p>\(span)</p>
            <p class="quiet key">\(ReplayText.summary(report))<span style="background: var(--pending)"></span>pending\
            <span style="background: var(--firing)"></span>firing</p>
            \(page.overview(alerts))
            \(alerts.filter { !$0.episodes.isEmpty || $0.failures > 0 }.map(page.section).joined())
            \(page.messages)</body></html>

            """
    }

    /// Every alerting rule with its band, the quiet ones too.
    private func overview(_ alerts: [RuleReplay]) -> String {
        let rows = alerts.map { rule in
            "<tr><td>\(MarkupText.escaped(rule.rule.name))</td><td>\(band(rule.episodes))</td>"
                + "<td class=\"number\">\(rule.firings)</td><td class=\"number\">\(rule.firingTime.prometheusText)</td></tr>\n"
        }
        return table("overview", ["alert", axis, "#fired", "#for"], rows)
    }

    private func section(_ rule: RuleReplay) -> String {
        var text = "<h2>\(MarkupText.escaped(rule.rule.name))</h2>\n<p><code>\(MarkupText.escaped(rule.rule.query.text))</code></p>\n"
        text += "<p>\(ReplayText.figures(rule, over: report.end.duration(since: report.start)))</p>\n"
        if let failure = rule.firstFailure {
            text += "<p>failed \(Counted.text(rule.failures, "time")), first at \(time(failure.at)): \(MarkupText.escaped(failure.message))</p>\n"
        }
        let alerts = rule.byAlert
        if alerts.count > 1 {
            for (labels, episodes) in alerts.prefix(Self.bandsShown) {
                text += "<code>\(MarkupText.escaped(labels.description))</code>\(band(episodes))\n"
            }
        }
        let rows = rule.episodes.map { episode in
            let times = [episode.pendingAt, episode.firedAt, episode.endedAt].map { "<td>\($0.map(time) ?? "")</td>" }.joined()
            let length = episode.firedAt == nil ? "" : episode.firingTime(through: report.end).prometheusText
            return "<tr><td><code>\(MarkupText.escaped(episode.labels.description))</code></td>\(times)<td class=\"number\">\(length)</td>"
                + "<td class=\"number\">\(Figure.text(episode.peak))</td></tr>\n"
        }
        return text + table("episodes", ["labels", "pending", "firing", "end", "#fired for", "#peak"], rows)
    }

    private var messages: String {
        if report.notifications.isEmpty { return "" }
        let rows = report.notifications.map { one in
            "<tr><td>\(time(one.at))</td><td>\(one.message.status)</td><td><code>\(MarkupText.escaped(one.message.groupLabels.description))</code></td>"
                + "<td>\(one.message.reason.rawValue)</td><td class=\"number\">\(one.message.alerts.count)</td></tr>\n"
        }
        return "<h2>Notifications</h2>\n" + table("messages", ["time", "status", "group", "reason", "#alerts"], rows)
    }

    /// Columns that begin with `#` hold numbers.
    private func table(_ kind: String, _ columns: [String], _ rows: [String]) -> String {
        let head = columns.map { $0.hasPrefix("#") ? "<th class=\"number\">\($0.dropFirst())</th>" : "<th>\($0)</th>" }.joined()
        return "<table class=\"\(kind)\"><tr>\(head)</tr>\n\(rows.joined())</table>\n"
    }

    private var axis: String {
        let (start, span) = (report.start.milliseconds, report.end.milliseconds - report.start.milliseconds)
        let texts = (0...4).map { "<span>\(ChartTime.text(start + span * Int64($0) / 4, span: span))</span>" }
        return "<div class=\"axis\">\(texts.joined())</div>"
    }

    private func time(_ time: Timestamp) -> String { "<time>\(ReplayText.time(time))</time>" }

    private func band(_ episodes: [AlertEpisode]) -> String {
        var bars = ""
        for episode in episodes {
            bars += bar("pending", episode.pendingAt, episode.firedAt ?? episode.endedAt ?? report.end)
            if let fired = episode.firedAt { bars += bar("firing", fired, episode.endedAt ?? report.end) }
        }
        return "<svg viewBox=\"0 0 \(Int(Self.width)) 20\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"when it was active\">\(bars)</svg>"
    }

    private func bar(_ state: String, _ from: Timestamp, _ to: Timestamp) -> String {
        let span = max(1, Double(report.end.milliseconds - report.start.milliseconds))
        let (x, length) = (Double(from.milliseconds - report.start.milliseconds) / span, Double(to.milliseconds - from.milliseconds) / span)
        let number = { (share: Double) in GoNumber.text((share * Self.width * 10).rounded() / 10) }
        return "<rect class=\"\(state)\" x=\"\(number(x))\" y=\"0\" width=\"\(number(max(0.001, length)))\" height=\"20\"/>"
    }
}
