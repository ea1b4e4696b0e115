import CZlib

/// Pixels as a PNG file.
///
/// Source: W3C "Portable Network Graphics", third edition, sections 5 and 11. This file calls zlib, which takes pointers: each is
/// taken from an array for the length of one call.
enum PNGImage {
    /// - Parameter pixels: red, green and blue of each, row by row.
    static func encoded(_ pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
        var rows: [UInt8] = []
        rows.reserveCapacity(height * (width * 3 + 1))
        for row in 0..<height {
            // Filter 0: the row as it is.
            rows.append(0)
            rows += pixels[row * width * 3..<(row + 1) * width * 3]
        }
        // Eight bits of each of three colours; the standard's own compression, filters and no interlacing.
        let head = Self.bigEndian(UInt32(width)) + Self.bigEndian(UInt32(height)) + [8, 2, 0, 0, 0]
        return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + chunk("IHDR", head) + chunk("IDAT", deflated(rows)) + chunk("IEND", [])
    }

    private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let checked = Array(type.utf8) + content
        return bigEndian(UInt32(content.count)) + checked + bigEndian(UInt32(truncatingIfNeeded: crc32(0, checked, uInt(checked.count))))
    }

    private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        var length = compressBound(uLong(bytes.count))
        var output = [UInt8](repeating: 0, count: Int(length))
        // The output has room for the worst case, so that it cannot fail.
        compress2(&output, &length, bytes, uLong(bytes.count), 9)
        return Array(output.prefix(Int(length)))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }
}
