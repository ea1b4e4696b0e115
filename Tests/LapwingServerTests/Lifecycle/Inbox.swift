import Foundation
import LapwingHTTP
import Synchronization

/// A webhook's messages, in the order of their coming.
final class Inbox: Sendable {
    private let server: HTTPServer
    let url: String

    init() throws {
        let box = Box()
        server = HTTPServer(configuration: HTTPServerConfiguration()) { request in
            box.bodies.withLock { $0.append(request.body) }
            return .text("")
        }
        url = "http://\(try server.start())/"
        self.box = box
    }

    private final class Box: Sendable {
        let bodies = Mutex<[[UInt8]]>([])
    }

    private let box: Box

    /// Requests, whatever they say.
    var count: Int { box.bodies.withLock { $0.count } }

    var messages: [[String: Any]] {
        box.bodies.withLock { $0 }.compactMap { try? JSONSerialization.jsonObject(with: Data($0)) as? [String: Any] }
    }

    func stop() { server.shutdown(grace: .milliseconds(100)) }
}
