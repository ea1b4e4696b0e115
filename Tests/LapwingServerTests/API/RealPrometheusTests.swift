import Foundation
import LapwingExposition
import LapwingHTTP
import LapwingSeries
import LapwingSnappy
import LapwingText
import Testing

@testable import LapwingServer

/// Debian's Prometheus and a sidecar with the same rules, into which the same samples are written.
private final class Pair {
    static let program = "/usr/bin/prometheus"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    let theirs: String
    let ours: String
    let start: Int64
    let end: Int64
    private let sidecar: Sidecar
    private let process = Process()
    private let client = SocketHTTPClient()

    init(in folder: URL) async throws {
        try Data("""
            groups:
            - name: g
              interval: 1s
              rules:
              - {record: 'job:up:sum', expr: 'sum by (job) (up)', labels: {a: b}}
              - {alert: always, expr: 'sum(up) > 3', labels: {severity: page}, annotations: {summary: '{{ $value }} up'}}
              - {alert: never, expr: up > 3, for: 5m}
              - {alert: waits, expr: count(up) > 3, for: 5m}
            - name: h
              rules:
              - {alert: broken, expr: 'up * on(job) up{job="a"}'}
            """.utf8).write(to: folder.appending(path: "rules.yml"))
        let file = folder.appending(path: "prometheus.yml")
        try Data("global: {external_labels: {region: north}, evaluation_interval: 1s}\nrule_files: [rules.yml]\n".utf8).write(to: file)
        let error = Pipe()
        process.executableURL = URL(filePath: Self.program)
        process.arguments = [
            "--config.file=\(file.path)", "--storage.tsdb.path=\(folder.path)/data", "--web.listen-address=127.0.0.1:0",
            "--web.enable-remote-write-receiver", "--enable-feature=exemplar-storage", "--log.level=debug",
        ]
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, error)
        process.currentDirectoryURL = folder
        try process.run()
        var text = ""
        var address: Substring?
        while address == nil || !text.contains("Server is ready") {
            let data = error.fileHandleForReading.availableData
            try #require(!data.isEmpty, "it did not start: \(text)")
            text += String(decoding: data, as: UTF8.self)
            address = text.firstMatch(of: /msg="Listening on" address=(127\.0\.0\.1:\d+)/)?.1
        }
        error.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
        var configuration = SidecarConfiguration()
        configuration.port = 0
        configuration.file = file.path
        sidecar = try await Sidecar.start(configuration, log: LogWriter { _ in })
        theirs = "http://\(address ?? "")"
        ours = "http://\(sidecar.address)"
        end = Timestamp.now.milliseconds / 1000 * 1000
        start = end - 600_000
        for server in [theirs, ours] {
            let response = try await client.send(
                HTTPClientRequest(
                    method: .post, url: server + "/api/v1/write", headers: ["Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"],
                    body: SnappyBlock.compress(samples.bytes)))
            try #require(response.status == .noContent)
        }
    }

    private var samples: RemoteWriteMessage {
        var message = RemoteWriteMessage()
        let times = stride(from: start, through: end, by: 15_000).map { $0 }
        for (job, instance) in [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")] {
            message.append(Labels(metric: "up", ["job": job, "instance": instance]), times: times, values: times.map { _ in 1 })
            for cpu in 0..<3 {
                let labels = Labels(metric: "cpu_seconds_total", ["job": job, "instance": instance, "cpu": "\(cpu)"])
                message.append(labels, times: times, values: times.indices.map { 1.25 * Double($0 + cpu) })
            }
        }
        let odd: [(String, Double)] = [("nan", .nan), ("inf", .infinity), ("<&>\u{2028}\"\\\nü", 1e21), ("small", 1.5e-9), ("big", 123_456_789_012)]
        for (value, number) in odd { message.append(Labels(metric: "weird", ["v": value]), times: [end], values: [number]) }
        message.append(Labels(metric: "weird", ["v": "own", "region": "south"]), times: [end], values: [0.1])
        return message
    }

    func stop() async {
        process.terminate()
        process.waitUntilExit()
        await sidecar.stop()
    }

    /// What a server answers: its status, what it says of it, and its words.
    func answer(_ server: String, _ method: String, _ target: String, _ form: String?) async throws -> String {
        var request = HTTPClientRequest(
            method: HTTPMethod(method), url: server + target, headers: ["Origin": "http://x.example"], body: Array((form ?? "").utf8), followsRedirects: false)
        if form != nil { request.headers["Content-Type"] = "application/x-www-form-urlencoded" }
        let response = try await client.send(request)
        var text = "\(response.status.code)\n"
        for name in ["Content-Type", "Location"] + response.headers.names(beginning: "Access-Control-") {
            // 3 says how names were escaped, which 2.42 does not know.
            text += "\(name): \((response.headers[name] ?? "").replacing("; escaping=underscores", with: ""))\n"
        }
        return text + Self.comparable(String(decoding: response.body, as: UTF8.self))
    }

    /// Without what moves, and with the words of 3.14 where 2.42 has others.
    private static func comparable(_ body: String) -> String {
        body.replacing(/"(evaluationTime|lastEvaluation|activeAt)":("[^"]*"|[-+.e0-9]+)/) { "\"\($0.1)\":0" }
            .replacing("Invalid time value for", with: "invalid time value for")
            // Which two of several come first is theirs to choose.
            .replacing(/side of the operation: \[.*?\];/, with: "side of the operation: […];")
    }
}

