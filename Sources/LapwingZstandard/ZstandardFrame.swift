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
            let block = Int(try cursor.number(3))
            isLast = block & 1 == 1
            let before = output.count
            try Self.block(&cursor, kind: block >> 1 & 3, size: block >> 3, &decoder, into: &output, limit)
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

    private static func block(
        _ cursor: inout ByteCursor, kind: Int, size: Int, _ decoder: inout BlockDecoder, into output: inout [UInt8], _ limit: Int
    ) throws(ZstandardError) {
        guard size <= BlockDecoder.maximumBlockBytes else { throw cursor.damage("a block of \(size) bytes") }
        switch kind {
        case 0, 1:
            guard size <= limit - output.count else { throw .tooLong(limit: limit) }
            if kind == 1 {
                output.append(contentsOf: repeatElement(UInt8(truncatingIfNeeded: try cursor.byte()), count: size))
            } else {
                output.append(cursor.bytes, try cursor.skip(size))
            }
        case 2: try decoder.decode(cursor.bytes, try cursor.skip(size), into: &output)
        default: throw cursor.damage("a block is of an unknown kind")
        }
    }
}

/// What stands before the blocks of a frame.
struct FrameHeader {
    /// Bytes of the frame, where it says so.
    private(set) var contentSize: UInt64?
    let hasChecksum: Bool

    init(_ cursor: inout ByteCursor) throws(ZstandardError) {
        let flags = try cursor.byte()
        guard flags & 8 == 0 else { throw cursor.damage("a frame asks for something unknown") }
        hasChecksum = flags & 4 != 0
        let isSingle = flags & 32 != 0
        if !isSingle { _ = try cursor.byte() }
        let dictionary = try cursor.number([0, 1, 2, 4][flags & 3])
        if dictionary != 0 { throw .needsDictionary(dictionary) }
        switch flags >> 6 {
        case 0: contentSize = isSingle ? try cursor.number(1) : nil
        case 1: contentSize = try cursor.number(2) + 256
        case 2: contentSize = try cursor.number(4)
        default: contentSize = try cursor.number(8)
        }
    }
}
