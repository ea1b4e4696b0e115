/// Label sets grouped by what they have in common: which group each belongs to, and the labels of each group.
///
/// Groups are numbered in the order of their first members.
public struct LabelGroups: Sendable {
    /// By place in the sequence that was grouped.
    public private(set) var groupOfRow: [Int] = []
    /// By group.
    public private(set) var labels: [Labels] = []

    /// Groups by the named labels, or by all but the named ones.
    ///
    /// - Complexity: O(bytes of the labels); labels are made once a group, not once a row.
    public init(_ rows: [Labels], by names: LabelNames, isDropping: Bool) {
        groupOfRow.reserveCapacity(rows.count)
        var table = Table(capacity: 64)
        var projected: [UInt8] = []
        for row in rows {
            projected.removeAll(keepingCapacity: true)
            row.appendEncoded(names, keepingNamed: !isDropping, to: &projected)
            let hash = LabelCoding.hash(projected.span)
            if let group = table.find(hash, where: { labels[$0].encoded == projected }) {
                groupOfRow.append(group)
            } else {
                table.insert(hash, labels.count)
                groupOfRow.append(labels.count)
                labels.append(Labels(encoded: projected))
            }
        }
    }

    /// Numbers by hash, with open addressing: a dictionary would keep and compare whole label sets as keys.
    private struct Table {
        private var hashes: [UInt64]
        private var numbers: [Int32]
        private var count = 0

        init(capacity: Int) {
            hashes = Array(repeating: 0, count: capacity)
            numbers = Array(repeating: -1, count: capacity)
        }

        func find(_ hash: UInt64, where isSame: (Int) -> Bool) -> Int? {
            var place = Int(truncatingIfNeeded: hash) & (numbers.count - 1)
            while numbers[place] >= 0 {
                if hashes[place] == hash, isSame(Int(numbers[place])) { return Int(numbers[place]) }
                place = (place + 1) & (numbers.count - 1)
            }
            return nil
        }

        mutating func insert(_ hash: UInt64, _ number: Int) {
            if count * 2 >= numbers.count { grow() }
            count += 1
            put(hash, Int32(truncatingIfNeeded: number))
        }

        private mutating func put(_ hash: UInt64, _ number: Int32) {
            var place = Int(truncatingIfNeeded: hash) & (numbers.count - 1)
            while numbers[place] >= 0 { place = (place + 1) & (numbers.count - 1) }
            hashes[place] = hash
            numbers[place] = number
        }

        private mutating func grow() {
            let old = (hashes, numbers)
            hashes = Array(repeating: 0, count: old.0.count * 2)
            numbers = Array(repeating: -1, count: old.0.count * 2)
            for place in old.1.indices where old.1[place] >= 0 { put(old.0[place], old.1[place]) }
        }
    }
}
