import Foundation
import LapwingSeries
import Testing

@testable import LapwingNotify

@Suite struct `The payload of a webhook` {
    private func message(_ alerts: [NotifiedAlert]) -> WebhookMessage {
        WebhookMessage(
            receiver: "webhook", groupLabels: Labels(metric: "", ["alertname": "Down"]), reason: .firstNotification, alerts: alerts,
            truncatedAlerts: 0, externalURL: "http://lapwing:9090")
    }

    @Test func `a message has every field of version 4`() {
        let firing = NotifiedAlert(
            labels: Labels(metric: "", ["alertname": "Down", "instance": "a", "job": "node"]),
            annotations: [Label(name: "summary", value: "a < b")], startsAt: Timestamp(milliseconds: 1_700_000_000_500),
            generatorURL: "http://lapwing:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1")
        var resolved = firing
        resolved.labels = firing.labels.setting("instance", "b")
        resolved.endsAt = Timestamp(milliseconds: 1_700_000_060_000)
        let text = String(decoding: message([firing, resolved]).json(), as: UTF8.self)
        let alert = #""annotations":{"summary":"a \u003c b"},"startsAt":"2023-11-14T22:13:20.5Z""#
        let link = #""generatorURL":"http://lapwing:9090/graph?g0.expr=up+%3D%3D+0\u0026g0.tab=1""#
        #expect(
            text == #"{"receiver":"webhook","status":"firing","alerts":[{"status":"firing","#
                + #""labels":{"alertname":"Down","instance":"a","job":"node"},"# + alert
                + #","endsAt":"0001-01-01T00:00:00Z","# + link + #","fingerprint":"\#(hex(firing))"},"#
                + #"{"status":"resolved","labels":{"alertname":"Down","instance":"b","job":"node"},"# + alert
                + #","endsAt":"2023-11-14T22:14:20Z","# + link + #","fingerprint":"\#(hex(resolved))"}],"#
                + #""notification_reason":"first notification","groupLabels":{"alertname":"Down"},"commonLabels":{"alertname":"Down","job":"node"},"#
                + #""commonAnnotations":{"summary":"a \u003c b"},"routeLabels":{},"externalURL":"http://lapwing:9090","#
                + #""version":"4","groupKey":"{}:{alertname=\"Down\"}","truncatedAlerts":0}"#)
    }

    @Test func `the receiver's name is written as a pattern that matches it, as Alertmanager has it`() {
        #expect(WebhookMessage.quotingPattern("web.hook (a|b)") == #"web\.hook \(a\|b\)"#)
    }

    @Test func `alerts are listed by job, instance, number of labels and labels`() {
        func alert(_ labels: KeyValuePairs<String, String>) -> NotifiedAlert {
            NotifiedAlert(labels: Labels(metric: "", labels), startsAt: Timestamp(milliseconds: 0))
        }
        let ordered = [
            alert(["job": "a", "instance": "2", "z": "1"]), alert(["job": "b", "instance": "1"]), alert(["job": "b"]),
            alert(["instance": "1", "x": "1"]), alert(["alertname": "A"]), alert(["alertname": "B"]), alert(["x": "1", "z": "1"]),
            alert(["x": "1", "y": "1"]),
        ]
        for (index, one) in ordered.enumerated() {
            for (other, two) in ordered.enumerated() where index != other { #expect(one.isListed(before: two) == (index < other), "\(index) \(other)") }
            #expect(!one.isListed(before: one))
        }
    }

    @Test func `a message is resolved when all its alerts are`() {
        let alert = NotifiedAlert(
            labels: Labels(metric: "", ["alertname": "A"]), startsAt: Timestamp(milliseconds: 0),
            endsAt: Timestamp(milliseconds: 1))
        #expect(message([alert]).status == "resolved")
    }

    @Test func `a fingerprint is the FNV-1a hash that Alertmanager computes`() {
        // From prometheus/common's tests: the empty set, and its documented starting value.
        let empty = NotifiedAlert(labels: .empty, startsAt: Timestamp(milliseconds: 0))
        #expect(empty.fingerprint == 14_695_981_039_346_656_037)
        // As Debian's prometheus-alertmanager answered it for these labels.
        let labels = Labels(metric: "", ["alertname": "Rings", "region": "x", "severity": "page"])
        #expect(NotifiedAlert(labels: labels, startsAt: Timestamp(milliseconds: 0)).fingerprint == 0xEEE1_D577_6579_7D4D)
    }

    @Test func `a link escapes the expression as Go does`() {
        #expect(
            NotifiedAlert.graphPath(of: #"rate(x{a=~"5.."}[5m]) > 0.1"#)
                == "/graph?g0.expr=rate%28x%7Ba%3D~%225..%22%7D%5B5m%5D%29+%3E+0.1&g0.tab=1")
    }

    private func hex(_ alert: NotifiedAlert) -> String { String(format: "%016lx", alert.fingerprint) }
}

@Suite struct `What an Alertmanager is sent` {
    private func alert(_ name: String, until end: Int64? = nil) -> NotifiedAlert {
        NotifiedAlert(
            labels: Labels(metric: "", ["alertname": name]), startsAt: Timestamp(milliseconds: 0),
            endsAt: end.map { Timestamp(milliseconds: $0) }, validUntil: Timestamp(milliseconds: 240_000))
    }

    @Test func `a newer telling takes the place of the one that waits and an end follows its beginning`() {
        var queue = AlertmanagerQueue(jitterSeed: 1)
        queue.receive([alert("a"), alert("a"), alert("b")])
        queue.receive([alert("a", until: 5)])
        #expect(queue.takeBatch(at: Timestamp(milliseconds: 0)).map { $0.endsAt?.milliseconds } == [nil, nil, 5])
    }

    @Test func `a failed batch waits, is tried again, and nothing is lost`() {
        var queue = AlertmanagerQueue(jitterSeed: 1)
        queue.receive((0..<300).map { alert("a\($0)") })
        #expect(queue.takeBatch(at: Timestamp(milliseconds: 0)).count == 256)
        queue.completed(.failed(retryAfter: nil, "refused"), at: Timestamp(milliseconds: 0))
        #expect(queue.takeBatch(at: Timestamp(milliseconds: 1)).isEmpty)
        #expect(queue.takeBatch(at: Timestamp(milliseconds: 1000)).count == 256)
        queue.completed(.accepted, at: Timestamp(milliseconds: 1000))
        #expect(queue.takeBatch(at: Timestamp(milliseconds: 1000)).count == 44)
    }

    @Test func `a newer telling takes the place of one that failed, and of none that is on its way`() {
        var queue = AlertmanagerQueue(jitterSeed: 1)
        queue.receive([alert("a")])
        #expect(queue.takeBatch(at: Timestamp(milliseconds: 0)).count == 1)
        queue.receive([alert("a")])
        #expect(queue.count == 2)
        queue.completed(.accepted, at: Timestamp(milliseconds: 0))
        #expect(queue.takeBatch(at: Timestamp(milliseconds: 0)).count == 1)
        queue.completed(.failed(retryAfter: nil, "refused"), at: Timestamp(milliseconds: 0))
        queue.receive([alert("a")])
        #expect(queue.count == 1)
    }

    @Test func `a firing alert ends when its telling runs out`() {
        #expect(
            String(decoding: AlertmanagerQueue.json(of: [alert("a")]), as: UTF8.self)
                == #"[{"annotations":{},"endsAt":"1970-01-01T00:04:00Z","startsAt":"1970-01-01T00:00:00Z","#
                + #""generatorURL":"","labels":{"alertname":"a"}}]"#)
    }
}
