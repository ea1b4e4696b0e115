import Foundation
import LapwingHTTP
import LapwingSeries
import LapwingStorage
import Testing

@testable import LapwingServer

/// Programs that other people wrote scrape a page of ours and send what they read, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct `Programs that write remotely` {
    private static let page = "# TYPE m gauge\nm{x=\"ü\"} 42.125\nm{x=\"\\\"\"} -Inf\n# TYPE c_total counter\nc_total 1e300\n"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/prometheus"), "Debian's prometheus is not installed"))
    func `such as Prometheus arrive`() async throws {
        try await values { folder, scraped, written in
            let configuration = folder.appending(path: "prometheus.yml")
            try Data("""
                global: {scrape_interval: 1s}
                scrape_configs: [{job_name: j, static_configs: [{targets: ["\(scraped)"]}]}]
                remote_write: [{url: "http://\(written)/api/v1/write", queue_config: {batch_send_deadline: 100ms}}]
                """.utf8).write(to: configuration)
            return (
                "/usr/bin/prometheus",
                ["--config.file=\(configuration.path)", "--web.listen-address=127.0.0.1:0", "--storage.tsdb.path=\(folder.path)/data"]
            )
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/vmagent"), "vmagent is not installed"))
    func `such as vmagent arrive`() async throws {
        try await values { folder, scraped, written in
            let configuration = folder.appending(path: "scrape.yml")
            try Data("""
                scrape_configs: [{job_name: j, scrape_interval: 1s, static_configs: [{targets: ["\(scraped)"]}]}]
                """.utf8).write(to: configuration)
            return (
                "/usr/bin/vmagent",
                [
                    "-promscrape.config=\(configuration.path)", "-httpListenAddr=127.0.0.1:0", "-remoteWrite.flushInterval=100ms",
                    "-remoteWrite.url=http://\(written)/api/v1/write", "-remoteWrite.tmpDataPath=\(folder.path)/queue",
                ]
            )
        }
    }

    /// Runs a program until the page's values have come, and checks them.
    private func values(
        _ program: (_ folder: URL, _ scraped: SocketAddress, _ written: SocketAddress) throws -> (path: String, arguments: [String])
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = Store()
        let endpoint = WriteEndpoint(sink: store)
        let source = HTTPServer(configuration: HTTPServerConfiguration()) { _ in
            HTTPResponse(contentType: "text/plain; version=0.0.4", body: .bytes(Array(Self.page.utf8)))
        }
        let receiver = HTTPServer(configuration: HTTPServerConfiguration()) { endpoint.write($0) }
        let (path, arguments) = try program(folder, try source.start(), try receiver.start())
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        var found: [String: Double] = [:]
        for _ in 0..<400 where found.count < 3 {
            try await Task.sleep(for: .milliseconds(50))
            found = try newest(store)
        }
        process.terminate()
        process.waitUntilExit()
        await source.shutdown(grace: .zero)
        await receiver.shutdown(grace: .zero)
        #expect(found == ["m ü": 42.125, "m \"": -.infinity, "c_total ": 1e300])
    }

    /// The newest value of each series of the job but those about the scrape, by its name and label.
    private func newest(_ store: Store) throws -> [String: Double] {
        let set = try store.snapshot().select([.equal("job", "j")], over: .all)
        var found: [String: Double] = [:]
        var columns = SampleColumns()
        for series in 0..<set.count where ["m", "c_total"].contains(set.labels[series].metricName) {
            try set.read(series, over: .all, into: &columns)
            if let value = columns.values.first { found["\(set.labels[series].metricName) \(set.labels[series]["x"] ?? "")"] = value }
        }
        return found
    }
}
