// Reads eight bytes at a time through a pointer; the loop ends where fewer than eight are left.

/// CRC-32C, with which Prometheus seals every chunk, index section and log record.
///
/// Eight tables, so that eight bytes cost eight look-ups that do not wait for each other.
/// Source: Kounavis and Berry, "A Systematic Approach to Building High Performance Software-Based CRC Generators".
enum Castagnoli {
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for index in 0..<256 {
            var value = UInt32(index)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
            tables[index] = value
        }
        for index in 256..<tables.count {
            let previous = tables[index - 256]
            tables[index] = previous >> 8 ^ tables[Int(previous & 0xff)]
        }
        return tables
    }()

    static func checksum(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt32 {
        bytes.extracting(range).withUnsafeBytes { raw in
            tables.withUnsafeBufferPointer { checksum(raw, $0) }
        }
    }

    private static func checksum(_ raw: UnsafeRawBufferPointer, _ tables: UnsafeBufferPointer<UInt32>) -> UInt32 {
        var state = UInt64(UInt32.max)
        var offset = 0
        while offset &+ 8 <= raw.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ state
            var next: UInt32 = 0
            for lane in 0..<8 {
                let byte = Int(truncatingIfNeeded: word &>> UInt64(truncatingIfNeeded: 8 &* lane)) & 0xff
                next ^= tables[(7 &- lane) &* 256 &+ byte]
            }
            state = UInt64(next)
            offset &+= 8
        }
        var rest = UInt32(truncatingIfNeeded: state)
        while offset < raw.count {
            rest = rest >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: rest) ^ raw[offset])]
            offset &+= 1
        }
        return ~rest
    }
}
