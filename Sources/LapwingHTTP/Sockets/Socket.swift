// Calls the system's socket functions, which take pointers: each points into an array or a local variable for the
// length of one call. Descriptors are plain numbers; who closes them is said where they are held.
import LapwingSystem

/// Non-blocking TCP sockets, one function for each thing that the server and the client ask of the system.
enum Socket {
    enum Received: Equatable {
        case bytes(Int)
        case nothingYet
        case end
        case failed(Int32)
    }

    enum Sent: Equatable {
        case bytes(Int)
        case full
        case failed(Int32)
    }

    /// Reads once, into the front of `block`.
    static func receive(_ descriptor: Int32, into block: inout [UInt8]) -> Received {
        while true {
            let count = block.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .nothingYet : .failed(errno)
        }
    }

    /// Writes once, from `offset` on. A connection that the other side closed is an answer here, never a signal.
    static func send(_ descriptor: Int32, _ bytes: [UInt8], from offset: Int) -> Sent {
        while true {
            let count = bytes.withUnsafeBytes { buffer in
                systemSend(descriptor, buffer[offset...])
            }
            if count >= 0 { return .bytes(count) }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .full : .failed(errno)
        }
    }

    private static func systemSend(_ descriptor: Int32, _ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
        let buffer = UnsafeRawBufferPointer(rebasing: bytes)
        #if canImport(Darwin)
            return Darwin.send(descriptor, buffer.baseAddress, buffer.count, 0)
        #elseif canImport(Glibc)
            return Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
        #else
            return Musl.send(descriptor, buffer.baseAddress, buffer.count, MSG_NOSIGNAL)
        #endif
    }

    static func close(_ descriptor: Int32) {
        #if canImport(Darwin)
            _ = Darwin.close(descriptor)
        #elseif canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Musl.close(descriptor)
        #endif
    }

    /// Says that nothing more will be written.
    static func finishSending(_ descriptor: Int32) { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends both directions, so that whoever waits on the socket wakes; the descriptor stays taken.
    static func abort(_ descriptor: Int32) { shutdown(descriptor, Int32(SHUT_RDWR)) }

    enum Readiness {
        case readable
        case writable
    }

    /// Waits until the socket is ready, or has failed, which is ready too; false when `deadline` passes first.
    static func wait(_ descriptor: Int32, for readiness: Readiness, until deadline: ContinuousClock.Instant) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(readiness == .readable ? POLLIN : POLLOUT), revents: 0)
        while true {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { return false }
            let count = poll(&entry, 1, milliseconds(left))
            if count > 0 { return true }
            if count < 0, errno != EINTR { return true }
        }
    }

    /// A wait is for no more bytes than this.
    static let awaitedMaximum = 1 << 18
    /// And never for several bytes where fewer than this are to come.
    private static let awaitedMinimum = 1 << 16

    /// Waits until the socket has something to read. Of a large body that is a good part of it, or what has come when the other side
    /// can send no more: a sender that is slower than its reader would wake it for each packet.
    ///
    /// - Parameter awaited: as many bytes are known to come, at least.
    static func waitToRead(_ descriptor: Int32, awaiting awaited: Int, until deadline: ContinuousClock.Instant) -> Bool {
        guard awaited >= awaitedMinimum else { return wait(descriptor, for: .readable, until: deadline) }
        setOption(descriptor, SOL_SOCKET, SO_RCVLOWAT, Int32(min(awaited, awaitedMaximum)))
        defer { setOption(descriptor, SOL_SOCKET, SO_RCVLOWAT) }
        return wait(descriptor, for: .readable, until: deadline)
    }

    /// A wait for the system, rounded up, so that it never ends before its time and then spins.
    static func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = duration.components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    /// Whether an idle connection has something to read, its end included: then it cannot be used again.
    static func hasInput(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) != 0
    }

    static func reason(_ code: Int32) -> String {
        switch code {
        case ECONNREFUSED: "connection refused"
        case ECONNRESET: "connection reset by peer"
        case EPIPE: "broken pipe"
        case EADDRINUSE: "address already in use"
        case EADDRNOTAVAIL: "cannot assign requested address"
        case EACCES: "permission denied"
        case EHOSTUNREACH: "no route to host"
        case ENETUNREACH: "network is unreachable"
        case ETIMEDOUT: "connection timed out"
        case EMFILE, ENFILE: "too many open files"
        default: "system error \(code)"
        }
    }

    /// The descriptor of a new socket that does not block, is not inherited, and does not gather small writes; nil where none is left for it.
    static func open(family: Int32) -> Int32? {
        #if canImport(Glibc)
            let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(family, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { return nil }
        if DescriptorLimit.isReserved(descriptor) {
            close(descriptor)
            errno = EMFILE
            return nil
        }
        prepare(descriptor)
        return descriptor
    }

    static func prepare(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
        #if canImport(Darwin)
            setOption(descriptor, SOL_SOCKET, SO_NOSIGPIPE)
        #endif
    }

    static func setOption(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32 = 1) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
