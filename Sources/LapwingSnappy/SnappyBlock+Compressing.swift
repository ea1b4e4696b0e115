extension SnappyBlock {
    /// Copies reach back within a block of so many bytes.
    private static let blockBytes = 1 << 16
    private static let hashBits = 14

    /// A block that holds these bytes.
    ///
    /// Matches of four bytes are found through a table of the last place of each hash; where none are found the search
    /// takes longer and longer steps, so that bytes without repetition cost little.
    /// - Complexity: O(bytes).
    public static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count / 2 + 16)
        var length = bytes.count
        while length >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        output.append(UInt8(length))
        var places = [Int32](repeating: -1, count: 1 << hashBits)
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + blockBytes)
            compress(bytes.span, start..<end, &places, into: &output)
            start = end
            for index in places.indices { places[index] = -1 }
        }
        return output
    }

    private static func compress(_ bytes: Span<UInt8>, _ block: Range<Int>, _ places: inout [Int32], into output: inout [UInt8]) {
        var literal = block.lowerBound
        var position = block.lowerBound
        var misses = 0
        while position + 4 <= block.upperBound {
            let word = word(bytes, position)
            let slot = Int(truncatingIfNeeded: (word &* 0x1E35_A7BD) >> UInt32(32 - hashBits))
            let candidate = Int(places[slot]) + block.lowerBound
            let isKnown = places[slot] >= 0
            places[slot] = Int32(truncatingIfNeeded: position - block.lowerBound)
            guard isKnown, self.word(bytes, candidate) == word else {
                misses += 1
                position += 1 + misses >> 5
                continue
            }
            misses = 0
            var length = 4
            while position + length < block.upperBound, bytes[candidate + length] == bytes[position + length] { length += 1 }
            appendLiteral(bytes, literal..<position, to: &output)
            appendCopy(offset: position - candidate, length: length, to: &output)
            position += length
            literal = position
        }
        appendLiteral(bytes, literal..<block.upperBound, to: &output)
    }

    @inline(__always)
    private static func word(_ bytes: Span<UInt8>, _ place: Int) -> UInt32 {
        UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16 | UInt32(bytes[place + 3]) << 24
    }

    private static func appendLiteral(_ bytes: Span<UInt8>, _ range: Range<Int>, to output: inout [UInt8]) {
        if range.isEmpty { return }
        let length = range.count - 1
        if length < 60 {
            output.append(UInt8(length) << 2)
        } else {
            // At most two bytes of length, since a block has no more.
            output.append(length < 256 ? 60 << 2 : 61 << 2)
            output.append(UInt8(truncatingIfNeeded: length))
            if length >= 256 { output.append(UInt8(truncatingIfNeeded: length >> 8)) }
        }
        for index in range { output.append(bytes[index]) }
    }

    private static func appendCopy(offset: Int, length: Int, to output: inout [UInt8]) {
        var length = length
        while length > 0 {
            // No piece shorter than four is left over, which the short form could not say.
            let piece = length > 64 && length < 68 ? 60 : min(length, 64)
            if piece >= 4, piece <= 11, offset < 2048 {
                output.append(UInt8(truncatingIfNeeded: 1 | (piece - 4) << 2 | (offset >> 8) << 5))
                output.append(UInt8(truncatingIfNeeded: offset))
            } else {
                output.append(UInt8(truncatingIfNeeded: 2 | (piece - 1) << 2))
                output.append(UInt8(truncatingIfNeeded: offset))
                output.append(UInt8(truncatingIfNeeded: offset >> 8))
            }
            length -= piece
        }
    }
}
