import Foundation
import LapwingHTTP
import LapwingText
import Testing

/// Debian's Prometheus, with a data directory of its own.
final class RunningPrometheus {
    static let program = "/usr/bin/prometheus"
    static let promtool = "/usr/bin/promtool"
    static var isInstalled: Bool { [program, promtool].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) } }

    let data: URL
    private let process = Process()
    private(set) var url = ""

    /// Starts it on a free port, and waits until it answers.
    init(in folder: URL, configuration: String, _ flags: [String] = []) async throws {
        data = folder.appending(path: "prometheus")
        let file = folder.appending(path: "prometheus.yml")
        try Data(configuration.utf8).write(to: file)
        process.executableURL = URL(filePath: Self.program)
        process.arguments =
            ["--config.file=\(file.path)", "--storage.tsdb.path=\(data.path)", "--web.listen-address=127.0.0.1:0", "--storage.tsdb.retention.time=100y"]
            + flags
        let error = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = error
        try process.run()
        var text = ""
        while url.isEmpty {
            let data = error.fileHandleForReading.availableData
            if data.isEmpty { break }
            text += String(decoding: data, as: UTF8.self)
            if let match = text.firstMatch(of: /msg="Listening on" address=(127\.0\.0\.1:\d+)/) { url = "http://\(match.1)" }
        }
        try #require(!url.isEmpty, "it did not start: \(text)")
        error.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
        try await eventually("Prometheus is ready") { try await self.send(.get, "/-/ready").status.code == 200 }
    }

    deinit { stop() }

    func stop() {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
    }

    @discardableResult
    func send(_ method: HTTPMethod, _ path: String, body: [UInt8] = [], headers: [(String, String)] = []) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(method: method, url: url + path, body: body, timeout: .seconds(10))
        for (name, value) in headers { request.headers[name] = value }
        return try await SocketHTTPClient().send(request)
    }

    /// The `data` of an answer of the API.
    func answer(_ path: String) async throws -> Any {
        let response = try await send(.get, path)
        let object = try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
        return try #require(object?["data"], "\(path): \(String(decoding: response.body, as: UTF8.self))")
    }

    /// Sends series by remote write.
    func write(_ series: [WrittenSeries]) async throws {
        var message: [UInt8] = []
        for one in series { message.putField(1, one.message) }
        // A snappy block of one literal.
        var block: [UInt8] = []
        block.appendVarint(UInt64(message.count))
        block.append(63 << 2)
        for shift in stride(from: 0, to: 32, by: 8) { block.append(UInt8(truncatingIfNeeded: (message.count - 1) >> shift)) }
        let response = try await send(
            .post, "/api/v1/write", body: block + message,
            headers: [("Content-Encoding", "snappy"), ("Content-Type", "application/x-protobuf"), ("X-Prometheus-Remote-Write-Version", "0.1.0")])
        try #require(response.status.code == 204, "\(String(decoding: response.body, as: UTF8.self))")
    }
}

/// A series of a remote-write request.
struct WrittenSeries {
    var labels: [(String, String)]
    var samples: [(time: Int64, value: Double)] = []
    var histograms: [(time: Int64, counts: [Int], sum: Double, isFloat: Bool)] = []

    var message: [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in labels.sorted(by: { $0.0 < $1.0 }) {
            var label: [UInt8] = []
            label.putField(1, Array(name.utf8))
            label.putField(2, Array(value.utf8))
            bytes.putField(1, label)
        }
        for sample in samples {
            var field: [UInt8] = []
            field.putField(1, sample.value)
            field.putField(2, varint: UInt64(bitPattern: sample.time))
            bytes.putField(2, field)
        }
        for histogram in histograms { bytes.putField(4, Self.message(histogram)) }
        return bytes
    }

    /// Exponential buckets of schema 2 in two runs, and two observations of zero.
    private static func message(_ histogram: (time: Int64, counts: [Int], sum: Double, isFloat: Bool)) -> [UInt8] {
        var bytes: [UInt8] = []
        let count = histogram.counts.reduce(2, +)
        if histogram.isFloat { bytes.putField(2, Double(count)) } else { bytes.putField(1, varint: UInt64(count)) }
        bytes.putField(3, histogram.sum)
        bytes.putField(4, varint: 4)
        bytes.putField(5, 0.001)
        if histogram.isFloat { bytes.putField(7, 2.0) } else { bytes.putField(6, varint: 2) }
        let first = histogram.counts.count / 2
        for (offset, length) in [(UInt64(1), first), (4, histogram.counts.count - first)] {
            var span: [UInt8] = []
            span.putField(1, varint: offset)
            span.putField(2, varint: UInt64(length))
            bytes.putField(11, span)
        }
        var packed: [UInt8] = []
        var last = 0
        for count in histogram.counts {
            if histogram.isFloat {
                packed.putDouble(Double(count))
            } else {
                let difference = Int64(count - last)
                packed.appendVarint(UInt64(bitPattern: difference << 1 ^ difference >> 63))
                last = count
            }
        }
        bytes.putField(histogram.isFloat ? 13 : 12, packed)
        bytes.putField(15, varint: UInt64(bitPattern: histogram.time))
        return bytes
    }
}

/// Protocol buffers.
extension [UInt8] {
    fileprivate mutating func putField(_ number: UInt64, varint value: UInt64) {
        appendVarint(number << 3)
        appendVarint(value)
    }

    fileprivate mutating func putField(_ number: UInt64, _ bytes: [UInt8]) {
        appendVarint(number << 3 | 2)
        appendVarint(UInt64(bytes.count))
        self += bytes
    }

    fileprivate mutating func putField(_ number: UInt64, _ value: Double) {
        appendVarint(number << 3 | 1)
        putDouble(value)
    }

    fileprivate mutating func putDouble(_ value: Double) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { append(UInt8(truncatingIfNeeded: value.bitPattern >> shift)) }
    }
}
