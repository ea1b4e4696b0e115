import Foundation
import LapwingAlerting
import LapwingHTTP
import LapwingNotify
import LapwingSeries
import Testing

@testable import LapwingServer

/// Answers every request in the same way.
private struct ConstantClient: HTTPClient {
    let status: HTTPStatus

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse { HTTPClientResponse(status: status) }
}

@Suite struct `The history of alerts` {
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    private func notifier(answering status: HTTPStatus) async throws -> Notifier {
        var configuration = Notifier.Configuration()
        configuration.alertmanagers = [AlertmanagerReceiver(url: "http://user:secret@am:9093/prefix/")]
        var surroundings = Notifier.Surroundings(client: ConstantClient(status: status))
        surroundings.now = { Timestamp(milliseconds: 50_000) }
        let notifier = Notifier(configuration, surroundings)
        notifier.begin()
        for (name, time) in [("A", Int64(10)), ("B", 20), ("A", 30)] {
            let labels = Labels(metric: "", ["alertname": name, "site": "north"])
            var alert = Alert(labels: labels, annotations: [Label(name: "summary", value: "s")], value: 2.5, activeAt: at(time))
            alert.state = .firing
            let change = AlertHistory.Change(AlertTransition(.firing, alert, at: at(time)), group: "g", file: "r.yml")
            let told = NotifiedAlert.alerts([alert], expression: "x", externalLabels: .empty, externalURL: "")
            notifier.receive(time == 30 ? told : [], [change], at: at(time))
        }
        for _ in 0..<500 where notifier.history.count < 4 { try await Task.sleep(for: .milliseconds(10)) }
        await notifier.stop(grace: .zero)
        return notifier
    }

    private func answer(_ notifier: Notifier, _ query: String) throws -> [String: Any] {
        let request = try #require(HTTPRequest(.get, "/api/v1/alert_history?\(query)"))
        let response = try HistoryEndpoint(notifier: notifier).history(request, now: at(100))
        guard case .bytes(let bytes) = response.body else { throw APIError(.internalError, "streamed") }
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(answer["status"] as? String == "success")
        return answer
    }

    private func entries(_ notifier: Notifier, _ query: String) throws -> [[String: Any]] {
        try #require((try answer(notifier, query)["data"] as? [String: Any])?["entries"] as? [[String: Any]])
    }

    @Test func `has transitions and messages with their values, the newest first`() async throws {
        let all = try entries(try await notifier(answering: .badRequest), "")
        #expect(all.map { $0["type"] as? String } == ["notification", "transition", "transition", "transition"])
        let sending = try #require(all.first)
        #expect(sending["result"] as? String == "refused" && sending["error"] as? String == "status 400" && sending["attempts"] as? Int == 1)
        #expect(sending["url"] as? String == "http://am:9093/prefix/" && sending["time"] as? String == "1970-01-01T00:00:50Z")
        let alert = try #require((sending["alerts"] as? [[String: Any]])?.first)
        #expect(alert["value"] as? String == "2.5e+00" && alert["status"] as? String == "firing")
        let change = all[1]
        #expect(change["change"] as? String == "firing" && change["value"] as? String == "2.5e+00" && change["group"] as? String == "g")
        #expect(change["labels"] as? [String: String] == ["alertname": "A", "site": "north"] && change["file"] as? String == "r.yml")
        #expect(change["annotations"] as? [String: String] == ["summary": "s"] && change["activeAt"] as? String == "1970-01-01T00:00:30Z")
    }

    @Test func `is asked by name, selector, time, type and number`() async throws {
        let notifier = try await notifier(answering: .ok)
        #expect(try entries(notifier, "alertname=A").count == 3)
        #expect(try entries(notifier, "match[]=%7Balertname%3D%22B%22%2Csite%3D~%22n.*%22%7D").count == 1)
        #expect(try entries(notifier, "match[]=%7Bsite%3D%22south%22%7D").isEmpty)
        #expect(try entries(notifier, "start=20&end=30").count == 2)
        #expect(try entries(notifier, "type=notification").map { $0["result"] as? String } == ["delivered"])
        #expect(try entries(notifier, "type=transition&limit=2").map { $0["time"] as? String } == ["1970-01-01T00:00:30Z", "1970-01-01T00:00:20Z"])
        #expect(try answer(notifier, "type=transition&limit=2")["warnings"] as? [String] == ["results truncated due to limit"])
        #expect(try answer(notifier, "type=transition&limit=3")["warnings"] == nil)
        for fault in ["type=x", "limit=-1", "start=y", "start=2&end=1", "match[]=("] {
            #expect(throws: APIError.self, "\(fault)") { try entries(notifier, fault) }
        }
    }
}

@Suite struct `A heartbeat` {
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    @Test func `follows evaluations, never two at once, and no more often than its interval`() {
        /// Whether a heartbeat follows each evaluation; it is answered where `isAnswered` says so.
        func beats(every interval: Duration?, at seconds: [Int64], isAnswered: Bool) -> [Bool] {
            var pace = HeartbeatPace(interval: interval)
            return seconds.map { second in
                let isDue = pace.evaluated(at: at(second))
                if isAnswered { pace.finished() }
                return isDue
            }
        }
        #expect(beats(every: nil, at: [0, 1, 2], isAnswered: true) == [true, true, true])
        #expect(beats(every: nil, at: [0, 1, 2], isAnswered: false) == [true, false, false])
        #expect(beats(every: .seconds(60), at: [0, 59, 60, 61], isAnswered: true) == [true, false, true, false])
        // The clock is set back: a watchman who hears nothing for so long would ring.
        #expect(beats(every: .seconds(60), at: [700, 100, 159, 160], isAnswered: true) == [true, true, false, true])
    }
}
