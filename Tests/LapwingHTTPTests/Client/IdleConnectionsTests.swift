import Testing

@testable import LapwingHTTP

@Suite struct `Kept connections` {
    private let listener: Int32
    private let address: SocketAddress

    init() throws { (listener, address) = try Socket.listen(host: "127.0.0.1", port: 0, backlog: 64) }

    private func place(_ number: Int) -> IdleConnections.Place {
        IdleConnections.Place(address: SocketAddress(host: "host-\(number)", port: 80), tls: nil)
    }

    /// A connection, and its other end.
    private func connection() throws -> (ClientConnection, RawClient) {
        let other = try RawClient(address)
        #expect(Socket.wait(listener, for: .readable, until: .now + .seconds(5)))
        guard case .connection(let descriptor, _) = Socket.accept(listener) else { throw SocketError(operation: "accept", code: 0, reason: "") }
        return (ClientConnection(descriptor), other)
    }

    // Targets that went, as the pods of a rollout do, left a descriptor behind each, for ever: the time of a kept connection was
    // looked at only when its own address was asked for again.
    @Test func `to who is never asked again are closed when their time is over`() async throws {
        defer { Socket.close(listener) }
        let idle = IdleConnections(maxPerHost: 8, maxCount: 64, timeout: .milliseconds(300))
        let others = try (0..<10).map { number in
            let (connection, other) = try connection()
            idle.give(connection, place(number))
            return other
        }
        for _ in 0..<200 where idle.count > 0 {
            try await Task.sleep(for: .milliseconds(50))
            // Another is asked, now and then.
            #expect(idle.take(place(99)) == nil)
        }
        #expect(idle.count == 0)
        for other in others { #expect(other.read() == .end) }
    }

    @Test func `give way to newer ones where there are too many`() throws {
        defer { Socket.close(listener) }
        let idle = IdleConnections(maxPerHost: 8, maxCount: 4, timeout: .seconds(90))
        var others: [RawClient] = []
        for number in 0..<6 {
            let (connection, other) = try connection()
            idle.give(connection, place(number))
            others.append(other)
            #expect(idle.count == min(4, number + 1))
        }
        #expect(others[0].read() == .end && others[1].read() == .end)
        for number in 2..<6 {
            let kept = try #require(idle.take(place(number)))
            kept.close()
        }
        #expect(idle.count == 0)
    }

    @Test func `are closed, the oldest first, for who has no descriptor`() throws {
        defer { Socket.close(listener) }
        let idle = IdleConnections(maxPerHost: 8, maxCount: 64, timeout: .seconds(90))
        let (first, second) = (try connection(), try connection())
        idle.give(first.0, place(1))
        idle.give(second.0, place(1))
        idle.closeOldest()
        #expect(idle.count == 1 && first.1.read() == .end)
        idle.closeOldest()
        idle.closeOldest()
        #expect(idle.count == 0 && second.1.read() == .end)
    }
}
