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
        var table = HashedNumbers(capacity: 64)
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
}
