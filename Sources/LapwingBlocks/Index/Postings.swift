/// Ascending lists of the numbers by which an index names series.
enum Postings {
    /// What is in both.
    ///
    /// - Complexity: O(shorter × log longer) for lists of very unlike length, else O(both).
    static func intersection(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        let (short, long) = a.count <= b.count ? (a, b) : (b, a)
        var result: [UInt32] = []
        result.reserveCapacity(short.count)
        var index = 0
        for number in short {
            index = firstIndex(in: long, notBefore: number, from: index)
            if index == long.count { break }
            if long[index] == number { result.append(number) }
        }
        return result
    }

    /// What is in `a` and not in `b`.
    static func difference(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        if b.isEmpty { return a }
        var result: [UInt32] = []
        result.reserveCapacity(a.count)
        var index = 0
        for number in a {
            index = firstIndex(in: b, notBefore: number, from: index)
            if index == b.count || b[index] != number { result.append(number) }
        }
        return result
    }

    /// What is in any of some lists, which as a rule have nothing in common.
    static func union(_ lists: [[UInt32]]) -> [UInt32] {
        guard lists.count > 1 else { return lists.first ?? [] }
        var all: [UInt32] = []
        all.reserveCapacity(lists.reduce(0) { $0 + $1.count })
        for list in lists { all.append(contentsOf: list) }
        all.sort()
        var result: [UInt32] = []
        result.reserveCapacity(all.count)
        for number in all where result.last != number { result.append(number) }
        return result
    }

    /// The first index at or after `start` whose number is not less, by steps that double.
    private static func firstIndex(in list: [UInt32], notBefore number: UInt32, from start: Int) -> Int {
        if start >= list.count || list[start] >= number { return start }
        var low = start
        var step = 1
        while low + step < list.count, list[low + step] < number {
            low += step
            step *= 2
        }
        var high = min(low + step, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
