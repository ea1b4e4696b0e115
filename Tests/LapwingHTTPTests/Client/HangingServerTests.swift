import Testing

@testable import LapwingHTTP

@Suite struct `A server that never answers` {
    // 128 threads were all there were, and the time of a request runs while it waits for one: 600 such targets marked every other down.
    @Test func `holds up nobody else, however often it is asked`() async throws {
        // The system takes connections for a listener that does not.
        let (listener, address) = try Socket.listen(host: "127.0.0.1", port: 0, backlog: 512)
        defer { Socket.close(listener) }
        let server = HTTPServer(configuration: HTTPServerConfiguration()) { _ in .text("here") }
        let good = try server.start()
        defer { server.shutdown(grace: .milliseconds(100)) }
        let client = SocketHTTPClient(.many)
        let hanging = (0..<160).map { _ in
            Task { try await client.send(HTTPClientRequest(url: "http://\(address)/", timeout: .seconds(3600))) }
        }
        // Behind all of them.
        try await Task.sleep(for: .milliseconds(200))
        let response = try await client.send(HTTPClientRequest(url: "http://\(good)/", timeout: .seconds(20)))
        #expect(response.text == "here")
        for task in hanging { task.cancel() }
        for task in hanging { #expect((try? await task.value) == nil) }
    }
}
