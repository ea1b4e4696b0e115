import LapwingSeries

/// Which series have which labels: name → value → ordinals.
struct LabelIndex: Sendable {
    private var symbols = SymbolTable()
    /// By the names' numbers.
    private var values: [LabelValues] = []
    private(set) var all = Postings()
    private(set) var table = SeriesTable()
    /// Above every ordinal that was ever used.
    private(set) var nextOrdinal: UInt32 = 0

    /// - Precondition: the ordinal is `nextOrdinal` or more.
    mutating func insert(_ series: SeriesPlace, _ labels: Labels) {
        table.insert(series, labels)
        all.append(series.ordinal)
        labels.forEachPair { name, value in
            let number = symbols.insert(name)
            if number == values.count { values.append(LabelValues()) }
            values[number].insert(series.ordinal, value)
        }
        nextOrdinal = series.ordinal + 1
    }

    /// Takes series away, given in ascending order.
    ///
    /// - Complexity: O(all lists that hold one of them).
    mutating func remove(_ ordinals: [UInt32]) {
        if ordinals.isEmpty { return }
        var touched: [Int: Set<Symbol>] = [:]
        for ordinal in ordinals {
            table.labels(ordinal)?.forEachPair { name, value in
                if let number = symbols.number(of: name) { touched[number, default: []].insert(Symbol(value)) }
            }
            table.remove(ordinal)
        }
        let removed = OrdinalSet(ordinals)
        all = Postings(OrdinalSet(all).subtracting(removed))
        for (number, gone) in touched { values[number].remove(removed, from: gone) }
    }

    /// Hands out each name that a series has, with its values.
    func forEachName(_ body: (_ name: Symbol, _ values: LabelValues) -> Void) {
        for number in values.indices where values[number].count > 0 {
            body(symbols.withBytes(of: number) { Symbol($0) }, values[number])
        }
    }

    func values(of name: String) -> LabelValues { symbols.number(of: name.utf8.span).map { values[$0] } ?? LabelValues() }
}
