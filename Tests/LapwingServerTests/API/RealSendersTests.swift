import Foundation
import LapwingHTTP
import LapwingSeries
import LapwingStorage
import Synchronization
import Testing

@testable import LapwingServer

/// Programs that other people wrote scrape a page of ours and send what they read, over real sockets; what arrives is compared
/// with what was served, sample by sample.
@Suite(.timeLimit(.minutes(1))) struct `Programs that write remotely` {
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/prometheus"), "Debian's prometheus is not installed"))
    func `such as Prometheus lose nothing, exemplars and metadata neither`() async throws {
        let outcome = try await run { folder, scraped, written in
            let configuration = folder.appending(path: "prometheus.yml")
            try Data("""
                global: {scrape_interval: 500ms, scrape_timeout: 500ms}
                scrape_configs: [{job_name: j, static_configs: [{targets: ["\(scraped)"]}]}]
                remote_write:
                  - url: "http://\(written)/api/v1/write"
                    send_exemplars: true
                    queue_config: {batch_send_deadline: 100ms}
                    metadata_config: {send_interval: 500ms}
                """.utf8).write(to: configuration)
            return (
                "/usr/bin/prometheus",
                [
                    "--config.file=\(configuration.path)", "--web.listen-address=127.0.0.1:0", "--storage.tsdb.path=\(folder.path)/data",
                    "--enable-feature=exemplar-storage",
                ]
            )
        }
        let exemplars = outcome.exemplars.select([[.equal(LabelName.metric, "c_total")]], over: .all).flatMap(\.exemplars)
        let expected = (1...max(3, exemplars.count)).map { Double($0) / 2 }
        #expect(exemplars.map(\.value) == expected && exemplars.allSatisfy { $0.labels["trace_id"] == "t\(Int($0.value * 2))" })
        // OpenMetrics names a counter without its suffix.
        #expect(outcome.metadata.all.contains(MetricMetadata(name: "c", kind: .counter, help: "Things that were counted.")))
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/vmagent"), "vmagent is not installed"))
    func `such as vmagent lose nothing within the out-of-order window`() async throws {
        // It sends over several connections at once, so that a newer sample may overtake an older one.
        let store = Store(options: StoreOptions(outOfOrderWindow: .seconds(60)))
        _ = try await run(into: store) { folder, scraped, written in
            let configuration = folder.appending(path: "scrape.yml")
            try Data("""
                scrape_configs: [{job_name: j, scrape_interval: 500ms, static_configs: [{targets: ["\(scraped)"]}]}]
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

    /// What the page says when it is asked for the `number`th time, from 1, by name and label.
    private static func values(_ number: Int) -> [(series: String, value: Double)] {
        [("m ü", 42.125 * Double(number)), ("m \"", number % 2 == 0 ? -.infinity : 1e-300), ("c_total ", Double(number) * 1e15)]
            + (0..<200).map { ("many \($0)", Double($0 * number)) }
    }

    private static func page(_ number: Int, exemplars: Bool) -> [UInt8] {
        let values = values(number)
        var page = "# TYPE m gauge\nm{x=\"ü\"} \(values[0].value)\nm{x=\"\\\"\"} \(number % 2 == 0 ? "-Inf" : "1e-300")\n"
        page += exemplars ? "# HELP c Things that were counted.\n# TYPE c counter\n" : "# TYPE c_total counter\n"
        page += "c_total \(values[2].value)" + (exemplars ? " # {trace_id=\"t\(number)\"} \(Double(number) / 2)\n" : "\n")
        page += "# TYPE many gauge\n"
        for (series, value) in values.dropFirst(3) { page += "many{x=\"\(series.dropFirst(5))\"} \(value)\n" }
        return Array((exemplars ? page + "# EOF\n" : page).utf8)
    }

    private struct Outcome {
        var store: Store
        var exemplars = ExemplarStore()
        var metadata = WrittenMetadata()
    }

    /// Runs a program until three samples of each series have come, and compares them with what was served.
    private func run(
        into store: Store = Store(),
        _ program: (_ folder: URL, _ scraped: SocketAddress, _ written: SocketAddress) throws -> (path: String, arguments: [String])
    ) async throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let outcome = Outcome(store: store)
        let endpoint = WriteEndpoint(sink: outcome.store, exemplars: outcome.exemplars, metadata: outcome.metadata)
        let served = Served()
        let source = HTTPServer(configuration: HTTPServerConfiguration()) { request in
            let exemplars = (request.headers["Accept"] ?? "").contains("openmetrics")
            let type = exemplars ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4"
            return HTTPResponse(contentType: type, body: .bytes(Self.page(served.next(), exemplars: exemplars)))
        }
        let receiver = HTTPServer(configuration: HTTPServerConfiguration()) { endpoint.write($0) }
        let (path, arguments) = try program(folder, try source.start(), try receiver.start())
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        var found: [String: SampleColumns] = [:]
        for _ in 0..<400 where !Self.firstValues.allSatisfy({ found[$0]?.values.starts(with: $1) ?? false }) {
            try await Task.sleep(for: .milliseconds(50))
            found = try samples(outcome.store)
        }
        process.terminate()
        process.waitUntilExit()
        await source.shutdown(grace: .zero)
        await receiver.shutdown(grace: .zero)
        compare(found)
        return outcome
    }

    /// How often the page was asked for.
    private final class Served: Sendable {
        private let count = Mutex(0)

        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    /// What each series has of the first three pages.
    private static let firstValues: [(series: String, values: [Double])] = values(1).enumerated().map { place, one in
        (one.series, (1...3).map { values($0)[place].value })
    }

    /// Each series has every value of the first pages, once, at times that rise. Of later ones some may still be on their way, since a
    /// sender with several connections overtakes itself.
    private func compare(_ found: [String: SampleColumns]) {
        #expect(found.count == 203)
        for (series, values) in Self.firstValues {
            let columns = found[series] ?? SampleColumns()
            #expect(columns.values.starts(with: values), "\(series) \(columns.values)")
            #expect(zip(columns.times, columns.times.dropFirst()).allSatisfy { $0 < $1 }, "\(series)")
        }
    }

    /// The samples of each series of the job but those about the scrape, by its name and label.
    private func samples(_ store: Store) throws -> [String: SampleColumns] {
        let set = try store.snapshot().select([.equal("job", "j")], over: .all)
        var found: [String: SampleColumns] = [:]
        for series in 0..<set.count where ["m", "c_total", "many"].contains(set.labels[series].metricName) {
            var columns = SampleColumns()
            try set.read(series, over: .all, into: &columns)
            found["\(set.labels[series].metricName) \(set.labels[series]["x"] ?? "")"] = columns
        }
        return found
    }
}
