import LapwingSeries

/// Names or values of labels, each kept once and numbered in the order in which they came.
struct SymbolTable: Sendable {
    /// All of them, one after another.
    private var text: [UInt8] = []
    private var ends: [Int] = []
    private var numbers = HashedNumbers()

    var count: Int { ends.count }

    func number(of symbol: Span<UInt8>) -> Int? { number(of: symbol, HashedNumbers.hash(symbol)) }

    /// The number of a symbol, which is added if it is new.
    mutating func insert(_ symbol: Span<UInt8>) -> Int {
        let hash = HashedNumbers.hash(symbol)
        if let number = number(of: symbol, hash) { return number }
        for index in symbol.indices { text.append(symbol[index]) }
        ends.append(text.count)
        numbers.insert(hash, ends.count - 1)
        return ends.count - 1
    }

    func withBytes<R>(of number: Int, _ body: (Span<UInt8>) -> R) -> R { body(text.span.extracting(range(number))) }

    private func range(_ number: Int) -> Range<Int> { (number == 0 ? 0 : ends[number - 1])..<ends[number] }

    private func number(of symbol: Span<UInt8>, _ hash: UInt64) -> Int? {
        numbers.find(hash) { number in
            let range = range(number)
            if range.count != symbol.count { return false }
            for index in symbol.indices where text[range.lowerBound + index] != symbol[index] { return false }
            return true
        }
    }
}
