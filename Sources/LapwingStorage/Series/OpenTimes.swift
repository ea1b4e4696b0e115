import Synchronization

/// The times of up to 32 samples that lie open, with the version of the store that brought each.
///
/// Series that are appended side by side, as those of one scrape, share one of these: the times are written once, not
/// once a series. Only the store's writer appends; a reader looks at no more entries than a series' count says, under
/// the lock of its page.
final class OpenTimes: Sendable {
    static let capacity = 32

    /// Unlike any other's.
    let id: UInt64
    private let times = InlineArray<32, Atomic<Int64>> { _ in Atomic(0) }
    private let versions = InlineArray<32, Atomic<UInt64>> { _ in Atomic(0) }
    private let held = Atomic<Int>(0)

    private static let lastID = Atomic<UInt64>(0)

    init() { id = Self.lastID.add(1, ordering: .relaxed).newValue }

    /// A copy of some entries, for a series that goes on by itself.
    convenience init(_ other: OpenTimes, _ entries: Range<Int>) {
        self.init()
        for entry in entries { append(time: other.time(entry), version: other.version(entry)) }
    }

    var count: Int { held.load(ordering: .relaxed) }

    func time(_ entry: Int) -> Int64 { times[entry].load(ordering: .relaxed) }

    func version(_ entry: Int) -> UInt64 { versions[entry].load(ordering: .relaxed) }

    /// Whether an entry is this one, written now if it is the next.
    func provides(_ entry: Int, time: Int64, version: UInt64) -> Bool {
        let count = count
        if entry < count { return self.time(entry) == time && self.version(entry) == version }
        guard entry == count, count < Self.capacity else { return false }
        append(time: time, version: version)
        return true
    }

    /// - Precondition: fewer than `capacity` are held.
    func append(time: Int64, version: UInt64) {
        let count = count
        times[count].store(time, ordering: .relaxed)
        versions[count].store(version, ordering: .relaxed)
        held.store(count + 1, ordering: .relaxed)
    }
}

/// An entry of some times that the batch at hand has filled or found there.
struct OpenEntry: Sendable {
    /// `OpenTimes.id`.
    var times: UInt64 = 0
    var entry = -1
    var time: Int64 = 0
}

/// What tells one run's times from another's. Comparing this counts no references: those of a series lie in memory of their own, which
/// a query over thousands of series has no other reason to touch.
struct OpenRunKey: Sendable, Equatable {
    /// `OpenTimes.id`.
    fileprivate(set) var id: UInt64 = 0
    /// The entry of the first sample.
    fileprivate(set) var base: UInt8 = 0
    fileprivate(set) var held: UInt8 = 0

    /// Samples of the run.
    var count: Int { Int(held) }
}

/// Some samples of one series that lie open: which times are theirs. Their values stand in the series' page.
struct OpenRun: Sendable {
    private(set) var times: OpenTimes?
    private(set) var key = OpenRunKey()

    private var base: UInt8 { key.base }
    private var held: UInt8 { key.held }

    init() {}

    /// A run that begins with the newest entry of some times.
    init(joining times: OpenTimes, base: Int, count: Int) {
        self.times = times
        key = OpenRunKey(id: times.id, base: UInt8(truncatingIfNeeded: base), held: UInt8(truncatingIfNeeded: count))
    }

    var count: Int { key.count }
    var isEmpty: Bool { held == 0 }

    /// Whether the times have no entry left for one more sample.
    var isFull: Bool { Int(base) + Int(held) == OpenTimes.capacity }

    var firstTime: Int64? { isEmpty ? nil : times?.time(Int(base)) }
    var lastTime: Int64? { isEmpty ? nil : times?.time(Int(base) + Int(held) - 1) }
    var lastVersion: UInt64? { isEmpty ? nil : times?.version(Int(base) + Int(held) - 1) }

    func time(_ place: Int) -> Int64 { times?.time(Int(base) + place) ?? .min }

    func version(_ place: Int) -> UInt64 { times?.version(Int(base) + place) ?? 0 }

    /// That of the newest sample.
    var newestEntry: OpenEntry { OpenEntry(times: key.id, entry: Int(base) + Int(held) - 1, time: lastTime ?? .min) }

    /// Takes one more sample if that is the entry which the series before took in the same batch; the times, whose references all
    /// series would count, are not touched then.
    mutating func follow(_ last: OpenEntry, time: Int64) -> Bool {
        guard key.id == last.times, Int(base) + Int(held) == last.entry, time == last.time else { return false }
        key.held += 1
        return true
    }

    /// Takes one more sample if the times have it next.
    mutating func extend(time: Int64, version: UInt64) -> Bool {
        guard let times, times.provides(Int(base) + Int(held), time: time, version: version) else { return false }
        key.held += 1
        return true
    }

    /// Goes on with other times, which begin with its own and of which it is the first series.
    mutating func part(time: Int64, version: UInt64) {
        guard let shared = times else { return }
        let own = OpenTimes(shared, Int(base)..<(Int(base) + Int(held)))
        own.append(time: time, version: version)
        self = OpenRun(joining: own, base: 0, count: own.count)
    }

    /// How many samples a reader of a version sees.
    func visibleCount(at version: UInt64) -> Int {
        var count = count
        while count > 0, self.version(count - 1) > version { count -= 1 }
        return count
    }

    /// Which of the first samples lie in a range.
    func places(in range: ClosedRange<Int64>, of count: Int) -> Range<Int> {
        var (low, high) = (0, count)
        while high > 0, time(high - 1) > range.upperBound { high -= 1 }
        if high > 0, time(0) >= range.lowerBound { return 0..<high }
        low = high
        while low > 0, time(low - 1) >= range.lowerBound { low -= 1 }
        return low..<high
    }

    func appendTimes(_ places: Range<Int>, to column: inout [Int64]) {
        guard let times else { return }
        for place in places { column.append(times.time(Int(base) + place)) }
    }
}
