import Foundation
import LapwingConfiguration
import LapwingHTTP
import LapwingNotify
import Testing

@testable import LapwingServer

// One client asked everybody, with 128 threads: targets that took connections and never answered marked every other down, and no message
// and no heartbeat left.
@Suite struct `Servers that never answer` {
    /// Gives each request back to nobody before its time.
    private struct Silence: HTTPClient {
        func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
            try? await Task.sleep(for: .seconds(3600))
            throw HTTPClientError(.cancelled, method: request.method, url: request.url)
        }
    }

    @Test func `hold up nobody who is asked for another purpose`() async throws {
        let (inbox, heart) = (try Inbox(), try Inbox())
        defer { inbox.stop(); heart.stop() }
        let file = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString).yml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("groups: [{name: g, interval: 100ms, rules: [{alert: Rings, expr: vector(1)}]}]".utf8).write(to: file)
        var configuration = SidecarConfiguration()
        configuration.port = 0
        configuration.rulePatterns = [file.path]
        configuration.scrapes = [try ScrapeArgument("http://localhost:1/metrics").configuration(interval: .seconds(1))]
        var receiver = WebhookReceiver(url: inbox.url)
        receiver.groupWait = .milliseconds(100)
        configuration.webhooks = [receiver]
        configuration.heartbeat = Heartbeat(url: heart.url)
        var clients = SidecarClients()
        (clients.scrapes, clients.discovery, clients.remoteWrite, clients.datasource) = (Silence(), Silence(), Silence(), Silence())
        let sidecar = try await Sidecar.start(configuration, log: LogWriter { _ in }, clients: clients)
        try await until("no message has come") { !inbox.messages.isEmpty }
        try await until("no heartbeat has come") { heart.count > 0 }
        await sidecar.stop()
    }

    @Test func `have threads of their own for each purpose`() throws {
        let clients = SidecarClients()
        let all = [
            clients.scrapes, clients.discovery, clients.notifications, clients.heartbeat, clients.datasource, clients.remoteWrite,
        ].compactMap { $0 as? SocketHTTPClient }
        #expect(Set(all.map { ObjectIdentifier($0) }).count == 6)
    }
}
