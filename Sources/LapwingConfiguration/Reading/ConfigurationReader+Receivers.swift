import LapwingHTTP
import LapwingNotify
import LapwingSeries
import LapwingText
import LapwingYAML

extension ConfigurationReader {
    mutating func readAlerting(_ node: YAMLNode?, into configuration: inout Configuration) {
        guard let node else { return }
        guard let fields = YAMLFields(node, kind: "alerting section", known: ["alert_relabel_configs", "alertmanagers"], &problems) else { return }
        configuration.alertRelabeling = relabeling(fields, "alert_relabel_configs", "alert relabeling rule")
        for entry in fields.list("alertmanagers", &problems) { configuration.alertmanagers += alertmanagers(entry) }
    }

    private mutating func alertmanagers(_ node: YAMLNode) -> [AlertmanagerReceiver] {
        let own = ["sigv4", "scheme", "path_prefix", "timeout", "api_version", "relabel_configs", "alert_relabel_configs"]
        guard let fields = YAMLFields(node, kind: "alertmanager config", known: own + Self.clientKeys + Self.discoveryKeys, &problems) else { return [] }
        let client = client(fields)
        refuse(fields, "sigv4", "there is no signing for AWS")
        if let version = fields.text("api_version", &problems), version != "v2" {
            report("expected Alertmanager api version to be one of [v2] but got \(version)", at: fields.node("api_version")?.range ?? node.range)
        }
        let scheme = choice(fields, "scheme", ["http", "https"]) ?? "http"
        let prefix = fields.text("path_prefix", &problems) ?? ""
        let rules = relabeling(fields, "relabel_configs", "Alertmanager target relabeling rule")
        let alertRules = relabeling(fields, "alert_relabel_configs", "Alertmanager alert relabeling rule")
        let timeout = fields.positiveDuration("timeout", &problems) ?? .seconds(10)
        func relabeled(_ own: Labels, _ shared: Labels) -> Labels? {
            rules.relabeled(shared.merging(own).setting(TargetLabel.scheme, scheme).setting("__alerts_path__", Self.alertsPath(prefix)))
        }
        let (groups, discoveries) = targets(fields, relabeled: relabeled)
        if !discoveries.isEmpty {
            let name = fields.node("file_sd_configs") == nil ? "http_sd_configs" : "file_sd_configs"
            refuse(fields, name, "name Alertmanagers in static_configs")
        }
        return groups.flatMap { group in
            group.targets.compactMap { target in
                guard let url = Self.url(relabeled(target, group.labels)) else { return nil }
                var receiver = AlertmanagerReceiver(url: url)
                receiver.client = client
                receiver.timeout = timeout
                receiver.relabeling = alertRules
                return receiver
            }
        }
    }

    private static let alertsPath = "/api/v2/alerts"

    private static func alertsPath(_ prefix: String) -> String {
        "/" + (prefix + alertsPath).split(separator: "/").joined(separator: "/")
    }

    /// What stands before the path of alerts; nil when relabelling drops the Alertmanager.
    private static func url(_ labels: Labels?) -> String? {
        guard let labels, let address = labels[TargetLabel.address], !address.isEmpty else { return nil }
        let path = labels["__alerts_path__"] ?? alertsPath
        let base = path.hasSuffix(alertsPath) ? String(path.dropLast(alertsPath.count)) : path
        return "\(labels[TargetLabel.scheme] ?? "http")://\(address)\(base)"
    }

    // MARK: Webhooks

    mutating func webhooks(_ nodes: [YAMLNode]) -> [WebhookReceiver] {
        var names: Set<String> = []
        return nodes.enumerated().compactMap { index, node in
            guard let webhook = webhook(node, standardName: index == 0 ? "webhook" : "webhook-\(index + 1)") else { return nil }
            if !names.insert(webhook.name).inserted {
                report("webhook name \(GoQuote.quote(webhook.name)) is not unique", at: node.mapping?["name"]?.range ?? node.range)
            }
            return webhook
        }
    }

    private mutating func webhook(_ node: YAMLNode, standardName: String) -> WebhookReceiver? {
        let own = [
            "name", "url", "send_resolved", "group_by", "group_wait", "group_interval", "repeat_interval", "max_alerts", "headers", "timeout",
        ]
        guard let fields = YAMLFields(node, kind: "webhook", known: own + Self.clientKeys, &problems) else { return nil }
        let client = client(withHeaders: fields)
        guard let url = url(fields, "url", empty: "a webhook needs a url", isSecret: true) else { return nil }
        var webhook = WebhookReceiver(name: fields.text("name", &problems) ?? standardName, url: url)
        if webhook.name.isEmpty || webhook.name.contains(" ") { report("a webhook's name is a word without spaces", at: fields.keyRange("name")) }
        webhook.sendsResolved = fields.bool("send_resolved", &problems) ?? true
        webhook.grouping = grouping(fields) ?? webhook.grouping
        webhook.groupWait = fields.duration("group_wait", &problems) ?? webhook.groupWait
        webhook.groupInterval = fields.positiveDuration("group_interval", &problems) ?? webhook.groupInterval
        webhook.repeatInterval = fields.positiveDuration("repeat_interval", &problems) ?? webhook.repeatInterval
        webhook.timeout = fields.positiveDuration("timeout", &problems) ?? webhook.timeout
        webhook.maxAlerts = count(fields, "max_alerts") ?? 0
        webhook.client = client
        return webhook
    }

    /// Source: Alertmanager `config/config.go`, `Route.UnmarshalYAML`.
    private mutating func grouping(_ fields: YAMLFields) -> WebhookReceiver.Grouping? {
        guard fields.node("group_by") != nil else { return nil }
        let items = labelNames(fields, "group_by")
        let names = items.map(\.text)
        for (index, item) in items.enumerated() where names.prefix(index).contains(item.text) {
            report("duplicated label \(GoQuote.quote(item.text)) in group_by", at: item.range)
        }
        guard names.contains("...") else { return .labels(names) }
        if names.count > 1 { report("cannot have wildcard group_by (`...`) and other other labels at the same time", at: fields.keyRange("group_by")) }
        return .allLabels
    }

    mutating func heartbeat(_ node: YAMLNode?) -> Heartbeat? {
        guard let node, let fields = YAMLFields(node, kind: "heartbeat", known: ["url", "interval"], &problems) else { return nil }
        guard let url = url(fields, "url", empty: "a heartbeat needs a url", isSecret: true) else { return nil }
        return Heartbeat(url: url, interval: fields.duration("interval", &problems))
    }
}
