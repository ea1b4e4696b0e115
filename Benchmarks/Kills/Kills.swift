import Foundation

/// `Benchmarks kills`: lapwing killed at random moments under load, again and again, and then every acknowledged sample looked for.
enum Kills {
    private static let senders = 8

    /// - Returns: whether every acknowledged sample was found once with its value, and nothing that was never sent.
    static func run() throws -> Bool {
        let times = try Flags.number("--times", from: 1) ?? 100
        let seed = try Flags.number("--seed", from: 0) ?? UInt64.random(in: 1...999_999)
        print("\(times) kills, seed \(seed)")
        var generator = Generator(state: seed)
        let server = try PeerProcess(.lapwing, Peer.Setup(isDurable: true))
        defer { server.stop() }
        let start = Int64(Date().timeIntervalSince1970 * 1000) - 10 * 86_400_000
        let senders = (0..<senders).map { KillSender(number: $0, port: server.port, start: start) }
        for sender in senders { Thread.detachNewThread { sender.send() } }
        var slowest = Duration.zero
        for _ in 0..<times {
            Thread.sleep(forTimeInterval: Double.random(in: 0.1...1.5, using: &generator))
            slowest = max(slowest, try server.restart())
        }
        for sender in senders { sender.stop() }
        // The last of them too, while what was acknowledged a moment ago may not have been synced.
        slowest = max(slowest, try server.restart())
        var found = KillFindings()
        for sender in senders { try found.look(for: sender, on: server) }
        print(
            """
            \(found.acknowledged) acknowledged samples: \(found.lost) lost, \(found.doubled) twice, \(found.wrong) with another value
            \(found.unanswered) requests without an answer: \(found.kept) kept as a whole, \(found.torn) in part; \(found.unsent) samples that nobody sent
            the slowest start \(Printing.digits(slowest / .seconds(1))) s, \(server.bytesOnDisk { $0.hasPrefix("data/") } >> 10) KiB on the disk
            """)
        return found.lost + found.doubled + found.wrong + found.torn + found.unsent == 0
    }

    /// Repeatable waits.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            let mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
            return mixed ^ mixed >> 29
        }
    }
}
