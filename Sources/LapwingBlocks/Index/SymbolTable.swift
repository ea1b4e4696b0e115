/// The texts of an index, each once, in ascending order: places in the file, four bytes for each.
struct SymbolTable: Sendable {
    private let start: Int
    /// From `start`; empty in version 1, where a symbol is named by its place.
    private let offsets: [UInt32]
    private let end: Int

    init(_ bytes: Span<UInt8>, _ range: Range<Int>, _ version: UInt8) throws(DamagedBytes) {
        var reader = ByteReader(bytes, in: range)
        let count = Int(try reader.fixed32())
        start = reader.offset
        end = range.upperBound
        guard version > 1 else {
            offsets = []
            return
        }
        guard count <= reader.remaining else {
            throw DamagedBytes("\(count) symbols are announced, and \(reader.remaining) bytes follow", at: range.lowerBound)
        }
        var offsets: [UInt32] = []
        offsets.reserveCapacity(count)
        for _ in 0..<count {
            // A section is at most 4 GiB long, for its length has four bytes.
            offsets.append(UInt32(truncatingIfNeeded: reader.offset - start))
            _ = try reader.text()
        }
        self.offsets = offsets
    }

    /// Where the text of a symbol stands.
    func text(_ symbol: UInt64, in bytes: Span<UInt8>, at offset: Int) throws(DamagedBytes) -> Range<Int> {
        let place: Int
        if offsets.isEmpty {
            guard symbol >= UInt64(start), symbol < UInt64(end) else {
                throw DamagedBytes("a label names the symbol at \(symbol), and symbols stand at \(start) to \(end)", at: offset)
            }
            place = Int(symbol)
        } else {
            guard symbol < UInt64(offsets.count) else {
                throw DamagedBytes("a label names symbol \(symbol), and there are \(offsets.count)", at: offset)
            }
            place = start + Int(offsets[Int(symbol)])
        }
        var reader = ByteReader(bytes, in: place..<end)
        return try reader.text()
    }
}
