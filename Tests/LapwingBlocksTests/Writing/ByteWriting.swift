import LapwingDisk

@testable import LapwingBlocks

/// Bytes as Prometheus' files have them, for fixtures.
extension [UInt8] {
    mutating func put(_ value: UInt64, width: Int) {
        for shift in (0..<width).reversed() { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * shift))) }
    }

    mutating func put32(_ value: UInt32) { put(UInt64(value), width: 4) }
    mutating func put64(_ value: Int64) { put(UInt64(bitPattern: value), width: 8) }
    mutating func put(_ value: Double) { put(value.bitPattern, width: 8) }

    mutating func putUvarint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        append(UInt8(value))
    }

    mutating func putVarint(_ value: Int64) { putUvarint(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    mutating func put(_ text: String) {
        putUvarint(UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }

    /// The checksum of all bytes from an index on.
    mutating func putChecksum(from start: Int) { put32(Checksum.crc32c(span.extracting(start..<count))) }

    /// A section of an index: length, bytes, checksum.
    mutating func putSection(_ body: [UInt8]) {
        put32(UInt32(body.count))
        let start = count
        append(contentsOf: body)
        putChecksum(from: start)
    }
}

/// Bits, most significant first.
struct BitWriter {
    var bytes: [UInt8] = []
    private var used = 8

    init(_ bytes: [UInt8] = []) { self.bytes = bytes }

    mutating func put(_ bit: Bool) {
        if used == 8 {
            bytes.append(0)
            used = 0
        }
        if bit { bytes[bytes.count - 1] |= 0x80 >> UInt8(used) }
        used += 1
    }

    mutating func put(_ value: UInt64, _ count: Int) {
        for shift in (0..<count).reversed() { put(value >> UInt64(shift) & 1 == 1) }
    }

    mutating func put(_ value: Int64, _ count: Int) { put(UInt64(bitPattern: value), count) }

    mutating func put(bytes: [UInt8]) { for byte in bytes { put(UInt64(byte), 8) } }

    mutating func putUvarint(_ value: UInt64) {
        var bytes: [UInt8] = []
        bytes.putUvarint(value)
        put(bytes: bytes)
    }

    mutating func putVarint(_ value: Int64) { putUvarint(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    private static let widths = [3, 6, 9, 12, 18, 25, 56]

    /// Ones and a zero, as many as the width of the number asks for, then the number.
    private mutating func putBucketed(_ value: UInt64, fits: (Int) -> Bool) {
        for (index, width) in Self.widths.enumerated() where fits(width) {
            putOnes(index + 1)
            return put(value, width)
        }
        put(0xff as UInt64, 8)
        put(value, 64)
    }

    mutating func putVarbit(_ value: Int64) {
        if value == 0 { return put(false) }
        putBucketed(UInt64(bitPattern: value)) { Self.fits(value, $0) }
    }

    /// So many ones, and a zero.
    mutating func putOnes(_ count: Int) {
        for _ in 0..<count { put(true) }
        put(false)
    }

    /// Whether a number lies in -(2^(width-1) - 1) … 2^(width-1).
    static func fits(_ value: Int64, _ width: Int) -> Bool {
        let half = Int64(1) << Int64(width - 1)
        return value > -half && value <= half
    }

    mutating func putVarbit(unsigned value: UInt64) {
        if value == 0 { return put(false) }
        putBucketed(value) { value < 1 << UInt64($0) }
    }
}

/// The state of one float that is written by exclusive or.
struct XORWriter {
    private var last: UInt64 = 0
    private var leading: Int?
    private var trailing = 0

    mutating func start(_ value: Double, _ writer: inout BitWriter) {
        last = value.bitPattern
        writer.put(last, 64)
    }

    /// - Parameter isKnownToChange: writes no bit for "unchanged", as XOR2 does behind its control prefix.
    mutating func put(_ value: Double, _ writer: inout BitWriter, isKnownToChange: Bool = false) {
        let change = value.bitPattern ^ last
        last = value.bitPattern
        if !isKnownToChange {
            writer.put(change != 0)
            if change == 0 { return }
        }
        let (newLeading, newTrailing) = (min(31, change.leadingZeroBitCount), change.trailingZeroBitCount)
        if let leading, newLeading >= leading, newTrailing >= trailing {
            writer.put(false)
            return writer.put(change >> UInt64(trailing), 64 - leading - trailing)
        }
        (leading, trailing) = (newLeading, newTrailing)
        let width = 64 - newLeading - newTrailing
        writer.put(true)
        writer.put(UInt64(newLeading), 5)
        writer.put(UInt64(width & 63), 6)
        writer.put(change >> UInt64(newTrailing), width)
    }

    func isSame(_ value: Double) -> Bool { value.bitPattern == last }
}
