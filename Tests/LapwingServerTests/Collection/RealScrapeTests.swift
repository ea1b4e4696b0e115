import Foundation
import LapwingHTTP
import LapwingSeries
import Testing

@testable import LapwingServer

/// The loops against a real server, over real sockets, in real time.
@Suite(.timeLimit(.minutes(1))) struct RealScrapeTests {
    let sink = MemorySink()

    private func server(_ handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse) throws -> (HTTPServer, String) {
        let server = HTTPServer(configuration: HTTPServerConfiguration(), handler: handler)
        let address = try server.start()
        return (server, "127.0.0.1:\(address.port)")
    }

    private func manager(_ address: String) throws -> ScrapeManager {
        let manager = ScrapeManager(client: SocketHTTPClient(), sink: sink, version: "test")
        manager.apply([try ScrapeArgument("job=\(address)").configuration(interval: .milliseconds(100))])
        return manager
    }

    /// Waits until something holds; real time has no other sign.
    @Test func `a page comes over HTTP, compressed, again and again`() async throws {
        let lines = (0..<200).map { "m{i=\"\($0)\"} \($0)\n" }.joined()
        let (server, address) = try server { request in
            guard request.path == "/metrics", request.headers["X-Prometheus-Scrape-Timeout-Seconds"] == "0.1" else {
                return HTTPResponse.text("no", status: .notFound)
            }
            return HTTPResponse(contentType: "text/plain; version=0.0.4", body: .bytes(Array(lines.utf8)))
        }
        let manager = try manager(address)
        try await until { sink.report("up").filter { $0 == 1 }.count >= 3 }
        await manager.stop()
        await server.shutdown(grace: .seconds(1))
        #expect(sink.told { $0 == "m" }.count == 200)
        #expect(sink.report("scrape_samples_scraped").contains(200))
    }

    @Test func `a target that hangs, and one that is not there, are down with the reason`() async throws {
        let (server, address) = try server { request in
            while !request.isCancelled { Thread.sleep(forTimeInterval: 0.002) }
            return .text("late")
        }
        let manager = try manager(address)
        try await until {
            manager.activeTargets.first?.lastError == "Get \"http://\(address)/metrics\": context deadline exceeded"
        }
        await manager.stop()
        await server.shutdown(grace: .zero)
        let second = try self.manager(address)
        try await until {
            second.activeTargets.first?.lastError == "Get \"http://\(address)/metrics\": dial tcp \(address): connect: connection refused"
        }
        await second.stop()
        #expect(sink.report("up").allSatisfy { $0 == 0 })
    }
}
