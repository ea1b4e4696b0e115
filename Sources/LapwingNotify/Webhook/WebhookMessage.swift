public import LapwingSeries
import LapwingText

/// One message to a webhook: Alertmanager's payload, version 4.
///
/// Source: Alertmanager `notify/webhook/webhook.go`, `template/template.go`.
public struct WebhookMessage: Sendable, Hashable {
    public var receiver: String
    public var groupLabels: Labels
    public var reason: NotificationReason
    /// In Alertmanager's order; the firing and the resolved together.
    public var alerts: [NotifiedAlert]
    public var truncatedAlerts: Int
    public var externalURL: String

    /// Which group the message is about; the same for every message of a group.
    public var groupKey: String { "{}:\(groupLabels.alertmanagerText)" }

    /// `firing` while any alert of the message does.
    public var status: String { alerts.contains { $0.endsAt == nil } ? "firing" : "resolved" }

    public func json() -> [UInt8] {
        var json = JSONWriter(reservingCapacity: 512 + alerts.count * 512)
        json.object { json in
            json.member("receiver", Self.quotingPattern(receiver))
            json.member("status", status)
            json.key("alerts")
            json.array { json in for alert in alerts { alert.write(to: &json) } }
            json.member("notification_reason", reason.rawValue)
            json.key("groupLabels")
            json.labels(groupLabels)
            json.key("commonLabels")
            json.labels(commonLabels)
            json.key("commonAnnotations")
            json.labels(commonAnnotations)
            // Labels of routes, which there are none of here.
            json.key("routeLabels")
            json.labels([])
            json.member("externalURL", externalURL)
            json.member("version", "4")
            json.member("groupKey", groupKey)
            json.member("truncatedAlerts", truncatedAlerts)
        }
        return json.bytes
    }

    /// Go's `regexp.QuoteMeta`, which Alertmanager puts the receiver's name through.
    static func quotingPattern(_ text: String) -> String {
        text.reduce(into: "") { quoted, character in
            if #"\.+*?()|[]{}^$"#.contains(character) { quoted += #"\"# }
            quoted.append(character)
        }
    }

    /// The labels that every alert has with the same value.
    var commonLabels: [Label] { common { Array($0.labels) } }

    var commonAnnotations: [Label] { common(\.annotations) }

    private func common(_ pairs: (NotifiedAlert) -> [Label]) -> [Label] {
        guard let first = alerts.first else { return [] }
        var shared = pairs(first)
        for alert in alerts.dropFirst() where !shared.isEmpty {
            let others = Set(pairs(alert))
            shared.removeAll { !others.contains($0) }
        }
        return shared
    }
}

extension NotifiedAlert {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("status", endsAt == nil ? "firing" : "resolved")
            json.key("labels")
            json.labels(labels)
            json.key("annotations")
            json.labels(annotations)
            json.member("startsAt", TimeText.rfc3339(milliseconds: startsAt.milliseconds))
            // The zero time of Go says that the end is not known.
            json.member("endsAt", endsAt.map { TimeText.rfc3339(milliseconds: $0.milliseconds) } ?? "0001-01-01T00:00:00Z")
            json.member("generatorURL", generatorURL)
            json.member("fingerprint", String(fingerprint, radix: 16).zeroPadded(to: 16))
        }
    }
}

extension JSONWriter {
    /// Labels or annotations as an object.
    mutating func labels(_ labels: some Sequence<Label>) {
        object { json in for label in labels { json.member(label.name, label.value) } }
    }
}

extension Labels {
    /// `{a="b", c="d"}`, as Alertmanager writes a label set in a group's key.
    var alertmanagerText: String {
        "{" + map { "\($0.name)=\(GoQuote.quote($0.value))" }.joined(separator: ", ") + "}"
    }
}
