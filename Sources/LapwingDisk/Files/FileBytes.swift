// Lends pointers into mapped memory, which lives as long as the object. The address is kept as a number, so that the
// object is Sendable as the compiler understands it: nobody writes there.
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The bytes of a file: mapped, so that they are read from the disk when they are looked at, or held.
public final class FileBytes: Sendable {
    public let count: Int
    private let address: UInt
    private let isMapped: Bool

    /// A copy of bytes, in memory.
    public init(_ bytes: [UInt8]) {
        count = bytes.count
        isMapped = false
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 8)
        copy.copyBytes(from: bytes)
        address = UInt(bitPattern: copy.baseAddress)
    }

    /// Bytes that the system has mapped, and that are unmapped with this object.
    init(address: UInt, count: Int) {
        self.address = address
        self.count = count
        isMapped = true
    }

    deinit {
        guard let start = UnsafeMutableRawPointer(bitPattern: address) else { return }
        if isMapped { munmap(start, count) } else { start.deallocate() }
    }

    private var raw: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
    }

    public var span: Span<UInt8> {
        @_lifetime(borrow self)
        get { _overrideLifetime(raw.bindMemory(to: UInt8.self).span, borrowing: self) }
    }

    /// Lends the bytes, for the length of the call.
    public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R { try body(raw) }

    /// A copy of some of the bytes; of those alone that are there.
    public func copy(_ range: Range<Int>) -> [UInt8] { Array(raw[range.clamped(to: 0..<count)]) }
}
