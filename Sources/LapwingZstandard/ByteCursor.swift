// Lends a part of some bytes by pointer, for the length of one call.

/// A place in a frame, moved forward; every read is checked against the end.
struct ByteCursor: ~Escapable {
    let bytes: Span<UInt8>
    private(set) var offset: Int
    let end: Int

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = min(range.upperBound, bytes.count)
    }

    var remaining: Int { end - offset }

    /// A number whose least significant byte comes first.
    @_lifetime(self: copy self)
    mutating func number(_ width: Int) throws(ZstandardError) -> UInt64 {
        let range = try skip(width)
        var result: UInt64 = 0
        for index in range.reversed() { result = result << 8 | UInt64(bytes[index]) }
        return result
    }

    @_lifetime(self: copy self)
    mutating func byte() throws(ZstandardError) -> Int { Int(try number(1)) }

    @_lifetime(self: copy self)
    mutating func skip(_ count: Int) throws(ZstandardError) -> Range<Int> {
        guard count >= 0, count <= remaining else { throw damage("\(count) bytes should follow, and \(remaining) are there") }
        defer { offset += count }
        return offset..<(offset + count)
    }

    func damage(_ what: String) -> ZstandardError { .damaged(what, offset: offset) }
}

extension [UInt8] {
    /// Appends a part of some bytes, which lies within them.
    mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        bytes.extracting(range).withUnsafeBufferPointer { append(contentsOf: $0) }
    }
}
