import Dispatch
import Synchronization

/// An HTTP/1.1 server: one thread for all connections, and a bounded pool of threads for the handlers.
public final class HTTPServer: Sendable {
    private enum Phase {
        case new
        case running(ServerMailbox, SocketAddress)
        case stopped
    }

    private let configuration: HTTPServerConfiguration
    private let handler: @Sendable (HTTPRequest) -> HTTPResponse
    private let phase = Mutex(Phase.new)
    private let finished = DispatchSemaphore(value: 0)

    /// - Parameter handler: answers a request; it runs on a thread of its own and may wait.
    public init(configuration: HTTPServerConfiguration, handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse) {
        self.configuration = configuration
        self.handler = handler
    }

    /// Where the server listens, once it does.
    public var address: SocketAddress? {
        phase.withLock { phase in
            switch phase {
            case .new, .stopped: nil
            case .running(_, let address): address
            }
        }
    }

    /// Listens and answers from now on. A server is started once.
    ///
    /// - Returns: the address and port that were bound.
    /// - Throws: why the address cannot be had.
    @discardableResult
    public func start() throws(SocketError) -> SocketAddress {
        let (listener, address) = try Socket.listen(
            host: configuration.host, port: configuration.port, backlog: configuration.backlog)
        let mailbox: ServerMailbox
        do {
            mailbox = ServerMailbox(try EventQueue())
        } catch {
            Socket.close(listener)
            throw error
        }
        let isNew = phase.withLock { phase in
            guard case .new = phase else { return false }
            phase = .running(mailbox, address)
            return true
        }
        precondition(isNew, "a server is started once")
        let (configuration, handler, finished) = (configuration, handler, finished)
        WorkerThread.start {
            var loop = ServerLoop(
                configuration, listener: listener, mailbox, finished: finished, handler: handler)
            loop.run()
        }
        return address
    }

    /// Stops accepting, closes idle connections, and waits until the requests under way are answered, at most for
    /// `grace`; what is left then is cancelled and cut off.
    public func shutdown(grace: Duration) {
        let mailbox: ServerMailbox? = phase.withLock { phase in
            guard case .running(let mailbox, _) = phase else { return nil }
            phase = .stopped
            return mailbox
        }
        guard let mailbox else { return }
        mailbox.drain(until: .now + grace)
        finished.wait()
    }

    /// As the other, without blocking the thread of an `async` function.
    public func shutdown(grace: Duration) async {
        await withCheckedContinuation { continuation in
            WorkerThread.start {
                self.shutdown(grace: grace)
                continuation.resume()
            }
        }
    }
}
