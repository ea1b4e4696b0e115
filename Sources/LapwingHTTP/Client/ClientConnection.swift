/// A connection to a server: a socket, and TLS over it where that is asked for. One exchange at a time uses it.
final class ClientConnection: Sendable {
    enum Received {
        case bytes(Int)
        case end
        case failed(String)
        case timedOut
    }

    enum Sent {
        case nothing
        case part
        case whole
        case timedOut
    }

    let descriptor: Int32
    private let session: TLSSession?

    init(_ descriptor: Int32, _ session: TLSSession? = nil) {
        self.descriptor = descriptor
        self.session = session
    }

    func close() { Socket.close(descriptor) }

    /// Shakes hands with the server where there is TLS.
    ///
    /// - Throws: `.tls`, `.connectionLost` or `.timedOut`.
    func secure(until deadline: ContinuousClock.Instant) throws(HTTPClientError.Reason) {
        guard let session else { return }
        while true {
            let progress: TLSSession.Progress
            do {
                progress = try session.handshake()
            } catch {
                // The other side may want to know why.
                _ = send(raw: session.drain(), until: deadline)
                throw .tls("tls: \(error.reason)")
            }
            switch send(raw: session.drain(), until: deadline) {
            case .whole: break
            case .timedOut: throw .timedOut
            case .nothing, .part: throw .connectionLost("write: the connection has ended")
            }
            if case .end = progress { return }
            switch feed(session, until: deadline) {
            case .bytes: break
            case .end: throw .connectionLost("EOF")
            case .failed(let reason): throw .connectionLost("read: \(reason)")
            case .timedOut: throw .timedOut
            }
        }
    }

    // MARK: Reading

    /// Reads once, into the front of `block`; waits until there is something.
    ///
    /// - Parameter awaited: as many bytes are known to come, at least: without TLS, a wait is for a good part of them.
    func receive(into block: inout [UInt8], awaiting awaited: Int = 0, until deadline: ContinuousClock.Instant) -> Received {
        guard let session else { return receive(raw: &block, awaiting: awaited, until: deadline) }
        while true {
            do {
                switch try session.read(into: &block) {
                case .bytes(let count): return .bytes(count)
                case .end: return .end
                case .needsInput: break
                }
            } catch {
                return .failed("tls: \(error.reason)")
            }
            _ = send(raw: session.drain(), until: deadline)
            let fed = feed(session, until: deadline)
            guard case .bytes = fed else { return fed }
        }
    }

    private func receive(raw block: inout [UInt8], awaiting awaited: Int = 0, until deadline: ContinuousClock.Instant) -> Received {
        while true {
            switch Socket.receive(descriptor, into: &block) {
            case .bytes(let count): return .bytes(count)
            case .nothingYet: guard Socket.waitToRead(descriptor, awaiting: awaited, until: deadline) else { return .timedOut }
            case .end: return .end
            case .failed(let code): return .failed(Socket.reason(code))
            }
        }
    }

    /// Gives the session what comes next from the network.
    private func feed(_ session: TLSSession, until deadline: ContinuousClock.Instant) -> Received {
        var block = [UInt8](repeating: 0, count: 16_384)
        let received = receive(raw: &block, until: deadline)
        if case .bytes(let count) = received { session.feed(block[..<count]) }
        return received
    }

    // MARK: Writing

    func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) -> Sent {
        guard let session else { return send(raw: bytes, until: deadline) }
        guard (try? session.write(bytes)) != nil else { return .nothing }
        return send(raw: session.drain(), until: deadline)
    }

    /// A server may answer, and close, before it has read everything: then what was sent is not a failure yet.
    private func send(raw bytes: [UInt8], until deadline: ContinuousClock.Instant) -> Sent {
        var offset = 0
        while offset < bytes.count {
            switch Socket.send(descriptor, bytes, from: offset) {
            case .bytes(let count): offset += count
            case .full: guard Socket.wait(descriptor, for: .writable, until: deadline) else { return .timedOut }
            case .failed: return offset == 0 ? .nothing : .part
            }
        }
        return .whole
    }
}
