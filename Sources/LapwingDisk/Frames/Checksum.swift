// Reads eight bytes at a time from memory that the caller lends, and looks them up in tables by pointer: an array would be
// checked for each byte. Every index is a byte, the tables have 256 entries each.

/// CRC-32C (Castagnoli), as iSCSI and most logs use it.
///
/// Source: RFC 3720, appendix B.4; eight bytes a step by M. Kounavis and F. Berry, "Novel Table Lookup-Based Algorithms
/// for High-Performance CRC Generation", 2008.
public enum Checksum {
    /// Entry 256 k + b: what byte b does to the sum when k more bytes follow it.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var sum = UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
            tables[byte] = sum
        }
        for index in 256..<tables.count {
            let before = tables[index - 256]
            tables[index] = tables[Int(before & 0xFF)] ^ before >> 8
        }
        return tables
    }()

    /// The sum of bytes, continuing the sum of those before them.
    ///
    /// - Complexity: O(bytes).
    public static func crc32c(_ bytes: UnsafeRawBufferPointer, continuing before: UInt32 = 0) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var sum = UInt64(~before)
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ sum
                var next = tables[Int(word >> 56)]
                for byte in 0..<7 { next ^= tables[(7 - byte) << 8 | Int(word >> UInt64(8 * byte) & 0xFF)] }
                sum = UInt64(next)
                offset += 8
            }
            var rest = UInt32(truncatingIfNeeded: sum)
            while offset < bytes.count {
                rest = tables[Int((rest ^ UInt32(bytes[offset])) & 0xFF)] ^ rest >> 8
                offset += 1
            }
            return ~rest
        }
    }

    public static func crc32c(_ bytes: Span<UInt8>) -> UInt32 { bytes.withUnsafeBytes { crc32c($0) } }

    public static func crc32c(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { crc32c($0) } }
}
