import Dispatch
import Synchronization

/// An HTTP/1.1 server: a few threads for all connections, and a bounded pool of threads for handlers that take long.
public final class HTTPServer: Sendable {
    enum Phase {
        case new
        case running(ServerLoop, SocketAddress)
        case stopped
    }

    private let configuration: HTTPServerConfiguration
    private let handler: @Sendable (HTTPRequest) -> HTTPResponse
    let phase = Mutex(Phase.new)
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

    /// Answers that their clients do not take.
    public var unreadAnswers: HTTPUnreadAnswers {
        phase.withLock { phase in
            if case .running(let loop, _) = phase { loop.stalled.figures } else { HTTPUnreadAnswers() }
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
        let events: EventQueue
        do {
            events = try EventQueue()
        } catch {
            Socket.close(listener)
            throw error
        }
        let loop = ServerLoop(configuration, listener: listener, events, finished: finished, handler: handler)
        let isNew = phase.withLock { phase in
            guard case .new = phase else { return false }
            phase = .running(loop, address)
            return true
        }
        precondition(isNew, "a server is started once")
        loop.start()
        return address
    }

    /// Stops accepting, closes idle connections, and waits until the requests under way are answered, at most for
    /// `grace`; what is left then is cancelled and cut off.
    public func shutdown(grace: Duration) {
        let loop: ServerLoop? = phase.withLock { phase in
            guard case .running(let loop, _) = phase else { return nil }
            phase = .stopped
            return loop
        }
        guard let loop else { return }
        loop.drain(until: .now + grace)
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
