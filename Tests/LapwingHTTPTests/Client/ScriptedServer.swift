import Synchronization
import Testing

@testable import LapwingHTTP

/// A server that answers each connection with bytes of the test's choosing, and remembers what it was sent.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        /// Read until the text has come.
        case expect(String)
        case send(String)
        /// Wait until the client closes.
        case hold
    }

    let address: SocketAddress
    private let listener: Int32
    private let received = Mutex<[String]>([])

    /// - Parameter connections: what to do on each connection, in the order in which they come; each is then closed.
    init(_ connections: [[Step]]) throws {
        (listener, address) = try Socket.listen(host: "127.0.0.1", port: 0, backlog: 16)
        WorkerThread.start { [weak self, listener] in
            for steps in connections {
                guard Socket.wait(listener, for: .readable, until: .now + .seconds(10)),
                    case .connection(let descriptor, _) = Socket.accept(listener)
                else { return }
                let text = Self.run(steps, descriptor)
                self?.received.withLock { $0.append(text) }
                Socket.close(descriptor)
            }
        }
    }

    deinit { Socket.close(listener) }

    var url: String { "http://\(address)" }

    /// What each connection that has ended was sent.
    var requests: [String] { received.withLock { $0 } }

    private static func run(_ steps: [Step], _ descriptor: Int32) -> String {
        var text = ""
        var unread = ""
        var block = [UInt8](repeating: 0, count: 65_536)
        let deadline = ContinuousClock.now + .seconds(10)
        func read() -> Bool {
            while true {
                switch Socket.receive(descriptor, into: &block) {
                case .bytes(let count):
                    let more = String(decoding: block[..<count], as: UTF8.self)
                    text += more
                    unread += more
                    return true
                case .nothingYet: if !Socket.wait(descriptor, for: .readable, until: deadline) { return false }
                case .end, .failed: return false
                }
            }
        }
        for step in steps {
            switch step {
            case .expect(let wanted):
                while !unread.contains(wanted) { if !read() { return text } }
                unread = ""
            case .send(let answer): _ = Socket.send(descriptor, Array(answer.utf8), from: 0)
            case .hold: while read() {}
            }
        }
        return text
    }
}
