import Foundation
import LapwingHTTP
import LapwingPromQL
import LapwingRemote
import LapwingSeries
import LapwingText
import Synchronization
import Testing

@testable import LapwingServer

/// Rules asked of programs that other people wrote, what they record written back there, with an outage in between; what is found
/// there in the end is compared with what was recorded, sample by sample.
@Suite(.serialized, .timeLimit(.minutes(2))) struct `Servers that rules are asked of` {
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/prometheus"), "Debian's prometheus is not installed"))
    func `such as Prometheus get every sample of what was recorded`() async throws {
        try await run { folder, port, configuration in
            (
                "/usr/bin/prometheus",
                [
                    "--config.file=\(configuration)", "--web.listen-address=127.0.0.1:\(port)", "--storage.tsdb.path=\(folder)/data",
                    "--web.enable-remote-write-receiver", "--enable-feature=native-histograms",
                ]
            )
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/victoria-metrics"), "victoria-metrics is not installed"))
    func `such as VictoriaMetrics get every sample of what was recorded`() async throws {
        try await run { folder, port, configuration in
            (
                "/usr/bin/victoria-metrics",
                [
                    "-promscrape.config=\(configuration)", "-httpListenAddr=127.0.0.1:\(port)", "-storageDataPath=\(folder)/data",
                    "-search.latencyOffset=0s", "-search.disableCache",
                ]
            )
        }
    }

    private static let rules = """
        groups:
          - name: g
            interval: 500ms
            rules:
              - {record: "job:m:sum", expr: "sum by (job) (m)"}
              - {record: "job:m:other", expr: "count(m)"}
              - {alert: Fires, expr: "sum(m) > 0", for: 1s, annotations: {asked: '{{ with query "sum(m)" }}{{ . | first | value }}{{ end }}'}}
              - {alert: Waits, expr: "sum(m) > 0", for: 1h}
        """

    /// The way to the other server's remote-write endpoint, which may be shut.
    private final class Gate: Sendable {
        private let url: String
        private let client = SocketHTTPClient()
        private let state = Mutex((isShut: false, refusals: 0, answers: Set<Int>()))

        init(url: String) { self.url = url }

        func shut(_ isShut: Bool) { state.withLock { $0.isShut = isShut } }
        var refusals: Int { state.withLock { $0.refusals } }
        var answers: Set<Int> { state.withLock { $0.answers } }

        func respond(to request: HTTPRequest) -> HTTPResponse {
            let isShut = state.withLock { state in
                if state.isShut { state.refusals += 1 }
                return state.isShut
            }
            if isShut { return HTTPResponse(status: .serviceUnavailable) }
            var onward = HTTPClientRequest(method: .post, url: url, body: request.body)
            for name in ["Content-Type", "Content-Encoding", "X-Prometheus-Remote-Write-Version"] { onward.headers[name] = request.headers[name] }
            let answer = BlockingResult<HTTPClientResponse?>()
            Task { [client, onward] in answer.set(try? await client.send(onward)) }
            let status = answer.wait()?.status ?? .badGateway
            state.withLock { _ = $0.answers.insert(status.code) }
            return HTTPResponse(status: status)
        }
    }

    private func freePort() throws -> Int {
        let server = HTTPServer(configuration: HTTPServerConfiguration()) { _ in .text("") }
        defer { server.shutdown(grace: .zero) }
        return try server.start().port
    }

    private func run(
        _ program: (_ folder: String, _ port: Int, _ configuration: String) -> (path: String, arguments: [String])
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let page = HTTPServer(configuration: HTTPServerConfiguration()) { _ in .text("m{x=\"a\"} 1.5\nm{x=\"b\"} 2\n") }
        let target = try page.start()
        defer { page.shutdown(grace: .zero) }
        let scrape = folder.appending(path: "scrape.yml")
        try Data("scrape_configs: [{job_name: j, scrape_interval: 500ms, scrape_timeout: 500ms, static_configs: [{targets: [\"\(target)\"]}]}]\n".utf8)
            .write(to: scrape)
        let rules = folder.appending(path: "rules.yml")
        try Data(Self.rules.utf8).write(to: rules)

        let port = try freePort()
        let (path, arguments) = program(folder.path, port, scrape.path)
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        let server = RemoteAPI(DatasourceSettings(url: "http://127.0.0.1:\(port)"), .init(client: SocketHTTPClient()))
        try await until("the target is scraped") { await values("count(m)", server) == [2] }

        let gate = Gate(url: "http://127.0.0.1:\(port)/api/v1/write")
        let door = HTTPServer(configuration: HTTPServerConfiguration()) { gate.respond(to: $0) }
        var receiver = RemoteWriteSettings(url: "http://\(try door.start())/api/v1/write")
        defer { door.shutdown(grace: .zero) }
        (receiver.sendsRulesOnly, receiver.queue.batchSendDeadline, receiver.queue.maxSamplesPerSend) = (true, .milliseconds(300), 10)
        receiver.queue.maxBackoff = .milliseconds(500)
        var configuration = SidecarConfiguration()
        configuration.port = 0
        configuration.rulePatterns = [rules.path]
        configuration.externalLabels = Labels(metric: "", ["evaluator": "lapwing"])
        configuration.datasource = DatasourceSettings(url: "http://127.0.0.1:\(port)")
        configuration.remoteWrites = [receiver]
        let first = try await Sidecar.start(configuration, log: LogWriter { _ in })
        try await until("the alert fires there") { await values("count(ALERTS{alertstate=\"firing\",evaluator=\"lapwing\"})", server) == [1] }
        gate.shut(true)
        try await until("requests are refused") { gate.refusals >= 10 }
        gate.shut(false)
        let own = RemoteAPI(DatasourceSettings(url: "http://\(first.address)"), .init(client: SocketHTTPClient()))
        let activeSince = await values("ALERTS_FOR_STATE{alertname=\"Waits\"}", own)
        try await compare(own, server)
        #expect(await annotation(of: "Fires", first) == "3.5")
        await first.stop()

        // The next one keeps nothing of its own, and knows from there what was going on.
        let second = try await Sidecar.start(configuration, log: LogWriter { _ in })
        let other = RemoteAPI(DatasourceSettings(url: "http://\(second.address)"), .init(client: SocketHTTPClient()))
        try await until("alerts are there") { await values("count(ALERTS)", other) == [2] }
        let since = await values("ALERTS_FOR_STATE{alertname=\"Waits\"}", other)
        #expect((activeSince.first ?? 0)...(activeSince.first ?? 0) + 3 ~= since.first ?? 0, "active since \(activeSince), then \(since)")
        #expect(await values("count(ALERTS{alertname=\"Fires\",alertstate=\"pending\"})", other) == [])
        await second.stop()
        #expect(gate.answers.isSubset(of: [200, 204]), "\(gate.answers)")
    }

    /// Waits until what one has recorded is found at the other, and compares it.
    private func compare(_ own: RemoteAPI, _ server: RemoteAPI) async throws {
        let selector = #"{__name__=~"job:m:.*|ALERTS|ALERTS_FOR_STATE"}"#
        let recorded = try await samples(selector, own)
        #expect(recorded.count == 7)
        try await until("everything is there") {
            guard let found = try? await samples(selector, server) else { return false }
            return recorded.allSatisfy { labels, points in found[labels].map { points.isSubset(of: $0) } ?? false }
        }
        let found = try await samples(selector, server)
        let (later, written) = (try await samples(selector, own), found)
        for (labels, points) in written { #expect(points.isSubset(of: later[labels] ?? []), "more came of \(labels) than was recorded") }
        #expect(recorded.values.reduce(0) { $0 + $1.count } > 30)
    }

    private struct Point: Hashable {
        var time: Int64
        var bits: UInt64
    }

    /// Raw samples by labels, without the label that is added on the way.
    private func samples(_ selector: String, _ api: RemoteAPI) async throws -> [Labels: Set<Point>] {
        let reply = try await api.ask(.instant("\(selector)[5m]", at: .now + .seconds(1)))
        guard case .matrix(let matrix) = try reply.value() else { return [:] }
        var samples: [Labels: Set<Point>] = [:]
        for series in matrix {
            var labels = Labels.Builder(series.labels)
            labels.remove("evaluator")
            // VictoriaMetrics shows the marks at which series end.
            let points = zip(series.times, series.values).filter { !$0.1.isNaN }
            samples[labels.labels] = Set(points.map { Point(time: $0, bits: $1.bitPattern) })
        }
        return samples
    }

    private func values(_ query: String, _ api: RemoteAPI) async -> [Double] {
        guard let value = try? await api.ask(.instant(query, at: .now)).value(), case .vector(let samples) = value else { return [] }
        return samples.map(\.value)
    }

    private func annotation(of name: String, _ sidecar: Sidecar) async -> String? {
        let response = try? await SocketHTTPClient().send(HTTPClientRequest(url: "http://\(sidecar.address)/api/v1/alerts"))
        let object = try? JSONSerialization.jsonObject(with: Data(response?.body ?? [])) as? [String: Any]
        let alerts = (object?["data"] as? [String: Any])?["alerts"] as? [[String: Any]] ?? []
        let alert = alerts.first { ($0["labels"] as? [String: String])?["alertname"] == name }
        return (alert?["annotations"] as? [String: String])?["asked"]
    }
}
