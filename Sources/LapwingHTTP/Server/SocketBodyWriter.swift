/// Sends a streamed body over a socket, waiting on the handler's thread while the client is slow.
final class SocketBodyWriter: HTTPBodyWriter {
    private let exchange: ServerExchange
    private var body: StreamedBody
    /// What the answer keeps in memory until it is sent.
    private let heldBytes: Int
    private(set) var hasSentNothing = true
    /// How long the client has let this wait, in all.
    private var waited = Duration.zero

    init(_ exchange: ServerExchange, _ body: StreamedBody, holding bytes: Int) {
        self.exchange = exchange
        self.body = body
        heldBytes = bytes
    }

    private var loop: ServerLoop { exchange.loop }
    private var descriptor: Int32 { exchange.connection.descriptor }
    private var timeout: Duration { loop.configuration.writeTimeout }
    private var cancellation: HTTPCancellation { exchange.request.cancellation }

    var isCancelled: Bool { cancellation.isCancelled }

    func write(_ bytes: [UInt8]) throws(HTTPBodyWriterError) {
        if body.sendsUncopied(bytes) {
            let (before, behind) = body.frame(bytes.count)
            try send(before, bytes, behind)
        } else if let output = body.append(bytes) {
            try send(output)
        }
    }

    func flush() throws(HTTPBodyWriterError) { try send(body.flush()) }

    func finish() -> [UInt8] { body.finish() }

    /// Sends three runs of bytes as one.
    func send(_ bytes: [UInt8], _ content: [UInt8] = [], _ behind: [UInt8] = []) throws(HTTPBodyWriterError) {
        hasSentNothing = false
        let count = bytes.count + content.count + behind.count
        var offset = 0
        var sent = 0
        var deadline = ContinuousClock.now + timeout
        while offset < count {
            switch Socket.send(descriptor, bytes, content, behind, from: offset) {
            case .bytes(let count):
                offset += count
                sent += count
                // A block larger than usual gets its time again for each part of the usual size.
                if sent >= StreamedBody.blockBytes {
                    sent = 0
                    deadline = ContinuousClock.now + timeout
                }
            case .full:
                guard waitForClient(until: deadline) else {
                    cancellation.cancel()
                    throw .timedOut
                }
            case .failed:
                cancellation.cancel()
                throw .clientGone
            }
        }
    }

    /// Waits until the client takes more; looks up now and then, whether others need the thread more.
    private func waitForClient(until deadline: ContinuousClock.Instant) -> Bool {
        let start = ContinuousClock.now
        let number = loop.stalled.begin(holding: loop.heldBytes(exchange, heldBytes), now: start)
        defer {
            loop.stalled.end(number)
            waited += start.duration(to: .now)
        }
        while true {
            loop.clientStalls(exchange)
            let look = min(deadline, .now + .milliseconds(100))
            let isWritable = Socket.wait(descriptor, for: .writable, until: look)
            let now = ContinuousClock.now
            if !loop.mayWait(exchange, for: waited + start.duration(to: now)) { return false }
            if isWritable { return true }
            if now >= deadline { return false }
            if !loop.stalled.mayStay(number, now: now) {
                loop.giveUp(exchange)
                return false
            }
        }
    }
}
