/// A decoding table of Huffman codes, by the next bits.
///
/// Source: RFC 8878, section 4.2.
struct HuffmanTable: Sendable {
    static let maximumBits = 11

    struct Entry: Sendable {
        var symbol: UInt8
        var bitCount: UInt8
    }

    let bits: Int
    let entries: [Entry]

    /// Reads the weights of the symbols that stand at the cursor.
    init(_ cursor: inout ByteCursor) throws(ZstandardError) {
        let head = try cursor.byte()
        var weights: [Int] = []
        if head >= 128 {
            let count = head - 127
            let range = try cursor.skip((count + 1) / 2)
            for index in 0..<count {
                let pair = cursor.bytes[range.lowerBound + index / 2]
                weights.append(Int(index % 2 == 0 ? pair >> 4 : pair & 15))
            }
        } else {
            let end = cursor.offset + head
            let range = try cursor.skip(head)
            var inner = ByteCursor(cursor.bytes, range)
            let table = try EntropyTable(&inner, maximumAccuracy: 6, maximumSymbol: 255)
            weights = try Self.weights(cursor.bytes, inner.offset..<end, table)
        }
        try self.init(weights, cursor.offset)
    }

    /// Two states take turns until the bits are used up; the one that could not go on gives the last weight.
    private static func weights(_ bytes: Span<UInt8>, _ range: Range<Int>, _ table: EntropyTable) throws(ZstandardError) -> [Int] {
        var bits = try BackwardBits(bytes, range)
        var states = (Int(bits.read(table.accuracy)), Int(bits.read(table.accuracy)))
        var weights: [Int] = []
        while weights.count <= 255 {
            let state = table.states[states.0]
            weights.append(Int(state.symbol))
            states.0 = Int(state.base) + Int(bits.read(Int(state.bitCount)))
            if bits.left < 0 {
                weights.append(Int(table.states[states.1].symbol))
                return weights
            }
            states = (states.1, states.0)
        }
        throw .damaged("a code has more than 256 symbols", offset: range.lowerBound)
    }

    /// The last weight is not written: it fills what the others leave of a power of two.
    private init(_ written: [Int], _ offset: Int) throws(ZstandardError) {
        var sum = 0
        for weight in written {
            guard weight <= Self.maximumBits else { throw .damaged("a symbol has the weight \(weight)", offset: offset) }
            if weight > 0 { sum += 1 << (weight - 1) }
        }
        guard sum > 0, written.count <= 255 else { throw .damaged("a code has no symbols, or too many", offset: offset) }
        bits = Int.bitWidth - sum.leadingZeroBitCount
        let rest = (1 << bits) - sum
        guard bits <= Self.maximumBits, rest & (rest - 1) == 0 else { throw .damaged("the weights of a code do not add up", offset: offset) }
        let weights = written + [rest.trailingZeroBitCount + 1]
        var entries: [Entry] = []
        entries.reserveCapacity(1 << bits)
        for weight in 1...bits {
            for (symbol, own) in weights.enumerated() where own == weight {
                let entry = Entry(symbol: UInt8(truncatingIfNeeded: symbol), bitCount: UInt8(bits + 1 - weight))
                entries.append(contentsOf: repeatElement(entry, count: 1 << (weight - 1)))
            }
        }
        guard entries.count == 1 << bits else { throw .damaged("the weights of a code do not add up", offset: offset) }
        self.entries = entries
    }

    /// Adds `count` symbols of a stream, which must be used up by them.
    func decode(_ bytes: Span<UInt8>, _ range: Range<Int>, count: Int, into literals: inout [UInt8]) throws(ZstandardError) {
        var stream = try BackwardBits(bytes, range)
        for _ in 0..<count {
            let entry = entries[Int(stream.peek(bits))]
            stream.skip(Int(entry.bitCount))
            literals.append(entry.symbol)
            if stream.left < 0 { break }
        }
        guard stream.left == 0 else { throw .damaged("a stream of literals does not end with its last symbol", offset: range.upperBound) }
    }
}
