import Foundation
import LapwingHTTP
import LapwingText
import Synchronization
import Testing

/// A server that is killed at random moments while two clients write, again and again over one directory.
@Suite struct `A server that is killed` {
    /// What one client sent: batch i is one sample of each of its series, i steps after the base.
    private final class Client: Sendable {
        static let seriesCount = 25
        static let step: Int64 = 5

        let name: String
        let base: Int64
        private let sent = Mutex<(accepted: Set<Int64>, unanswered: Set<Int64>, next: Int64)>(([], [], 0))

        init(name: String, base: Int64) {
            self.name = name
            self.base = base
        }

        var accepted: Set<Int64> { sent.withLock { $0.accepted } }
        var unanswered: Set<Int64> { sent.withLock { $0.unanswered } }

        /// Writes until the server is gone.
        func write(to url: String) async {
            let client = SocketHTTPClient()
            while true {
                let batch = sent.withLock { state in
                    defer { state.next += 1 }
                    return state.next
                }
                var request = HTTPClientRequest(
                    method: .post, url: url + "/api/v1/write", body: Snappy.block(message(batch)), timeout: .seconds(20))
                request.headers["Content-Type"] = "application/x-protobuf"
                request.headers["Content-Encoding"] = "snappy"
                guard let status = try? await client.send(request).status else {
                    return sent.withLock { _ = $0.unanswered.insert(batch) }
                }
                if status != .noContent {
                    Issue.record("batch \(batch) of \(name) was answered with \(status)")
                    return
                }
                sent.withLock { _ = $0.accepted.insert(batch) }
            }
        }

        /// A remote write 1.0 request.
        private func message(_ batch: Int64) -> [UInt8] {
            (0..<Self.seriesCount).flatMap { series in
                let labels = [("__name__", "killed"), ("client", name), ("series", "\(series)")]
                    .flatMap { Protobuf.field(1, Protobuf.field(1, Array($0.0.utf8)) + Protobuf.field(2, Array($0.1.utf8))) }
                let value = withUnsafeBytes(of: Double(batch).bitPattern.littleEndian) { Array($0) }
                let sample = [1 << 3 | 1] + value + [2 << 3] + Protobuf.varint(UInt64(base + batch * Self.step))
                return Protobuf.field(1, labels + Protobuf.field(2, sample))
            }
        }
    }

    private static var rounds: Int { ProcessInfo.processInfo.environment["LAPWING_LONG_TESTS"] == "1" ? 25 : 4 }

    @Test func `every sample that it acknowledged is there after the next start, once`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-kill-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let base = Int64(Date().timeIntervalSince1970 * 1000) - 40 * 60_000
        let clients = [Client(name: "a", base: base), Client(name: "b", base: base)]
        for round in 0..<Self.rounds {
            let server = try RunningServer(["--data", folder.path, "--sync-interval", round % 2 == 0 ? "5s" : "0s"])
            try await check(server, clients, round)
            let url = server.url
            let writers = clients.map { client in Task { await client.write(to: url) } }
            try await Task.sleep(for: .milliseconds(Int.random(in: 100...900)))
            server.kill()
            for writer in writers { await writer.value }
        }
        let server = try RunningServer(["--data", folder.path])
        try await check(server, clients, Self.rounds)
        let refused = try BuiltProgram.run(["serve", "--listen", "127.0.0.1:0", "--data", folder.path])
        #expect(refused.status == 1 && refused.error.contains("uses this directory; end it, or choose another directory"))
        let beside = try BuiltProgram.run(["query", "--data", folder.path, "count(count_over_time(killed[2h]))", "--output", "csv"])
        #expect(beside.status == 0 && beside.output.contains("50"), "\(beside.output)\(beside.error)")
        #expect(server.stop() == 0)
        let last = try RunningServer(["--data", folder.path])
        try await check(last, clients, Self.rounds + 1)
        #expect(try await last.get("/metrics").contains("lapwing_data_checkpoint_bytes"))
    }

    /// Compares every series with what its client was told.
    private func check(_ server: RunningServer, _ clients: [Client], _ round: Int) async throws {
        for client in clients where !client.accepted.isEmpty {
            let query = PercentCoding.encode("killed{client=\"\(client.name)\"}[2h]")
            let result = try #require(try await server.data("/api/v1/query?query=\(query)")["result"] as? [[String: Any]])
            #expect(result.count == Client.seriesCount, "round \(round)")
            for series in result {
                let points = try #require(series["values"] as? [[Any]])
                let batches = points.compactMap { ($0.first as? Double).map { Int64(($0 * 1000).rounded()) - client.base } }.map { $0 / Client.step }
                let found = Set(batches)
                #expect(found.count == points.count, "round \(round): a sample is there twice")
                #expect(client.accepted.isSubset(of: found), "round \(round): \(client.accepted.subtracting(found).count) samples are lost")
                #expect(found.subtracting(client.accepted).isSubset(of: client.unanswered), "round \(round): samples that nobody sent")
                #expect(zip(batches, points).allSatisfy { "\($0)" == $1.last as? String }, "round \(round): values differ")
            }
        }
    }
}

/// As much of protocol buffers as a remote write request needs.
private enum Protobuf {
    static func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        return bytes + [UInt8(value)]
    }

    static func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] { varint(number << 3 | 2) + varint(UInt64(content.count)) + content }
}

/// A block of snappy's that is one literal.
private enum Snappy {
    static func block(_ bytes: [UInt8]) -> [UInt8] {
        let length = bytes.count - 1
        return Protobuf.varint(UInt64(bytes.count)) + [61 << 2, UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8)] + bytes
    }
}
