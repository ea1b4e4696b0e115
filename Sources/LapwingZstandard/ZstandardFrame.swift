/// The frames of zstd (Zstandard), decompressed; nothing is compressed here.
///
/// Source: RFC 8878. Without dictionaries, and with no limit on the window but the caller's on what comes out.
public enum ZstandardFrame {
    static let magic: UInt64 = 0xFD2F_B528
    static let skippable: ClosedRange<UInt64> = 0x184D_2A50...0x184D_2A5F

    /// The bytes that some frames hold, one after the other.
    ///
    /// - Parameter limit: the most bytes that are taken; more are refused as soon as they would come.
    /// - Complexity: O(bytes written).
    /// - Throws: `ZstandardError`; nothing is returned of damaged frames.
    public static func decompress(_ frames: [UInt8], limit: Int) throws(ZstandardError) -> [UInt8] {
        let bytes = frames.span
        var cursor = ByteCursor(bytes, 0..<bytes.count)
        var output: [UInt8] = []
        while cursor.remaining > 0 {
            let magic = try cursor.number(4)
            if skippable.contains(magic) {
                _ = try cursor.skip(Int(try cursor.number(4)))
            } else if magic == Self.magic {
                try frame(&cursor, into: &output, limit)
            } else {
                throw cursor.damage("it does not begin as a frame does")
            }
        }
        return output
    }

    private static func frame(_ cursor: inout ByteCursor, into output: inout [UInt8], _ limit: Int) throws(ZstandardError) {
        let header = try FrameHeader(&cursor)
        let start = output.count
        if let size = header.contentSize {
            guard size <= UInt64(limit - start) else { throw .tooLong(limit: limit) }
            // A block takes three bytes at least and gives 128 KiB at most.
            guard size <= UInt64(cursor.remaining) * UInt64(BlockDecoder.maximumBlockBytes) else { throw cursor.damage("\(size) bytes cannot come of it") }
            output.reserveCapacity(start + Int(min(size, 1 << 20)))
        }
        var decoder = BlockDecoder(start: start, limit: limit)
        var isLast = false
        while !isLast {
            let head = Int(try cursor.number(3))
            isLast = head & 1 == 1
            let before = output.count
            try block(&cursor, BlockKind(rawValue: head >> 1 & 3), size: head >> 3, &decoder, into: &output, limit)
            guard output.count - before <= BlockDecoder.maximumBlockBytes else { throw cursor.damage("a block has \(output.count - before) bytes") }
        }
        if let size = header.contentSize, size != UInt64(output.count - start) {
            throw cursor.damage("\(output.count - start) bytes where \(size) were announced")
        }
        guard header.hasChecksum else { return }
        let checksum = try cursor.number(4)
        guard XXHash.hash(output.span.extracting(start..<output.count)) & 0xffff_ffff == checksum else {
            throw cursor.damage("the checksum of what it holds is another one")
        }
    }

    /// How a block is written; the fourth of two bits is kept for later.
    private enum BlockKind: Int {
        case raw, repeated, compressed
    }

    private static func block(
        _ cursor: inout ByteCursor, _ kind: BlockKind?, size: Int, _ decoder: inout BlockDecoder, into output: inout [UInt8], _ limit: Int
    ) throws(ZstandardError) {
        guard size <= BlockDecoder.maximumBlockBytes else { throw cursor.damage("a block of \(size) bytes") }
        if kind == .raw || kind == .repeated, size > limit - output.count { throw .tooLong(limit: limit) }
        switch kind {
        case .raw: output.append(cursor.bytes, try cursor.skip(size))
        case .repeated: output.append(contentsOf: repeatElement(UInt8(truncatingIfNeeded: try cursor.byte()), count: size))
        case .compressed: try decoder.decode(cursor.bytes, try cursor.skip(size), into: &output)
        case nil: throw cursor.damage("a block is of an unknown kind")
        }
    }
}
