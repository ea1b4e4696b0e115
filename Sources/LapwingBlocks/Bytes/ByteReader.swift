/// A place in bytes that were read from a file, moved forward field by field; every read is checked against the end.
///
/// Numbers of fixed width come with their most significant byte first, variable ones as Go's `encoding/binary` writes
/// them. Source: Prometheus 3.14 `tsdb/encoding/encoding.go`.
struct ByteReader: ~Escapable {
    let bytes: Span<UInt8>
    private(set) var offset: Int
    private let end: Int

    /// - Parameter range: what is to be read; cut to what is there.
    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, in range: Range<Int>) {
        self.bytes = bytes
        offset = min(max(range.lowerBound, 0), bytes.count)
        end = min(max(range.upperBound, offset), bytes.count)
    }

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.init(bytes, in: 0..<bytes.count) }

    var isAtEnd: Bool { offset >= end }
    var remaining: Int { end - offset }

    @_lifetime(self: copy self)
    mutating func byte() throws(DamagedBytes) -> UInt8 {
        guard offset < end else { throw short(1) }
        defer { offset += 1 }
        return bytes[offset]
    }

    @_lifetime(self: copy self)
    mutating func fixed(_ width: Int) throws(DamagedBytes) -> UInt64 {
        guard width <= remaining else { throw short(width) }
        var result: UInt64 = 0
        for index in offset..<(offset + width) { result = result << 8 | UInt64(bytes[index]) }
        offset += width
        return result
    }

    @_lifetime(self: copy self)
    mutating func fixed32() throws(DamagedBytes) -> UInt32 { UInt32(truncatingIfNeeded: try fixed(4)) }

    @_lifetime(self: copy self)
    mutating func fixed64() throws(DamagedBytes) -> UInt64 { try fixed(8) }

    @_lifetime(self: copy self)
    mutating func double() throws(DamagedBytes) -> Double { Double(bitPattern: try fixed(8)) }

    @_lifetime(self: copy self)
    mutating func uvarint() throws(DamagedBytes) -> UInt64 {
        if offset < end, bytes[offset] < 0x80 {
            defer { offset += 1 }
            return UInt64(bytes[offset])
        }
        let start = offset
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while offset < end, shift < 70 {
            let next = bytes[offset]
            offset += 1
            if shift == 63, next > 1 { break }
            result |= UInt64(next & 0x7f) << shift
            if next < 0x80 { return result }
            shift += 7
        }
        throw DamagedBytes(offset < end ? "a number has more than 64 bits" : "it ends in the middle of a number", at: start)
    }

    /// Signed: zigzag over `uvarint`.
    @_lifetime(self: copy self)
    mutating func varint() throws(DamagedBytes) -> Int64 {
        let coded = try uvarint()
        return Int64(bitPattern: coded >> 1) ^ -Int64(bitPattern: coded & 1)
    }

    /// How many things follow, each of which takes at least `size` bytes: more than can be there are refused before
    /// anything is allocated for them.
    @_lifetime(self: copy self)
    mutating func count(of what: String, atLeast size: Int = 1) throws(DamagedBytes) -> Int {
        let start = offset
        let count = try uvarint()
        guard count <= UInt64(remaining / size) else {
            throw DamagedBytes("\(count) \(what) are announced, and \(remaining) bytes follow", at: start)
        }
        return Int(count)
    }

    /// The place of so many bytes, which are passed over.
    @_lifetime(self: copy self)
    mutating func skip(_ count: Int) throws(DamagedBytes) -> Range<Int> {
        guard count >= 0, count <= remaining else { throw short(count) }
        defer { offset += count }
        return offset..<(offset + count)
    }

    /// The place of a text that stands behind its length.
    @_lifetime(self: copy self)
    mutating func text() throws(DamagedBytes) -> Range<Int> { try skip(try count(of: "bytes of text")) }

    private func short(_ count: Int) -> DamagedBytes {
        DamagedBytes("\(count) bytes should follow, and \(remaining) are there", at: offset)
    }
}
