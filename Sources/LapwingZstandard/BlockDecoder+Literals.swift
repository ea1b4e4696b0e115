/// The bytes that stand for themselves, plain or by Huffman codes. Source: RFC 8878, section 3.1.1.3.1.
extension BlockDecoder {
    mutating func readLiterals(_ cursor: inout ByteCursor) throws(ZstandardError) {
        literals.removeAll(keepingCapacity: true)
        let head = try cursor.byte()
        let format = head >> 2 & 3
        if head & 3 < 2 {
            let size: Int
            switch format {
            case 1: size = head >> 4 | (try cursor.byte()) << 4
            case 3: size = head >> 4 | Int(try cursor.number(2)) << 4
            default: size = head >> 3
            }
            guard size <= Self.maximumBlockBytes else { throw cursor.damage("a block has \(size) literals") }
            if head & 3 == 1 {
                literals.append(contentsOf: repeatElement(UInt8(truncatingIfNeeded: try cursor.byte()), count: size))
            } else {
                literals.append(cursor.bytes, try cursor.skip(size))
            }
            return
        }
        let width = format < 2 ? 10 : format == 2 ? 14 : 18
        let sizes = UInt64(head) | (try cursor.number(format < 2 ? 2 : format + 1)) << 8
        let (size, compressed) = (Int(sizes >> 4) & (1 << width - 1), Int(sizes >> UInt64(4 + width)) & (1 << width - 1))
        guard size <= Self.maximumBlockBytes else { throw cursor.damage("a block has \(size) literals") }
        var inner = ByteCursor(cursor.bytes, try cursor.skip(compressed))
        if head & 3 == 2 { huffman = try HuffmanTable(&inner) }
        guard let huffman else { throw cursor.damage("a block repeats a code, and there was none") }
        try readStreams(&inner, huffman, size, isSingle: format == 0)
    }

    private mutating func readStreams(_ cursor: inout ByteCursor, _ huffman: HuffmanTable, _ size: Int, isSingle: Bool) throws(ZstandardError) {
        if isSingle {
            return try huffman.decode(cursor.bytes, try cursor.skip(cursor.remaining), count: size, into: &literals)
        }
        let lengths = (Int(try cursor.number(2)), Int(try cursor.number(2)), Int(try cursor.number(2)))
        let each = (size + 3) / 4
        guard size - 3 * each >= 0 else { throw cursor.damage("four streams share \(size) literals") }
        for length in [lengths.0, lengths.1, lengths.2] {
            try huffman.decode(cursor.bytes, try cursor.skip(length), count: each, into: &literals)
        }
        try huffman.decode(cursor.bytes, try cursor.skip(cursor.remaining), count: size - 3 * each, into: &literals)
    }
}
