import Foundation
import Synchronization
import Testing

@testable import Lapwing

/// What `import Lapwing` is said to give was in other modules, of which some could not be had, and nothing put it together.
@Suite struct `Alerting inside a program` {
    private final class Receiver: HTTPClient {
        let bodies = Mutex<[String]>([])

        func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
            bodies.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
            return HTTPClientResponse(status: .ok)
        }
    }

    @Test func `evaluates rules over what instruments count, and tells a webhook`() async throws {
        let (store, instruments, receiver) = (Store(), Instruments(), Receiver())
        let events = Mutex<[String]>([])
        let gauge = instruments.gauge("depth", ["queue": "a"])
        gauge.set(7)
        try instruments.record(into: store, at: .now)
        var webhook = WebhookReceiver(url: "http://localhost/")
        webhook.groupWait = .zero
        let alerting = Alerting(
            over: store, telling: [webhook], every: .milliseconds(20), externalLabels: ["site": "x"], client: receiver
        ) { event in events.withLock { $0.append("\(event)") } }
        let rules = "- {alert: Deep, expr: depth > 5}\n"
        let file = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString).yml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(rules.utf8).write(to: file)
        try await alerting.load(paths: [file.path])
        try await until { receiver.bodies.withLock { $0.contains { $0.contains("Deep") } } }
        #expect(receiver.bodies.withLock { $0[0] }.contains(#""site":"x""#))
        #expect(events.withLock { $0.contains { $0.hasPrefix("alert firing: ") && $0.contains("Deep") } })
        #expect(alerting.scheduler.statuses.flatMap(\.group.rules).map(\.name) == ["Deep"])
        await alerting.load([])
        #expect(alerting.scheduler.statuses.isEmpty)
        await alerting.stop()
    }

    @Test func `says what is wrong with a rule file, and goes on with the rules before`() async throws {
        let alerting = Alerting(over: Store())
        let good = try RuleFile.read(SourceText(name: "good.yml", "- {record: a, expr: vector(1)}"))
        await alerting.load([good])
        let file = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString).yml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("- {record: a, expr: 'vector('}".utf8).write(to: file)
        do {
            try await alerting.load(paths: [file.path])
            Issue.record("it was taken")
        } catch {
            #expect("\(error)".contains("could not parse expression"))
        }
        #expect(alerting.scheduler.statuses.count == 1)
        await alerting.stop()
    }
}
