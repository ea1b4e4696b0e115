/// A set of strings in order; few as a rule, where hashing costs more than comparing.
///
/// - Complexity: O(elements) for each operation; `contains` in O(log elements).
struct NameSet: Hashable, ExpressibleByArrayLiteral {
    private var names: [String]

    init(arrayLiteral names: String...) { self.init(names) }

    init(_ names: some Sequence<String>) {
        self.names = Array(names)
        let isOrdered = self.names.indices.dropFirst().allSatisfy { self.names[$0 - 1] < self.names[$0] }
        if !isOrdered { order() }
    }

    private mutating func order() {
        let unordered = names.sorted()
        names.removeAll(keepingCapacity: true)
        for name in unordered where name != names.last { names.append(name) }
    }

    var isEmpty: Bool { names.isEmpty }

    func contains(_ name: String) -> Bool {
        if names.count > Self.few {
            let place = place(of: name)
            return place < names.count && names[place] == name
        }
        for other in names where other == name { return true }
        return false
    }

    /// Up to so many, looking at each is faster than halving.
    private static let few = 16

    /// How many come before a name.
    private func place(of name: String) -> Int {
        var (low, high) = (0, names.count)
        while low < high {
            let middle = (low + high) / 2
            if names[middle] < name { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func insert(_ name: String) {
        let place = place(of: name)
        if place == names.count || names[place] != name { names.insert(name, at: place) }
    }

    mutating func remove(_ name: String) {
        let place = place(of: name)
        if place < names.count, names[place] == name { names.remove(at: place) }
    }

    func union(_ other: NameSet) -> NameSet {
        if other.isEmpty { return self }
        if isEmpty { return other }
        var result: NameSet = []
        result.names.reserveCapacity(names.count + other.names.count)
        var next = 0
        for name in names {
            while next < other.names.count, other.names[next] < name {
                result.names.append(other.names[next])
                next += 1
            }
            if next < other.names.count, other.names[next] == name { next += 1 }
            result.names.append(name)
        }
        result.names += other.names[next...]
        return result
    }

    func intersection(_ other: NameSet) -> NameSet { keeping { other.contains($0) } }

    func subtracting(_ other: NameSet) -> NameSet { other.isEmpty ? self : keeping { !other.contains($0) } }

    func isDisjoint(with other: NameSet) -> Bool { !names.contains { other.contains($0) } }

    private func keeping(_ isKept: (String) -> Bool) -> NameSet {
        guard let dropped = names.firstIndex(where: { !isKept($0) }) else { return self }
        var result: NameSet = []
        result.names += names[..<dropped]
        for index in names.indices.dropFirst(dropped + 1) where isKept(names[index]) { result.names.append(names[index]) }
        return result
    }
}

extension NameSet: Sequence {
    func makeIterator() -> IndexingIterator<[String]> { names.makeIterator() }
}
