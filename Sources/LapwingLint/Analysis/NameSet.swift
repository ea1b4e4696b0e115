/// A set of few strings, in order: hashing costs more than comparing names of labels.
///
/// - Complexity: O(elements) for each operation.
struct NameSet: Hashable, ExpressibleByArrayLiteral {
    private var names: [String] = []

    init(arrayLiteral names: String...) { self.init(names) }

    init(_ names: some Sequence<String>) {
        for name in names { insert(name) }
    }

    var isEmpty: Bool { names.isEmpty }

    func contains(_ name: String) -> Bool {
        for other in names where other == name { return true }
        return false
    }

    mutating func insert(_ name: String) {
        var index = names.endIndex
        // Most come in order.
        while index > 0, names[index - 1] >= name {
            index -= 1
            if names[index] == name { return }
        }
        names.insert(name, at: index)
    }

    mutating func remove(_ name: String) {
        if let index = names.firstIndex(of: name) { names.remove(at: index) }
    }

    func union(_ other: NameSet) -> NameSet {
        if other.isEmpty { return self }
        if isEmpty { return other }
        var result = self
        for name in other.names { result.insert(name) }
        return result
    }

    func intersection(_ other: NameSet) -> NameSet { keeping { other.contains($0) } }

    func subtracting(_ other: NameSet) -> NameSet { other.isEmpty ? self : keeping { !other.contains($0) } }

    func isDisjoint(with other: NameSet) -> Bool { !names.contains { other.contains($0) } }

    private func keeping(_ isKept: (String) -> Bool) -> NameSet {
        var result = NameSet()
        for name in names where isKept(name) { result.names.append(name) }
        return result
    }
}

extension NameSet: Sequence {
    func makeIterator() -> IndexingIterator<[String]> { names.makeIterator() }
}