extension HTTPHeaders {
    fileprivate func names(beginning prefix: String) -> [String] { fields.map(\.name).filter { $0.hasPrefix(prefix) }.sorted() }
}

@Suite(.timeLimit(.minutes(1))) struct `Debian's Prometheus beside our API` {
    private struct Line {
        var method: String
        var target: String
        var form: String?
        var isKnown: Bool
    }

    private static func lines(_ pair: Pair) throws -> [Line] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Requests/prometheus.txt"), encoding: .utf8)
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let times = line.replacing(/(time|start|end)=([ST])/) { "\($0.1)=\(($0.2 == "S" ? pair.start : pair.end) / 1000)" }
            var words = times.split(separator: " ", maxSplits: 3).map(String.init)
            let isKnown = words[0] == "~"
            if isKnown { words.removeFirst() }
            return Line(method: words[0], target: words[1], form: words.count > 2 ? words[2] : nil, isKnown: isKnown)
        }
    }

    /// Whether every rule was evaluated with samples, and what came of it is stored.
    private func hasEvaluated(_ pair: Pair, _ server: String) async throws -> Bool {
        let rules = try await pair.answer(server, "GET", "/api/v1/rules", nil)
        let names = try await pair.answer(server, "GET", "/api/v1/label/__name__/values", nil)
        return !rules.contains("\"health\":\"unknown\"") && rules.contains("many-to-many") && rules.contains("\"pending\"")
            && names.contains("ALERTS_FOR_STATE")
    }

    @Test(.enabled(if: Pair.isInstalled, "Debian's prometheus is not installed"))
    func `is answered in the same bytes, but where the list of requests says why not`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let pair = try await Pair(in: folder)
        for server in [pair.theirs, pair.ours] { try await until { try await hasEvaluated(pair, server) } }
        var same = 0
        let lines = try Self.lines(pair)
        for line in lines {
            let theirs = try await pair.answer(pair.theirs, line.method, line.target, line.form)
            let ours = try await pair.answer(pair.ours, line.method, line.target, line.form)
            if line.isKnown {
                #expect(ours != theirs, "\(line.method) \(line.target) is answered alike by now")
            } else {
                #expect(ours == theirs, "\(line.method) \(line.target) \(line.form ?? "")")
                same += 1
            }
        }
        #expect(same >= 120, "of \(lines.count)")
        await pair.stop()
    }
}
