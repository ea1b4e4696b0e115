// Hands the system addresses of arrays, to read into and to write from.

/// Where bytes come from or go to one after the other: what every program is given, a pipe, a file.
public struct ByteStream: Sendable {
    let descriptor: Int32

    public static let input = Self(descriptor: 0)
    public static let output = Self(descriptor: 1)
    public static let error = Self(descriptor: 2)

    /// Whether it is a person's terminal.
    public var isTerminal: Bool { isatty(descriptor) == 1 }

    /// The columns of a terminal that tells them.
    public var columns: Int? {
        var size = winsize()
        return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
    }

    /// Writes all of it, and waits where it has to.
    public func write(_ bytes: [UInt8]) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { raw in systemWrite(descriptor, raw.baseAddress.map { $0 + written }, raw.count - written) }
            if count >= 0 { written += count } else { try recover(waitingFor: POLLOUT) }
        }
    }

    /// What comes until its end.
    public func readToEnd() throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var (filled, room) = (0, likelySize + 1)
        while true {
            if filled == bytes.count {
                bytes += repeatElement(0, count: room)
                room = bytes.count
            }
            let count = bytes.withUnsafeMutableBytes { raw in systemRead(descriptor, raw.baseAddress.map { $0 + filled }, raw.count - filled) }
            if count == 0 { break }
            if count > 0 { filled += count } else { try recover(waitingFor: POLLIN) }
        }
        bytes.removeSubrange(filled...)
        return bytes
    }

    /// What a file says of itself, as far as it is believed; what a pipe holds at once.
    private var likelySize: Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 1 << 16 }
        return min(max(1 << 10, Int(clamping: status.st_size)), 1 << 26)
    }

    /// Returns where the same is to be tried again: after a signal, and once a stream that does not wait is ready.
    private func recover(waitingFor event: some BinaryInteger) throws(SystemError) {
        let fault = errno
        if fault == EINTR { return }
        guard fault == EAGAIN else { throw SystemError(number: fault) }
        var wanted = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        poll(&wanted, 1, -1)
    }
}

extension ByteStream {
    /// All of what a path names, of which the length need not be known.
    public static func contents(of path: String) throws(SystemError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(number: errno) }
        defer { close(descriptor) }
        return try Self(descriptor: descriptor).readToEnd()
    }

    /// Makes a file of these bytes, in the place of what it held.
    public static func write(_ bytes: [UInt8], toFile path: String) throws(SystemError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SystemError(number: errno) }
        defer { close(descriptor) }
        try Self(descriptor: descriptor).write(bytes)
    }
}

/// The methods' names stand before those of the C library.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int { write(descriptor, bytes, count) }
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int { read(descriptor, bytes, count) }

/// What the system says of something that it did not do.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The C library's `errno`.
    public var number: Int32

    public var description: String { String(cString: strerror(number)) }
}
