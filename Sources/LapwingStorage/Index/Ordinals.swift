/// Ascending lists of series' ordinals, and what queries do with them.
enum Ordinals {
    /// What is in both.
    ///
    /// - Complexity: O(shorter × log longer) for lists of very unlike length, else O(both).
    static func intersection(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        let (short, long) = a.count <= b.count ? (a, b) : (b, a)
        var result: [UInt32] = []
        result.reserveCapacity(short.count)
        var index = 0
        let gallops = long.count / 16 > short.count
        for ordinal in short {
            if gallops {
                index = firstIndex(in: long, notBefore: ordinal, from: index)
            } else {
                while index < long.count, long[index] < ordinal { index += 1 }
            }
            if index == long.count { break }
            if long[index] == ordinal { result.append(ordinal) }
        }
        return result
    }

    /// What is in `a` and not in `b`.
    static func difference(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        if b.isEmpty { return a }
        var result: [UInt32] = []
        result.reserveCapacity(a.count)
        var index = 0
        let gallops = b.count / 16 > a.count
        for ordinal in a {
            if gallops {
                index = firstIndex(in: b, notBefore: ordinal, from: index)
            } else {
                while index < b.count, b[index] < ordinal { index += 1 }
            }
            if index == b.count || b[index] != ordinal { result.append(ordinal) }
        }
        return result
    }

    /// What is in any of disjoint lists.
    static func union(ofDisjoint lists: [[UInt32]]) -> [UInt32] {
        guard lists.count > 1 else { return lists.first ?? [] }
        var result: [UInt32] = []
        result.reserveCapacity(lists.reduce(0) { $0 + $1.count })
        for list in lists { result.append(contentsOf: list) }
        result.sort()
        return result
    }

    /// The first index at or after `start` whose ordinal is not less, by steps that double.
    private static func firstIndex(in list: [UInt32], notBefore ordinal: UInt32, from start: Int) -> Int {
        var low = start
        var step = 1
        while low + step < list.count, list[low + step] < ordinal {
            low += step
            step *= 2
        }
        var high = min(low + step, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle] < ordinal { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
