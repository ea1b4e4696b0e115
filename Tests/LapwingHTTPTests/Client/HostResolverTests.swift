import Dispatch
import Synchronization
import Testing

@testable import LapwingHTTP

// Each scrape of a name began a look-up of its own: a resolver that took a minute cost a thread for each, a thousand within that minute.
@Suite struct `Names are looked up` {
    /// A resolver that answers when the test lets it.
    private final class SlowResolver: Sendable {
        private let gate = DispatchSemaphore(value: 0)
        private let state = Mutex((asked: [String](), underWay: 0, most: 0))

        var asked: [String] { state.withLock { $0.asked } }
        /// The most names that were looked up at the same time.
        var most: Int { state.withLock { $0.most } }

        func answer(_ count: Int) { for _ in 0..<count { gate.signal() } }

        func lookUp(_ host: String) throws(SocketError) -> [Socket.Endpoint] {
            state.withLock { state in
                state.asked.append(host)
                state.underWay += 1
                state.most = max(state.most, state.underWay)
            }
            gate.wait()
            state.withLock { $0.underWay -= 1 }
            return try Socket.resolve("127.0.0.1", port: 0, forListening: false)
        }
    }

    private let slow = SlowResolver()

    /// What threads that ask at once are told, each of its own name.
    private func asking(_ hosts: [String], _ resolver: HostResolver) -> [BlockingResult<HostResolver.Outcome?>] {
        hosts.map { host in
            let result = BlockingResult<HostResolver.Outcome?>()
            WorkerThread.start { result.set(resolver.resolve(host, until: .now + .seconds(20))) }
            return result
        }
    }

    @Test func `once for all who ask at the same time`() {
        let resolver = HostResolver(maxLookups: 8, lookUp: slow.lookUp)
        // Whoever cannot wait goes, and the work stays for those who come after.
        #expect(resolver.resolve("name", until: .now + .milliseconds(20)) == nil)
        let results = asking([String](repeating: "name", count: 6), resolver)
        #expect(resolver.resolve("name", until: .now + .milliseconds(200)) == nil)
        slow.answer(8)
        for result in results { #expect((try? result.wait()?.get())?.count == 1) }
        #expect(slow.asked == ["name"])
        // What was found is not kept: addresses change.
        #expect((try? resolver.resolve("name", until: .now + .seconds(20))?.get())?.count == 1)
        #expect(slow.asked == ["name", "name"])
    }

    @Test func `so many at once, and no more`() {
        let resolver = HostResolver(maxLookups: 3, lookUp: slow.lookUp)
        let names = (0..<12).map { "name-\($0)" }
        let results = asking(names, resolver)
        #expect(resolver.resolve("name-0", until: .now + .milliseconds(200)) == nil)
        slow.answer(12)
        for result in results { #expect((try? result.wait()?.get())?.count == 1) }
        #expect(slow.most == 3)
        #expect(slow.asked.sorted() == names.sorted())
    }

    @Test(arguments: [("127.0.0.1", "127.0.0.1:9100"), ("::1", "[::1]:9100")])
    func `for all ports of a host`(host: String, address: String) throws {
        let endpoint = try #require(try Socket.resolve(host, port: 0, forListening: false).first)
        #expect("\(endpoint.at(port: 9100).address)" == address)
    }
}
