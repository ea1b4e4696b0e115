import Lapwing
import LapwingAlerting
import LapwingHTTP
import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingText

/// `rules` and `alerts`.
struct RuleEndpoints: Sendable {
    let scheduler: RuleScheduler

    func rules(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        let filter = try RuleFilter(parameters)
        let statuses = scheduler.statuses.filter { filter.takes($0.group) }
        let limit = try parameters.limit("group_limit")
        let token = parameters.text("group_next_token")
        var page = statuses[...]
        if let token {
            guard let start = statuses.firstIndex(where: { Self.token(of: $0.group) == token }) else {
                throw .invalidParameter("group_next_token", "invalid group_next_token '\(token)'. were rule groups changed?")
            }
            page = statuses[start...]
        }
        let shown = limit > 0 ? page.prefix(limit) : page
        let next = shown.endIndex < page.endIndex ? Self.token(of: page[shown.endIndex].group) : nil
        return APIAnswer.success { json in
            json.object { json in
                json.key("groups")
                json.array { json in for status in shown { json.group(status, filter) } }
                if let next { json.member("groupNextToken", next) }
            }
        }
    }

    func alerts(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let alerts = scheduler.statuses.flatMap { $0.state.rules.flatMap(\.active.current) }
        return APIAnswer.success { json in
            json.object { json in
                json.key("alerts")
                json.array { json in for alert in alerts { json.alert(alert) } }
            }
        }
    }

    private static func token(of group: RuleGroup) -> String {
        String(Labels(metric: "", ["file": group.key.file, "name": group.key.name]).stableHash, radix: 16)
    }
}

/// Which rules a request asks for.
struct RuleFilter {
    let kind: String?
    let names: Set<String>
    let groups: Set<String>
    let files: Set<String>
    let matchers: [[Matcher]]
    let hidesAlerts: Bool

    init(_ parameters: RequestParameters) throws(APIError) {
        kind = parameters.text("type")
        if let kind, kind != "alert", kind != "record" { throw .invalidParameter("type", "not supported value \(GoQuote.quote(kind))") }
        names = Set(parameters.texts("rule_name[]"))
        groups = Set(parameters.texts("rule_group[]"))
        files = Set(parameters.texts("file[]"))
        matchers = try parameters.matchers()
        hidesAlerts = parameters.text("exclude_alerts") == "true"
    }

    func takes(_ group: RuleGroup) -> Bool {
        (groups.isEmpty || groups.contains(group.name)) && (files.isEmpty || files.contains(group.file))
            && (names.isEmpty && kind == nil && matchers.isEmpty || group.rules.contains(where: takes))
    }

    func takes(_ rule: Rule) -> Bool {
        if !names.isEmpty, !names.contains(rule.name) { return false }
        if !matchers.isEmpty {
            let labels = Labels(rule.labels)
            guard matchers.contains(where: { $0.allSatisfy { $0.matches(labels) } }) else { return false }
        }
        switch rule {
        case .alerting: return kind != "record"
        case .recording: return kind != "alert"
        }
    }
}

extension JSONWriter {
    /// A time as Go writes it; its zero time when there is none.
    mutating func time(_ time: Timestamp?) {
        string(time.map { TimeText.rfc3339(milliseconds: $0.milliseconds) } ?? "0001-01-01T00:00:00Z")
    }

    fileprivate mutating func group(_ status: RuleScheduler.Status, _ filter: RuleFilter) {
        object { json in
            json.member("name", status.group.name)
            json.member("file", status.group.file)
            json.key("rules")
            json.array { json in
                for (rule, state) in zip(status.group.rules, status.state.rules) where filter.takes(rule) {
                    json.rule(rule, state, hidesAlerts: filter.hidesAlerts)
                }
            }
            json.key("interval")
            json.number(status.interval / .seconds(1))
            json.key("limit")
            json.integer(status.group.limit)
            json.key("evaluationTime")
            json.number(status.state.evaluationDuration / .seconds(1))
            json.key("lastEvaluation")
            json.time(status.state.lastEvaluation)
        }
    }

    private mutating func rule(_ rule: Rule, _ state: RuleState, hidesAlerts: Bool) {
        object { json in
            switch rule {
            case .alerting(let rule):
                json.member("state", state.lastEvaluation == nil ? "unknown" : state.active.state.rawValue)
                json.member("name", rule.name)
                json.member("query", rule.query.text)
                json.key("duration")
                json.number(rule.hold / .seconds(1))
                json.key("keepFiringFor")
                json.number(rule.keepFiringFor / .seconds(1))
                json.key("labels")
                json.labels(rule.labels.map { Label(name: $0.name, value: $0.template.text) })
                json.key("annotations")
                json.labels(rule.annotations.map { Label(name: $0.name, value: $0.template.text) })
                if !hidesAlerts {
                    json.key("alerts")
                    json.array { json in for alert in state.active.current { json.alert(alert) } }
                }
                json.health(state)
                json.member("type", "alerting")
            case .recording(let rule):
                json.member("name", rule.metric)
                json.member("query", rule.query.text)
                if !rule.labels.isEmpty {
                    json.key("labels")
                    json.labels(rule.labels)
                }
                json.health(state)
                json.member("type", "recording")
            }
        }
    }

    private mutating func health(_ state: RuleState) {
        member("health", state.health.rawValue)
        if let error = state.lastError { member("lastError", error) }
        key("evaluationTime")
        number(state.evaluationDuration / .seconds(1))
        key("lastEvaluation")
        time(state.lastEvaluation)
    }

    fileprivate mutating func alert(_ alert: Alert) {
        object { json in
            json.key("labels")
            json.labels(alert.labels)
            json.key("annotations")
            json.labels(alert.annotations)
            json.member("state", alert.state.rawValue)
            json.key("activeAt")
            json.time(alert.activeAt)
            if let since = alert.keepFiringSince {
                json.key("keepFiringSince")
                json.time(since)
            }
            json.member("value", GoNumber.text(alert.value, .exponent))
        }
    }
}
