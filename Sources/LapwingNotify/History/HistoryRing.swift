/// The newest entries of something that goes on for ever, by number; the oldest go when there are too many.
struct HistoryRing<Entry: Sendable>: Sendable {
    let maximumCount: Int
    let maximumBytes: Int
    private var entries: [UInt64: (entry: Entry, bytes: Int)] = [:]
    private var oldest: UInt64 = 1
    private(set) var next: UInt64 = 1
    private(set) var bytes = 0

    init(maximumCount: Int, maximumBytes: Int) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
    }

    var count: Int { entries.count }

    subscript(number: UInt64) -> Entry? { entries[number]?.entry }

    /// Adds an entry of so many bytes.
    /// - Returns: its number, and the numbers of those that had to go.
    mutating func add(_ entry: Entry, bytes size: Int) -> (number: UInt64, gone: [UInt64]) {
        let number = next
        set(number, entry, size)
        return (number, makeRoom())
    }

    /// Replaces an entry that is there.
    /// - Returns: the numbers of those that had to go.
    mutating func replace(_ number: UInt64, _ entry: Entry, bytes size: Int) -> [UInt64] {
        set(number, entry, size)
        return makeRoom()
    }

    /// Puts an entry back that was kept; numbers may have gaps.
    mutating func restore(_ number: UInt64, _ entry: Entry, bytes size: Int) {
        if entries.isEmpty { oldest = number }
        oldest = min(oldest, number)
        set(number, entry, size)
    }

    private mutating func set(_ number: UInt64, _ entry: Entry, _ size: Int) {
        bytes += size - (entries.updateValue((entry, size), forKey: number)?.bytes ?? 0)
        next = max(next, number + 1)
    }

    private mutating func makeRoom() -> [UInt64] {
        var gone: [UInt64] = []
        while entries.count > maximumCount || bytes > maximumBytes && entries.count > 1 {
            if let old = entries.removeValue(forKey: oldest) {
                bytes -= old.bytes
                gone.append(oldest)
            }
            oldest += 1
        }
        return gone
    }

    /// From the newest to the oldest, until `body` says no more.
    func forEachNewestFirst(_ body: (UInt64, Entry) -> Bool) {
        var number = next
        while number > oldest {
            number -= 1
            if let found = entries[number], !body(number, found.entry) { return }
        }
    }
}
