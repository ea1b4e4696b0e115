/// How a part of a sequence is coded: a symbol of a table, and for the larger ones further bits.
///
/// Source: RFC 8878, section 3.1.1.3.2.1 and appendix A.
struct SequenceCode: Sendable {
    let maximumAccuracy: Int
    let maximumSymbol: Int
    /// The table that is used where a block brings none.
    let standard: EntropyTable
    /// The least value of each symbol, and how many bits are added to it; empty for distances.
    private let bases: [(value: Int, bits: Int)]

    /// In the order in which a block has their tables.
    static let all = [literalLength, distance, matchLength]

    static let literalLength = SequenceCode(
        maximumAccuracy: 9, maximumSymbol: 35,
        standard: EntropyTable(
            accuracy: 6,
            [
                4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
            ]),
        bases: bases(from: 0, plain: 16, [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]))

    static let matchLength = SequenceCode(
        maximumAccuracy: 9, maximumSymbol: 52,
        standard: EntropyTable(
            accuracy: 6,
            [
                1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
            ]),
        bases: bases(from: 3, plain: 32, [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]))

    static let distance = SequenceCode(
        maximumAccuracy: 8, maximumSymbol: 31,
        standard: EntropyTable(
            accuracy: 5, [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]),
        bases: [])

    /// So many symbols stand for one value each; each of the others begins where the one before it ends.
    private static func bases(from first: Int, plain: Int, _ widths: [Int]) -> [(value: Int, bits: Int)] {
        var bases = (0..<plain).map { (value: first + $0, bits: 0) }
        var next = first + plain
        for width in widths {
            bases.append((next, width))
            next += 1 << width
        }
        return bases
    }

    @_lifetime(bits: copy bits)
    func value(_ symbol: UInt8, _ bits: inout BackwardBits) -> Int {
        let base = bases[Int(symbol)]
        return base.value + Int(bits.read(base.bits))
    }
}
