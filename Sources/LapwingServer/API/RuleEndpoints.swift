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
        try parameters.requireAllReadable()
        let filter = try RuleFilter(parameters)
        let page = try RulePage(parameters)
        let statuses = scheduler.statuses.sorted { ($0.group.file, $0.group.name) < ($1.group.file, $1.group.name) }
        let (shown, next) = try page.cut(statuses, filter)
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
}

/// Which groups of those that a filter lets through a request asks for.
struct RulePage {
    /// Nil: all.
    let limit: Int?
    let token: String?

    init(_ parameters: RequestParameters) throws(APIError) {
        token = parameters.text("group_next_token")
        guard let text = parameters.text("group_limit") else {
            limit = nil
            if token == nil { return }
            throw .invalidParameter("group_next_token", "group_limit needs to be present in order to paginate over the groups")
        }
        guard let limit = Int32(text) else {
            throw .invalidParameter("group_limit", "group_limit needs to be a valid number: " + GoInteger.fault(in: text, function: "ParseInt"))
        }
        guard limit > 0 else { throw .invalidParameter("group_limit", "group_limit needs to be greater than 0") }
        self.limit = Int(limit)
    }

    /// - Returns: also the token by which the next page is asked for, where there is one.
    func cut(_ statuses: [RuleScheduler.Status], _ filter: RuleFilter) throws(APIError) -> (shown: ArraySlice<RuleScheduler.Status>, next: String?) {
        var rest = statuses[...]
        if let token {
            rest = rest.drop { Self.token(of: $0.group) != token }
            guard !rest.isEmpty else {
                throw .invalidParameter("group_next_token", "invalid group_next_token '\(token)'. were rule groups changed?")
            }
        }
        let taken = rest.filter { filter.takes($0.group) }[...]
        let shown = taken.prefix(limit ?? taken.count)
        return (shown, shown.endIndex < taken.endIndex ? Self.token(of: taken[shown.endIndex].group) : nil)
    }

    static func token(of group: RuleGroup) -> String {
        Hexadecimal.encode(SHA256.digest(of: Array("\(group.file);\(group.name)".utf8)))
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
    /// Whether what a rule costs is told too, which Prometheus does not have.
    let showsFigures: Bool

    init(_ parameters: RequestParameters) throws(APIError) {
        matchers = try parameters.matchers()
        kind = parameters.text("type")?.lowercased()
        if let kind, kind != "alert", kind != "record" { throw .invalidParameter("type", "not supported value \(GoQuote.quote(kind))") }
        names = Set(parameters.texts("rule_name[]"))
        groups = Set(parameters.texts("rule_group[]"))
        files = Set(parameters.texts("file[]"))
        showsFigures = parameters.text("stats") != nil
        hidesAlerts = try Self.hidesAlerts(parameters.text("exclude_alerts")?.lowercased())
    }

    /// As Go's `ParseBool` reads it.
    private static func hidesAlerts(_ text: String?) throws(APIError) -> Bool {
        switch text {
        case nil, "0", "f", "false": return false
        case "1", "t", "true": return true
        case let text?:
            let fault = "strconv.ParseBool: parsing \(GoQuote.quote(text)): invalid syntax"
            throw .invalidParameter("exclude_alerts", "error converting exclude_alerts: \(fault)")
        }
    }

    func takes(_ group: RuleGroup) -> Bool {
        (groups.isEmpty || groups.contains(group.name)) && (files.isEmpty || files.contains(group.file))
            && group.rules.contains(where: takes)
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
                    json.rule(rule, state, filter)
                }
            }
            json.key("interval")
            json.number(status.interval / .seconds(1))
            json.member("limit", status.group.limit)
            json.key("evaluationTime")
            json.number(status.state.evaluationDuration / .seconds(1))
            json.key("lastEvaluation")
            json.time(status.state.lastEvaluation)
        }
    }

    private mutating func rule(_ rule: Rule, _ state: RuleState, _ filter: RuleFilter) {
        object { json in
            switch rule {
            case .alerting(let rule):
                json.member("state", state.lastEvaluation == nil ? "unknown" : state.active.state.rawValue)
                json.member("name", rule.name)
                json.member("query", rule.query.expression.description)
                json.key("duration")
                json.number(rule.hold / .seconds(1))
                json.key("keepFiringFor")
                json.number(rule.keepFiringFor / .seconds(1))
                json.key("labels")
                json.labels(rule.labels.map { Label(name: $0.name, value: $0.template.text) })
                json.key("annotations")
                json.labels(rule.annotations.map { Label(name: $0.name, value: $0.template.text) })
                json.key("alerts")
                if filter.hidesAlerts {
                    json.null()
                } else {
                    json.array { json in for alert in state.active.current { json.alert(alert) } }
                }
                json.health(state)
                json.member("type", "alerting")
            case .recording(let rule):
                json.member("name", rule.metric)
                json.member("query", rule.query.expression.description)
                json.key("labels")
                json.labels(rule.labels)
                json.health(state)
                json.member("type", "recording")
            }
            if filter.showsFigures { json.figures(state) }
        }
    }

    private mutating func figures(_ state: RuleState) {
        key("stats")
        object { json in
            for (name, count) in [
                ("evaluations", state.evaluations), ("failures", state.failures), ("seriesRead", state.seriesRead), ("samplesRead", state.samplesRead),
                ("samplesProduced", state.samplesProduced),
            ] {
                json.key(name)
                json.integer(count)
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
