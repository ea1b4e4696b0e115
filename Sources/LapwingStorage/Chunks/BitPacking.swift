// Reads eight bytes at any offset at once, which is what makes decoding cost half a nanosecond a sample. All offsets
// are checked against the buffer before the loop: the fast loop runs only where eight bytes are there to read.

/// Numbers of equal width, packed without gaps from the least significant bit on.
enum BitPacking {
    /// Widths above 57 bits do not fit in one load at every bit offset, and are widened to 64.
    static func width(for bits: Int) -> Int { bits > 57 ? 64 : bits }

    static func byteCount(_ count: Int, width: Int) -> Int { (count * width + 7) / 8 }

    /// Appends `values`, each below 2^width.
    static func pack(_ values: UnsafeBufferPointer<UInt64>, width: Int, into bytes: inout [UInt8]) {
        if width == 0 { return }
        let total = byteCount(values.count, width: width)
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: total))
        bytes.withUnsafeMutableBytes { raw in
            var position = start
            var pending: UInt64 = 0
            var filled = 0
            for value in values {
                pending |= value << UInt64(filled)
                filled += width
                if filled < 64 { continue }
                raw.storeBytes(of: pending.littleEndian, toByteOffset: position, as: UInt64.self)
                position += 8
                filled -= 64
                pending = filled == 0 ? 0 : value >> UInt64(width - filled)
            }
            while filled > 0 {
                raw[position] = UInt8(truncatingIfNeeded: pending)
                pending >>= 8
                position += 1
                filled -= 8
            }
        }
    }

    /// Hands `count` numbers, which begin at `offset`, to `body` with their indices.
    ///
    /// - Precondition: all bytes of the numbers are in `bytes`; `width` is at most 57, or 64.
    @inline(__always)
    static func forEach(
        in bytes: UnsafeRawBufferPointer, at offset: Int, width: Int, count: Int, _ body: (Int, UInt64) -> Void
    ) {
        precondition(offset + byteCount(count, width: width) <= bytes.count && (width <= 57 || width == 64))
        if width == 0 {
            for index in 0..<count { body(index, 0) }
            return
        }
        let mask = width == 64 ? UInt64.max : (1 << UInt64(width)) &- 1
        // The number at index i is read from byte (i × width) / 8, and eight bytes have to be there.
        let room = bytes.count - offset - 8
        let fast = room < 0 ? 0 : min(count, room * 8 / width + 1)
        var bit = 0
        for index in 0..<fast {
            let word = UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: offset &+ (bit >> 3), as: UInt64.self))
            body(index, (word >> UInt64(bit & 7)) & mask)
            bit &+= width
        }
        for index in fast..<count {
            body(index, slow(bytes, at: offset, bit: index * width, width: width))
        }
    }

    /// One number near the end, byte by byte.
    private static func slow(_ bytes: UnsafeRawBufferPointer, at offset: Int, bit: Int, width: Int) -> UInt64 {
        var result: UInt64 = 0
        for index in 0..<width {
            let place = bit + index
            let value = UInt64(bytes[offset + place >> 3] >> UInt8(place & 7)) & 1
            result |= value << UInt64(index)
        }
        return result
    }
}
