import LapwingSeries

/// Which series have which labels: name → value → ascending ordinals.
struct LabelIndex: Sendable {
    private(set) var postings: [Symbol: [Symbol: [UInt32]]] = [:]
    private(set) var all: [UInt32] = []
    private(set) var table = SeriesTable()
    /// Above every ordinal that was ever used.
    private(set) var nextOrdinal: UInt32 = 0

    /// - Precondition: the ordinal is `nextOrdinal` or more.
    mutating func insert(_ series: SeriesPlace, _ labels: Labels) {
        table.insert(series, labels)
        all.append(series.ordinal)
        labels.forEachPair { name, value in
            postings[Symbol(name), default: [:]][Symbol(value), default: []].append(series.ordinal)
        }
        nextOrdinal = series.ordinal + 1
    }

    /// Takes series away, given in ascending order.
    ///
    /// - Complexity: O(all lists that hold one of them).
    mutating func remove(_ ordinals: [UInt32]) {
        if ordinals.isEmpty { return }
        var touched: [Symbol: Set<Symbol>] = [:]
        for ordinal in ordinals {
            table.labels(ordinal)?.forEachPair { touched[Symbol($0), default: []].insert(Symbol($1)) }
            table.remove(ordinal)
        }
        all = Ordinals.difference(all, ordinals)
        for (name, values) in touched {
            for value in values {
                let left = Ordinals.difference(postings[name]?[value] ?? [], ordinals)
                postings[name]?[value] = left.isEmpty ? nil : left
            }
            if postings[name]?.isEmpty ?? false { postings[name] = nil }
        }
    }

    /// The series whose ordinals are not below this one.
    func ordinals(from ordinal: UInt32) -> ArraySlice<UInt32> {
        var low = all.count
        while low > 0, all[low - 1] >= ordinal { low -= 1 }
        return all[low...]
    }

    /// All label names, ascending.
    var names: [Symbol] { postings.keys.sorted() }

    func values(of name: Symbol) -> [Symbol: [UInt32]] { postings[name] ?? [:] }
}
