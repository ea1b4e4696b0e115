import Foundation
import LapwingHTTP
import LapwingPromQL
import LapwingSeries
import LapwingServer
import LapwingStorage

/// A range query of `rate(x[5m])` from request to last byte, over the loopback to curl; nothing where curl is not there.
enum ServedAnswerBenchmarks {
    private static let curl = "/usr/bin/curl"
    private static let steps = 1441
    private static let interval: Int64 = 15_000

    /// - Parameter series: 2,500 make the row of issue 3's table, 3.6 million points.
    static func rows(series: Int) -> [Row] {
        guard FileManager.default.isExecutableFile(atPath: curl), let store = filled(series: series) else { return [] }
        let engine = QueryEngine()
        guard let query = try? engine.prepare("rate(x_total[5m])") else { return [] }
        let start = Timestamp(milliseconds: interval * 20)
        let end = start + .milliseconds(interval * Int64(steps - 1))
        let handler: @Sendable (HTTPRequest) -> HTTPResponse = { _ in
            let result = try? engine.range(query, from: start, through: end, step: .seconds(15), over: store.snapshot())
            return QueryAnswer(value: result?.value ?? .matrix([]), time: end).response
        }
        let server = HTTPServer(configuration: HTTPServerConfiguration(), handler: handler)
        guard let address = try? server.start() else { return [] }
        defer { server.shutdown(grace: .seconds(1)) }
        var rows: [Row] = []
        for (name, options) in [("", []), (", gzip", ["-H", "Accept-Encoding: gzip"])] {
            let times = (0..<5).compactMap { _ in download("http://\(address)/", options) }.sorted { $0.seconds < $1.seconds }
            guard times.count == 5 else { return rows }
            rows.append(("answer to curl\(name), median", times[2].seconds * 1000, "ms"))
            rows.append(("answer to curl\(name), best", times[0].seconds * 1000, "ms"))
            rows.append(("answer to curl\(name)", times[2].bytes, "B"))
        }
        return rows
    }

    private static func download(_ url: String, _ options: [String]) -> (seconds: Double, bytes: Double)? {
        let process = Process()
        process.executableURL = URL(filePath: curl)
        process.arguments = ["-s", "-o", "/dev/null", "-w", "%{time_total} %{size_download}"] + options + [url]
        let output = Pipe()
        process.standardOutput = output
        guard (try? process.run()) != nil, let data = try? output.fileHandleForReading.readToEnd() else { return nil }
        process.waitUntilExit()
        let fields = String(decoding: data, as: UTF8.self).split(separator: " ").compactMap { Double($0) }
        return fields.count == 2 ? (fields[0], fields[1]) : nil
    }

    /// Counters that grow by a few each scrape, some milliseconds late each time.
    private static func filled(series: Int) -> Store? {
        let store = Store()
        let labels = (0..<series).map { Labels(metric: "x_total", ["instance": "host-\($0 / 50)", "path": "/p\($0 % 50)"]) }
        guard let references = try? store.references(for: labels) else { return nil }
        var totals = [Double](repeating: 0, count: series)
        for scrape in 0..<(steps + 20) {
            var batch = SampleBatch()
            for (index, reference) in references.enumerated() {
                totals[index] += Double((index * 31 + scrape * 7 + index * scrape) % 19)
                batch.append(reference, time: Int64(scrape) * interval + Int64(scrape * 5 % 7), value: totals[index])
            }
            guard (try? store.append(batch)) != nil else { return nil }
        }
        return store
    }
}
