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

    /// Hands the numbers of some places to `receiver`, and writes what it makes of each to its place in `destination`.
    ///
    /// Four narrow numbers come with one load, two of middle width likewise.
    /// - Parameter offset: where the number of place 0 begins.
    /// - Precondition: all bytes of the numbers are in `bytes`; `width` is at most 57, or 64.
    @inline(__always)
    static func unpack<Receiver: PackedNumberReceiver>(
        _ bytes: UnsafeRawBufferPointer, _ offset: Int, width: Int, _ places: Range<Int>, _ receiver: inout Receiver,
        to destination: UnsafeMutablePointer<Int64>
    ) {
        precondition(offset + byteCount(places.upperBound, width: width) <= bytes.count && (0...57 ~= width || width == 64))
        var local = receiver
        defer { receiver = local }
        var index = places.lowerBound
        let end = places.upperBound
        guard width > 0, let start = bytes.baseAddress.map({ $0 + offset }) else {
            while index < end {
                destination[index] = local.next(0)
                index &+= 1
            }
            return
        }
        let mask = width == 64 ? UInt64.max : (1 << UInt64(width)) &- 1
        let room = bytes.count - offset - 8
        // So many can be read with eight bytes at once.
        let fast = room < 0 ? 0 : min(end, room * 8 / width + 1)
        let step = UInt64(width)
        var bit = index &* width
        if width <= 14 {
            while index &+ 4 <= fast {
                let word = word(start, bit: bit)
                destination[index] = local.next(word & mask)
                destination[index &+ 1] = local.next(word &>> step & mask)
                destination[index &+ 2] = local.next(word &>> (2 &* step) & mask)
                destination[index &+ 3] = local.next(word &>> (3 &* step) & mask)
                index &+= 4
                bit &+= 4 &* width
            }
        } else if width <= 28 {
            while index &+ 2 <= fast {
                let word = word(start, bit: bit)
                destination[index] = local.next(word & mask)
                destination[index &+ 1] = local.next(word &>> step & mask)
                index &+= 2
                bit &+= 2 &* width
            }
        }
        while index < fast {
            destination[index] = local.next(word(start, bit: bit) & mask)
            index &+= 1
            bit &+= width
        }
        while index < end {
            destination[index] = local.next(lastNumber(bytes, offset, bit: bit, mask: mask))
            index &+= 1
            bit &+= width
        }
    }

    /// The bits from `bit` on: at least 57, or 64 at a byte's start.
    @inline(__always)
    private static func word(_ bytes: UnsafeRawPointer, bit: Int) -> UInt64 {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self))
        return word &>> UInt64(truncatingIfNeeded: bit & 7)
    }

    /// A number near the end: from the last eight bytes where so many are there, else byte by byte.
    @inline(__always)
    private static func lastNumber(_ bytes: UnsafeRawBufferPointer, _ offset: Int, bit: Int, mask: UInt64) -> UInt64 {
        let first = offset &+ bit &>> 3
        let last = bytes.count &- 8
        if last >= 0, first >= last {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: last, as: UInt64.self))
            return (word >> UInt64(truncatingIfNeeded: (first &- last) &* 8 &+ bit & 7)) & mask
        }
        return shortNumber(bytes, first, bit: bit, mask: mask)
    }

    private static func shortNumber(_ bytes: UnsafeRawBufferPointer, _ first: Int, bit: Int, mask: UInt64) -> UInt64 {
        var word: UInt64 = 0
        for index in stride(from: min(bytes.count, first + 8) - 1, through: first, by: -1) {
            word = word << 8 | UInt64(bytes[index])
        }
        return (word >> UInt64(bit & 7)) & mask
    }
}

/// What becomes of packed numbers, one after the other.
protocol PackedNumberReceiver {
    mutating func next(_ packed: UInt64) -> Int64
}
