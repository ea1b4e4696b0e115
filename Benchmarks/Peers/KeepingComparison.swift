import Foundation
import LapwingExposition
import LapwingSeries
import LapwingSnappy

/// `Benchmarks compare --only keeping`: what it costs each server to take samples, to hold them and to find them again after
/// a kill. Each has the machine to itself in turn, with its data on the disk.
enum KeepingComparison {
    struct Size {
        /// Of remote write: one sample of each series a scrape, 2,000 series a request.
        var series = 20_000
        var scrapes = 240
        /// Of a start after a kill.
        var restartSeries = 100_000
        var restartScrapes = 100
        /// Lines of the scraped page.
        var pageSeries = 50_000
        /// It is scraped once a second: so often before the clock runs, until its samples are sealed beside being taken.
        var pageWarmUp = 66
        /// And so often then: all samples of a chunk.
        var pageSeconds = 32

        static let small = Size(
            series: 2000, scrapes: 60, restartSeries: 4000, restartScrapes: 20, pageSeries: 5000, pageWarmUp: 4, pageSeconds: 5)
    }

    /// A row of the table: its name, what is to be reached, and how a server's figures come to it.
    private static var rows: [(name: String, target: String, keyPath: KeyPath<Figures, Double>)] {
        [
            ("remote write, CPU-seconds per million samples", "0.6", \.writeSeconds),
            ("a page of 50,000 series scraped, ms of CPU", "15", \.scrapeMilliseconds),
            ("anonymous memory of 20,000 series × 240 samples, MiB", "50", \.mebibytes),
            ("bytes a sample on the disk, log included", "", \.diskBytes),
            ("bytes a sample of the log alone", "", \.logBytes),
            ("start after a kill, 10 million samples in 100,000 series, s", "3", \.startSeconds),
            ("that directory, bytes a sample", "", \.restartBytes),
        ]
    }

    private struct Figures {
        var writeSeconds = Double.nan
        var scrapeMilliseconds = Double.nan
        var mebibytes = Double.nan
        var diskBytes = Double.nan
        var logBytes = Double.nan
        var startSeconds = Double.nan
        var restartBytes = Double.nan
    }

    static func run(_ size: Size) throws {
        var figures: [Peer: Figures] = [:]
        for peer in Peer.allCases where peer.isInstalled {
            var found = Figures()
            try write(peer, size, &found)
            try scrape(peer, size, &found)
            try restart(peer, size, &found)
            figures[peer] = found
        }
        print("\nTaking, holding and finding again; in brackets what lapwing is to reach at full size.\n")
        var lines = [["figure"] + Peer.allCases.map(\.title)]
        for row in rows {
            let target = row.target.isEmpty ? "" : " (\(row.target))"
            lines.append([row.name + target] + Peer.allCases.map { figures[$0].map { Printing.digits($0[keyPath: row.keyPath]) } ?? "-" })
        }
        Printing.show(lines)
    }

    /// What a million active series take of each server's memory: `--only million`.
    static func runMillion(series: Int) throws {
        var lines = [["anonymous memory, MiB"] + Peer.allCases.map(\.title), ["\(series) series, 8 samples each"]]
        for peer in Peer.allCases {
            var found = Figures()
            if peer.isInstalled { try write(peer, Size(series: series, scrapes: 8), &found) }
            lines[1].append(Printing.digits(found.mebibytes))
        }
        Printing.show(lines)
    }

    /// As a sender that scrapes does it: each request has the newest sample of each series.
    private static func send(_ server: PeerProcess, series: Int, scrapes: Int) throws {
        let labels = (0..<series).map { index in
            RemoteWriteMessage.EncodedLabels(
                Labels(
                    metric: "http_requests_\(index % 40)_total",
                    ["instance": "host-\(index / 1000):9090", "job": "service", "path": "/api/v1/p\(index / 40 % 25)", "status": "200"]))
        }
        let connection = try PeerConnection(port: server.port)
        let end = Int64(Date().timeIntervalSince1970 * 1000)
        for scrape in 0..<scrapes {
            let time = end - Int64(scrapes - scrape) * PeerDataset.interval
            for first in stride(from: 0, to: series, by: 2000) {
                var message = RemoteWriteMessage()
                for index in first..<min(series, first + 2000) {
                    let value = Double(scrape * (index % 90)) + Double(PeerDataset.noise(index, scrape) % 20)
                    message.append(labels[index], times: [time + Int64(index / 1000 % 10)], values: [value])
                }
                let reply = try connection.remoteWrite(SnappyBlock.compress(message.bytes))
                guard reply.status / 100 == 2 else {
                    throw PeerConnection.Failure(
                        description: "\(server.peer.title): \(reply.status) \(String(decoding: reply.body.prefix(300), as: UTF8.self))")
                }
            }
        }
    }

    private static func write(_ peer: Peer, _ size: Size, _ figures: inout Figures) throws {
        let server = try PeerProcess(peer, Peer.Setup(isDurable: true))
        defer { server.stop() }
        let before = server.processorMilliseconds
        try send(server, series: size.series, scrapes: size.scrapes)
        let samples = Double(size.series * size.scrapes)
        figures.writeSeconds = (server.processorMilliseconds - before) / 1000 / (samples / 1e6)
        server.waitUntilQuiet()
        figures.mebibytes = server.anonymousMebibytes
        server.waitUntilSettled(isData)
        (figures.diskBytes, figures.logBytes) = (Double(server.bytesOnDisk(isData)) / samples, Double(server.bytesOnDisk(isLog)) / samples)
    }

    private static func isData(_ path: String) -> Bool { path.hasPrefix("data/") }

    private static func isLog(_ path: String) -> Bool { path.hasPrefix("data/wal/") || path.hasPrefix("data/log-") }

    private static func scrape(_ peer: Peer, _ size: Size, _ figures: inout Figures) throws {
        let target = try PageTarget(series: size.pageSeries)
        defer { target.stop() }
        let server = try PeerProcess(peer, Peer.Setup(isDurable: true, scrapes: target.address, interval: 1))
        defer { server.stop() }
        while target.scrapes < size.pageWarmUp { Thread.sleep(forTimeInterval: 0.05) }
        let (before, scrapes) = (server.processorMilliseconds, target.scrapes)
        Thread.sleep(forTimeInterval: Double(size.pageSeconds))
        figures.scrapeMilliseconds = (server.processorMilliseconds - before) / Double(target.scrapes - scrapes)
    }

    private static func restart(_ peer: Peer, _ size: Size, _ figures: inout Figures) throws {
        let server = try PeerProcess(peer, Peer.Setup(isDurable: true))
        defer { server.stop() }
        try send(server, series: size.restartSeries, scrapes: size.restartScrapes)
        // VictoriaMetrics keeps what came in the last seconds in memory alone, and loses it.
        Thread.sleep(forTimeInterval: 6)
        figures.restartBytes = Double(server.bytesOnDisk(isData)) / Double(size.restartSeries * size.restartScrapes)
        figures.startSeconds = try server.restart() / .seconds(1)
        let reply = try server.get("/api/v1/query?query=count(last_over_time(%7Bjob%3D%22service%22%7D%5B1h%5D))")
        let text = String(decoding: reply.body, as: UTF8.self)
        if !text.contains("\"\(size.restartSeries)\"") { print("\(peer.title) has not all series after its start: \(text.prefix(200))") }
    }
}
