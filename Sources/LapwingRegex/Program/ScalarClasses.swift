/// The scalars as classes: those of one class are in the same sets of a program, so that a table needs one column for
/// each class rather than for each scalar.
struct ScalarClasses: Sendable {
    /// The classes of ASCII, which nearly all texts are.
    let ascii: [UInt8]
    /// The first scalars of ascending ranges, the first being 0, and the class of each.
    private let starts: [UInt32]
    private let classOfStart: [UInt8]
    let count: Int
    /// Whether a set holds a class: sets × classes.
    private let members: [Bool]

    /// What is looked at to find the classes, at most: ranges × sets.
    static let maximumWork = 1 << 18

    /// Nil when there are more than 255 classes, or too much to look at.
    init?(_ sets: [ScalarSet]) {
        var bounds: Set<UInt32> = [0]
        for set in sets {
            for range in set.ranges { bounds.formUnion([range.lowerBound, range.upperBound + 1]) }
            if bounds.count > Self.maximumWork { return nil }
        }
        let starts = bounds.sorted()
        if starts.count * max(1, sets.count) > Self.maximumWork { return nil }
        var classes: [[Bool]: UInt8] = [:]
        var signatures: [[Bool]] = []
        var classOfStart: [UInt8] = []
        for start in starts {
            let signature = sets.map { $0.contains(start) }
            let known = classes[signature] ?? UInt8(clamping: signatures.count)
            if known == signatures.count {
                if signatures.count == 255 { return nil }
                classes[signature] = known
                signatures.append(signature)
            }
            classOfStart.append(known)
        }
        self.starts = starts
        self.classOfStart = classOfStart
        count = signatures.count
        members = (0..<sets.count).flatMap { set in signatures.map { $0[set] } }
        var ascii: [UInt8] = []
        var range = 0
        for scalar in UInt32(0)..<0x80 {
            while range + 1 < starts.count, starts[range + 1] <= scalar { range += 1 }
            ascii.append(classOfStart[range])
        }
        self.ascii = ascii
    }

    func isMember(_ scalarClass: Int, ofSet set: Int) -> Bool { members[set * count + scalarClass] }

    /// - Complexity: O(log ranges).
    func of(_ scalar: UInt32) -> Int {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= scalar { low = middle } else { high = middle }
        }
        return Int(classOfStart[low])
    }
}
