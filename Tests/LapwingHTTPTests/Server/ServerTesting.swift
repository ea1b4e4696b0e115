import Synchronization
import Testing

@testable import LapwingHTTP

/// Runs `body` against a server on a free port of the loopback.
func withServer(
    _ configure: (inout HTTPServerConfiguration) -> Void = { _ in },
    handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse = { .text("\($0.method) \($0.path)\n") },
    _ body: (SocketAddress, HTTPServer) throws -> Void
) throws {
    var configuration = HTTPServerConfiguration()
    configure(&configuration)
    let server = HTTPServer(configuration: configuration, handler: handler)
    let address = try server.start()
    defer { server.shutdown(grace: .seconds(2)) }
    try body(address, server)
}

/// The shortest request.
let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

/// Looks at what other threads do until it is there; the test ends where it does not come.
func until(_ condition: () -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while !condition() {
        try #require(ContinuousClock.now < deadline)
        WorkerPause.briefly()
    }
}

/// Bytes counted by one thread and looked at by another.
final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add(_ more: Int) { count.withLock { $0 += more } }
}

/// A handler of the tests polls its cancellation as a query would between its steps.
enum WorkerPause {
    static func briefly() { _ = Socket.wait(-1, for: .readable, until: .now + .milliseconds(1)) }
}
