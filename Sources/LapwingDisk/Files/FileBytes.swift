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
    private let held: [UInt8]

    /// Bytes that stand in memory.
    public init(_ bytes: [UInt8]) {
        held = bytes
        count = bytes.count
        address = 0
    }

    /// Bytes that the system has mapped, and that are unmapped with this object.
    init(address: UInt, count: Int) {
        self.address = address
        self.count = count
        held = []
    }

    deinit {
        if address != 0 { munmap(UnsafeMutableRawPointer(bitPattern: address), count) }
    }

    /// Lends the bytes, for the length of the call.
    public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        if address != 0 { return try body(UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)) }
        return try held.withUnsafeBufferPointer { (buffer) throws(E) in try body(UnsafeRawBufferPointer(buffer)) }
    }

    /// A copy of some of the bytes; of those alone that are there.
    public func copy(_ range: Range<Int>) -> [UInt8] {
        withBytes { Array($0[range.clamped(to: 0..<count)]) }
    }
}
