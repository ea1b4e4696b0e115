import LapwingAlerting
import LapwingHTTP
import LapwingNotify
import LapwingSeries
import LapwingText

/// `alert_history`: what alerts did, and what receivers were told of it.
struct HistoryEndpoint: Sendable {
    let notifier: Notifier

    /// Entries of an answer to a request that sets no limit.
    static let defaultLimit = 1000

    func history(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        let filter = try HistoryFilter(parameters)
        let asked = try parameters.limit()
        let limit = asked == 0 ? Self.defaultLimit : asked
        // One more than is shown tells whether there are more.
        let found = notifier.history.entries(limit: limit == .max ? limit : limit + 1, where: filter.takes)
        let warnings = found.count > limit ? [SeriesEndpoints.truncated] : []
        return APIAnswer.success(warnings: warnings) { json in
            json.object { json in
                json.key("entries")
                json.array { json in for entry in found.prefix(limit) { json.entry(entry) } }
            }
        }
    }
}

/// Which entries a request asks for.
struct HistoryFilter: Sendable {
    let type: String?
    let alertName: String?
    let matchers: [[Matcher]]
    let range: TimeRange

    init(_ parameters: RequestParameters) throws(APIError) {
        type = parameters.text("type")
        if let type, type != "transition", type != "notification" {
            throw .invalidParameter("type", "not supported value \(GoQuote.quote(type)); there are \"transition\" and \"notification\"")
        }
        alertName = parameters.text("alertname")
        matchers = try parameters.matchers()
        range = try parameters.timeRange()
    }

    func takes(_ entry: AlertHistory.Entry) -> Bool {
        guard range.contains(entry.at) else { return false }
        switch entry {
        case .change(let change): return type != "notification" && takes(change.labels)
        case .sending(let sending): return type != "transition" && (isOpen || sending.alerts.contains { takes($0.labels) })
        }
    }

    private var isOpen: Bool { alertName == nil && matchers.isEmpty }

    private func takes(_ labels: Labels) -> Bool {
        if let alertName, labels[LabelName.alert] != alertName { return false }
        return matchers.isEmpty || matchers.contains { $0.allSatisfy { $0.matches(labels) } }
    }
}

extension JSONWriter {
    fileprivate mutating func entry(_ entry: AlertHistory.Entry) {
        object { json in
            switch entry {
            case .change(let change): json.change(change)
            case .sending(let sending): json.sending(sending)
            }
        }
    }

    private mutating func change(_ change: AlertHistory.Change) {
        member("type", "transition")
        key("time")
        time(change.at)
        member("change", change.change.rawValue)
        key("labels")
        labels(change.labels)
        key("annotations")
        labels(change.annotations)
        member("value", GoNumber.text(change.value, .exponent))
        key("activeAt")
        time(change.activeAt)
        member("group", change.group)
        member("file", change.file)
    }

    private mutating func sending(_ sending: AlertHistory.Sending) {
        member("type", "notification")
        key("time")
        time(sending.at)
        key("firstTime")
        time(sending.firstAt)
        member("receiver", sending.receiver)
        member("url", sending.shownURL)
        if !sending.groupKey.isEmpty { member("groupKey", sending.groupKey) }
        if !sending.reason.isEmpty { member("reason", sending.reason) }
        member("result", sending.result.rawValue)
        member("attempts", sending.attempts)
        if !sending.error.isEmpty { member("error", sending.error) }
        member("alertCount", sending.alertCount)
        key("alerts")
        array { json in
            for alert in sending.alerts {
                json.object { json in
                    json.member("status", alert.isResolved ? "resolved" : "firing")
                    json.key("labels")
                    json.labels(alert.labels)
                    json.member("value", GoNumber.text(alert.value, .exponent))
                }
            }
        }
    }
}
