import Foundation
import LapwingText
import Testing

@testable import LapwingHTTP

// Dispatch ends the process where it has no descriptor left to look after its threads with: a client that only opened connections, or
// enough healthy targets, ended alerting within seconds.
#if os(Linux)
@Suite struct `The files that a server may have open` {
    /// Opens connections that say nothing, as many as there may be at once.
    private func connections(_ count: Int, to server: RunningServer) throws -> [Int32] {
        let (host, port) = try #require(SocketAddress.split(String(server.url.dropFirst("http://".count))))
        let endpoint = try #require(try Socket.resolve(host, port: port, forListening: false).first)
        return (0..<count).compactMap { _ in
            guard let descriptor = Socket.open(family: endpoint.family) else { return nil }
            _ = Socket.startConnecting(descriptor, to: endpoint)
            return descriptor
        }
    }

    @Test func `are not taken up by clients that hold connections`() async throws {
        let server = try RunningServer([], files: 100)
        for _ in 0..<4 {
            let held = try connections(200, to: server)
            defer { for descriptor in held { Socket.close(descriptor) } }
            try await Task.sleep(for: .seconds(1))
            // A third of what sockets may have is for clients, the rest for those whom the server asks.
            #expect(try #require(server.openFiles, "it has ended") < 75)
        }
        try await eventually("it answers") { try await server.get("/-/healthy").hasPrefix("Lapwing is") }
    }

    @Test func `are not taken up by targets`() async throws {
        // Each address of this network is this machine, and none of them ever answers.
        let (listener, address) = try Socket.listen(host: "0.0.0.0", port: 0, backlog: 512)
        defer { Socket.close(listener) }
        let targets = (1...150).flatMap { ["--scrape", "http://127.7.0.\($0):\(address.port)/metrics"] }
        let server = try RunningServer(targets + ["--scrape-interval", "1s"], files: 100)
        for _ in 0..<4 {
            try await Task.sleep(for: .seconds(1))
            #expect(try #require(server.openFiles, "it has ended") < 90)
        }
        try await eventually("it answers") { try await server.get("/-/healthy").hasPrefix("Lapwing is") }
    }

    @Test func `are as many as the system allows`() async throws {
        // A shell that lets its children have few at first, as systemd does.
        let line = "ulimit -Sn 256; lapwing serve --in-memory --listen 127.0.0.1:0 2>&1 & sleep 2; kill -TERM $!; wait $!; ulimit -Hn"
        let outcome = try BuiltProgram.shell(line, in: try temporaryFolder())
        let most = try #require(outcome.output.split(separator: "\n").last)
        #expect(outcome.output.contains(" limit=\(most)\n") || most == "unlimited", "\(outcome.output)")
    }
}
#endif
