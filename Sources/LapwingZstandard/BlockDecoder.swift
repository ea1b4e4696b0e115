// Copies within an array go through its memory: a slice of the array that is appended to would be a copy of all of it.

/// What the blocks of one frame hand on from one to the next, and how a compressed block becomes bytes.
///
/// Source: RFC 8878, section 3.1.1.3.
struct BlockDecoder {
    static let maximumBlockBytes = 128 << 10

    var huffman: HuffmanTable?
    private var tables: [EntropyTable?] = [nil, nil, nil]
    /// The last three distances, newest first.
    private var distances = (1, 4, 8)
    var literals: [UInt8] = []
    /// Where the frame's bytes begin in the output: matches reach no further back.
    let start: Int
    let limit: Int

    init(start: Int, limit: Int) {
        self.start = start
        self.limit = limit
    }

    mutating func decode(_ bytes: Span<UInt8>, _ block: Range<Int>, into output: inout [UInt8]) throws(ZstandardError) {
        var cursor = ByteCursor(bytes, block)
        try readLiterals(&cursor)
        let count = try Self.sequenceCount(&cursor)
        guard count > 0 else {
            if cursor.remaining > 0 { throw cursor.damage("a block goes on behind its literals") }
            return try append(literals[...], to: &output)
        }
        let modes = try cursor.byte()
        guard modes & 3 == 0 else { throw cursor.damage("a block is coded in an unknown way") }
        for (index, code) in SequenceCode.all.enumerated() {
            try readTable(&cursor, TableMode(rawValue: modes >> (6 - 2 * index) & 3) ?? .same, index, code)
        }
        guard let lengths = tables[0], let offsets = tables[1], let matches = tables[2] else { throw cursor.damage("a table is missing") }
        try run(bytes, cursor.offset..<block.upperBound, count, lengths, offsets, matches, &output)
    }

    /// Where a block's table of a code comes from.
    private enum TableMode: Int {
        /// That of the standard.
        case standard
        /// One symbol that always comes.
        case single
        case described
        /// That of the block before.
        case same
    }

    private mutating func readTable(
        _ cursor: inout ByteCursor, _ mode: TableMode, _ index: Int, _ code: SequenceCode
    ) throws(ZstandardError) {
        switch mode {
        case .standard: tables[index] = code.standard
        case .single:
            let symbol = try cursor.byte()
            guard symbol <= code.maximumSymbol else { throw cursor.damage("a sequence has the unknown code \(symbol)") }
            tables[index] = EntropyTable(always: UInt8(symbol))
        case .described: tables[index] = try EntropyTable(&cursor, maximumAccuracy: code.maximumAccuracy, maximumSymbol: code.maximumSymbol)
        case .same: if tables[index] == nil { throw cursor.damage("a block repeats a table, and there was none") }
        }
    }

    private static func sequenceCount(_ cursor: inout ByteCursor) throws(ZstandardError) -> Int {
        let first = try cursor.byte()
        if first < 128 { return first }
        if first < 255 { return (first - 128) << 8 + (try cursor.byte()) }
        return Int(try cursor.number(2)) + 0x7F00
    }

    private mutating func run(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ count: Int, _ lengths: EntropyTable, _ offsets: EntropyTable, _ matches: EntropyTable,
        _ output: inout [UInt8]
    ) throws(ZstandardError) {
        var bits = try BackwardBits(bytes, range)
        var used = 0
        var (length, offset, match) = (Int(bits.read(lengths.accuracy)), Int(bits.read(offsets.accuracy)), Int(bits.read(matches.accuracy)))
        for index in 0..<count {
            let (lengthState, offsetState, matchState) = (lengths.states[length], offsets.states[offset], matches.states[match])
            let offsetValue = 1 << Int(offsetState.symbol) + Int(bits.read(Int(offsetState.symbol)))
            let matchLength = SequenceCode.matchLength.value(matchState.symbol, &bits)
            let literalLength = SequenceCode.literalLength.value(lengthState.symbol, &bits)
            guard literalLength <= literals.count - used else { throw .damaged("a sequence takes more literals than there are", offset: range.lowerBound) }
            try append(literals[used..<(used + literalLength)], to: &output)
            used += literalLength
            try copy(distance(offsetValue, literalLength), matchLength, to: &output, range)
            if index == count - 1 { break }
            length = Int(lengthState.base) + Int(bits.read(Int(lengthState.bitCount)))
            match = Int(matchState.base) + Int(bits.read(Int(matchState.bitCount)))
            offset = Int(offsetState.base) + Int(bits.read(Int(offsetState.bitCount)))
            guard bits.left >= 0 else { throw .damaged("the sequences end before the last", offset: range.lowerBound) }
        }
        guard bits.left == 0 else { throw .damaged("the sequences do not end with the last", offset: range.lowerBound) }
        try append(literals[used...], to: &output)
    }

    /// A distance, or which of the last three; without literals before it, the one after that.
    private mutating func distance(_ value: Int, _ literalLength: Int) -> Int {
        let (a, b, c) = distances
        let index = value > 3 ? 4 : value + (literalLength == 0 ? 1 : 0)
        let found: Int
        switch index {
        case 1: return a
        case 2: found = b
        case 3: found = c
        default: found = value > 3 ? value - 3 : a - 1
        }
        distances = index == 2 ? (found, a, c) : (found, a, b)
        return found
    }

    private func copy(_ distance: Int, _ count: Int, to output: inout [UInt8], _ range: Range<Int>) throws(ZstandardError) {
        guard distance > 0, distance <= output.count - start else {
            throw .damaged("a match begins \(distance) bytes back, where \(output.count - start) are written", offset: range.lowerBound)
        }
        guard count <= limit - output.count else { throw .tooLong(limit: limit) }
        let end = output.count
        output.append(contentsOf: repeatElement(0, count: count))
        output.withUnsafeMutableBytes { bytes in
            // A match that is longer than its distance goes on with what it has written: each piece is all that there is so far.
            var copied = 0
            while copied < count {
                let piece = min(count - copied, distance + copied)
                let source = UnsafeRawBufferPointer(rebasing: bytes[(end - distance)..<(end - distance + piece)])
                UnsafeMutableRawBufferPointer(rebasing: bytes[(end + copied)...]).copyMemory(from: source)
                copied += piece
            }
        }
    }

    private func append(_ bytes: ArraySlice<UInt8>, to output: inout [UInt8]) throws(ZstandardError) {
        guard bytes.count <= limit - output.count else { throw .tooLong(limit: limit) }
        output.append(contentsOf: bytes)
    }
}
