// Reads mapped bytes by pointer inside `FileBytes.withBytes`; each offset is compared with the end before it is read.

/// Bytes that a frame holds, read forward; every read is checked against the end.
public struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    public private(set) var offset: Int
    public let end: Int

    /// - Parameter range: clamped to what is there.
    public init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        let range = range.clamped(to: 0..<bytes.count)
        offset = range.lowerBound
        end = range.upperBound
    }

    public var isAtEnd: Bool { offset >= end }

    /// That a record says more than its bytes can mean; it passed its checksum, so a program that differs wrote it.
    public struct Malformed: Error {
        public let offset: Int

        public init(offset: Int) { self.offset = offset }
    }

    @inline(__always)
    public mutating func byte() throws(Malformed) -> UInt8 {
        guard offset < end else { throw Malformed(offset: offset) }
        defer { offset += 1 }
        return bytes[offset]
    }

    @inline(__always)
    public mutating func varint() throws(Malformed) -> UInt64 {
        var next = try byte()
        if next < 0x80 { return UInt64(next) }
        var result = UInt64(next & 0x7F)
        var shift: UInt64 = 7
        while shift < 64 {
            next = try byte()
            result |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return result }
            shift += 7
        }
        throw Malformed(offset: offset)
    }

    @inline(__always)
    public mutating func zigzag() throws(Malformed) -> Int64 {
        let coded = try varint()
        return Int64(bitPattern: coded >> 1) ^ -Int64(bitPattern: coded & 1)
    }

    /// A number of up to eight bytes, least significant first.
    @inline(__always)
    public mutating func fixed(_ count: Int) throws(Malformed) -> UInt64 {
        guard count <= end - offset else { throw Malformed(offset: offset) }
        defer { offset += count }
        if bytes.count - offset >= 8, count <= 8 {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            return count == 8 ? word : word & (1 << UInt64(8 * count) &- 1)
        }
        var result: UInt64 = 0
        for index in 0..<count { result |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
        return result
    }

    /// A number that counts things of which each takes at least `bytesEach` bytes of what is left.
    public mutating func count(bytesEach: Int = 1) throws(Malformed) -> Int {
        let count = try varint()
        guard count <= UInt64((end - offset) / max(1, bytesEach)) else { throw Malformed(offset: offset) }
        return Int(count)
    }

    /// A number that fits an `Int`.
    public mutating func number() throws(Malformed) -> Int {
        guard let number = Int(exactly: try varint()) else { throw Malformed(offset: offset) }
        return number
    }

    /// Passes over what is left.
    public mutating func skipRest() { offset = end }

    /// A copy of so many bytes.
    public mutating func copy(_ count: Int) throws(Malformed) -> [UInt8] {
        guard count >= 0, count <= end - offset else { throw Malformed(offset: offset) }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }
}

/// Writing what `ByteReader` reads.
extension [UInt8] {
    @inline(__always)
    public mutating func appendNumber(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        append(UInt8(truncatingIfNeeded: value))
    }

    public mutating func appendNumber(_ value: Int) { appendNumber(UInt64(bitPattern: Int64(value))) }

    @inline(__always)
    public mutating func appendSigned(_ value: Int64) { appendNumber(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    /// The lowest `count` bytes of a number, least significant first.
    @inline(__always)
    public mutating func appendFixed(_ value: UInt64, _ count: Int) {
        for index in 0..<count { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}
