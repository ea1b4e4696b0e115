// Reads eight bytes at any offset at once. The load stands behind a comparison with the number of bytes.

/// Bits that are read from the last to the first, as entropy coders of zstd leave them; before the first come zeros.
///
/// The highest set bit of the last byte only marks where the others begin.
struct BackwardBits: ~Escapable {
    private let bytes: Span<UInt8>
    /// Bits that are left; below zero when more were read than there are.
    private(set) var left: Int

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(ZstandardError) {
        self.bytes = bytes.extracting(range)
        guard !range.isEmpty, bytes[range.upperBound - 1] != 0 else {
            throw .damaged("a stream of bits has no end", offset: range.upperBound)
        }
        left = range.count * 8 - bytes[range.upperBound - 1].leadingZeroBitCount - 1
    }

    /// The next `count` bits, at most 56, without moving on.
    @inline(__always)
    func peek(_ count: Int) -> UInt64 {
        let start = left &- count
        if start < 0 {
            // What is there stands above the zeros that are not.
            return left <= 0 ? 0 : word(at: 0, count: left) &<< UInt64(truncatingIfNeeded: Swift.min(63, 0 &- start))
        }
        return word(at: start, count: count)
    }

    @inline(__always)
    @_lifetime(self: copy self)
    mutating func skip(_ count: Int) { left &-= count }

    @inline(__always)
    @_lifetime(self: copy self)
    mutating func read(_ count: Int) -> UInt64 {
        defer { left &-= count }
        return peek(count)
    }

    @inline(__always)
    private func word(at bit: Int, count: Int) -> UInt64 {
        let byte = bit &>> 3
        let shift = UInt64(truncatingIfNeeded: bit & 7)
        let mask = (UInt64(1) &<< UInt64(truncatingIfNeeded: count)) &- 1
        guard byte &+ 8 <= bytes.count else { return lastBytes(from: byte) &>> shift & mask }
        let word = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: byte, as: UInt64.self) }
        return UInt64(littleEndian: word) &>> shift & mask
    }

    private func lastBytes(from byte: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in (byte..<max(byte, bytes.count)).reversed() { word = word << 8 | UInt64(bytes[index]) }
        return word
    }
}
