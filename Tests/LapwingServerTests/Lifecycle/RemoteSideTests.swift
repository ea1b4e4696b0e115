import Foundation
import LapwingExposition
import LapwingHTTP
import LapwingPromQL
import LapwingRemote
import LapwingRules
import LapwingSeries
import Testing

@testable import LapwingServer

/// One lapwing in front of another.
@Suite(.serialized, .timeLimit(.minutes(1))) struct `A sidecar in front of another` {
    private func configuration(_ change: (inout SidecarConfiguration) -> Void) -> SidecarConfiguration {
        var configuration = SidecarConfiguration()
        configuration.port = 0
        change(&configuration)
        return configuration
    }

    private func value(_ query: String, _ sidecar: Sidecar) async -> Double? {
        let api = RemoteAPI(DatasourceSettings(url: "http://\(sidecar.address)"), .init(client: SocketHTTPClient()))
        guard let value = try? await api.ask(.instant(query, at: .now)).value(), case .vector(let samples) = value else { return nil }
        return samples.first?.value
    }

    @Test func `asks it, sends it what comes of it, and two of them split the groups`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString).yml")
        defer { try? FileManager.default.removeItem(at: file) }
        let groups = (0..<8).map { "{name: g\($0), interval: 100ms, rules: [{record: 'r\($0)', expr: 'm * 2'}, {alert: A\($0), expr: 'm > 0'}]}" }
        try Data("groups: [\(groups.joined(separator: ", "))]".utf8).write(to: file)
        let page = HTTPServer(configuration: HTTPServerConfiguration()) { _ in .text("m 21\n") }
        let target = try page.start()
        defer { page.shutdown(grace: .zero) }
        let scrape = try ScrapeArgument("http://\(target)/metrics").configuration(interval: .milliseconds(100))
        let behind = try await Sidecar.start(configuration { $0.scrapes = [scrape] }, log: LogWriter { _ in })
        var receiver = RemoteWriteSettings(url: "http://\(behind.address)/api/v1/write")
        (receiver.version, receiver.sendsRulesOnly, receiver.queue.batchSendDeadline) = (.second, true, .milliseconds(50))
        var before: [Sidecar] = []
        for shard in ["1/2", "2/2"] {
            before.append(
                try await Sidecar.start(
                    configuration { configuration in
                        configuration.rulePatterns = [file.path]
                        configuration.datasource = DatasourceSettings(url: "http://\(behind.address)")
                        configuration.remoteWrites = [receiver]
                        configuration.shard = RuleShard(shard)
                        configuration.externalLabels = Labels(metric: "", ["shard": String(shard.prefix(1))])
                    }, log: LogWriter { _ in }))
        }
        // Each recorded series comes from exactly one of them.
        try await until { await value(#"count({__name__=~"r."})"#, behind) == 8 }
        try await until { await value(#"count(ALERTS{alertstate="firing"})"#, behind) == 8 }
        #expect(await value(#"sum({__name__=~"r.",shard=~"1|2"})"#, behind) == 8 * 42)
        let metrics = try await SocketHTTPClient().send(HTTPClientRequest(url: "http://\(before[0].address)/metrics"))
        let lines = String(decoding: metrics.body, as: UTF8.self).split(separator: "\n")
        let sent = lines.first { $0.hasPrefix("lapwing_remote_storage_samples_total{") }
        #expect(sent?.contains("url=\"\(receiver.url)\"") == true && sent?.hasSuffix(" 0") == false, "\(sent ?? "no figure")")
        #expect(lines.contains { $0.hasPrefix("lapwing_datasource_queries_total ") })
        for sidecar in before { await sidecar.stop() }
        await behind.stop()
    }
}
