/// What values labels can have, by their names in order; few as a rule, where hashing costs more than comparing.
///
/// - Complexity: O(labels) for each operation; look-up in O(log labels).
struct LabelValues: Hashable {
    struct Entry: Hashable {
        var name: String
        var values: LabelFacts.Values
    }

    private(set) var entries: [Entry] = []

    var names: NameSet { NameSet(entries.lazy.map(\.name)) }

    /// How many come before a name.
    private func place(of name: String) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low
    }

    subscript(name: String) -> LabelFacts.Values? {
        get {
            let place = place(of: name)
            return place < entries.count && entries[place].name == name ? entries[place].values : nil
        }
        set {
            let place = place(of: name)
            let isThere = place < entries.count && entries[place].name == name
            switch newValue {
            case let values? where isThere: entries[place].values = values
            case let values?: entries.insert(Entry(name: name, values: values), at: place)
            case nil: if isThere { entries.remove(at: place) }
            }
        }
    }

    func filter(_ isKept: (String) -> Bool) -> LabelValues {
        if entries.allSatisfy({ isKept($0.name) }) { return self }
        return LabelValues(entries: entries.filter { isKept($0.name) })
    }

    /// These and those of another; where both have a label, what is made of the two.
    func merging(_ other: LabelValues, _ combined: (LabelFacts.Values, LabelFacts.Values) -> LabelFacts.Values) -> LabelValues {
        if other.entries.isEmpty { return self }
        if entries.isEmpty { return other }
        var result = LabelValues()
        result.entries.reserveCapacity(entries.count + other.entries.count)
        var next = 0
        for entry in entries {
            while next < other.entries.count, other.entries[next].name < entry.name {
                result.entries.append(other.entries[next])
                next += 1
            }
            if next < other.entries.count, other.entries[next].name == entry.name {
                result.entries.append(Entry(name: entry.name, values: combined(entry.values, other.entries[next].values)))
                next += 1
            } else {
                result.entries.append(entry)
            }
        }
        result.entries += other.entries[next...]
        return result
    }

    /// Those that both have.
    func common(with other: LabelValues, _ combined: (LabelFacts.Values, LabelFacts.Values) -> LabelFacts.Values) -> LabelValues {
        LabelValues(entries: entries.compactMap { entry in
            other[entry.name].map { Entry(name: entry.name, values: combined(entry.values, $0)) }
        })
    }
}
