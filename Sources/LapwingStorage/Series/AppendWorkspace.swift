import LapwingSeries

/// What writers carry from sample to sample.
struct AppendWorkspace: Sendable {
    /// Samples that the store holds.
    var samples = 0
    var encoder = ChunkEncoder()
    /// What the batch has brought out of order; nil where nobody wants to know.
    var late: [LateSample]?
    /// The times that the last sample went to.
    private var lastTimes: OpenTimes?
    /// Which of their entries it took.
    private(set) var lastEntry = OpenEntry()
    /// Times that this batch has begun, by the first.
    private var begun: [Int64: OpenTimes] = [:]

    /// The run that parted last from the times it shared, and what became of it.
    private var parted: (from: OpenRunKey, time: Int64, run: OpenRun)?

    mutating func beginBatch() {
        lastTimes = nil
        lastEntry = OpenEntry()
        parted = nil
        if !begun.isEmpty { begun.removeAll(keepingCapacity: true) }
        late?.removeAll()
    }

    /// Remembers where the last sample went, so that the next series can join.
    @inline(__always)
    mutating func noteTimes(_ run: borrowing OpenRun) {
        if run.key.id != lastEntry.times { lastTimes = run.times }
        lastEntry = run.newestEntry
    }

    /// Lets a run go on at a time that its times do not have next: together with the series before it if that parted from
    /// the same times in the same way, as when two targets were in step for a while.
    mutating func part(_ run: inout OpenRun, time: Int64, _ version: UInt64) {
        let from = run.key
        if let parted, parted.time == time, parted.from == from {
            run = parted.run
            return
        }
        run.part(time: time, version: version)
        parted = (from, time, run)
    }

    /// A run of one sample, with times that are shared where there are fitting ones.
    mutating func run(beginningAt time: Int64, _ version: UInt64) -> OpenRun {
        if let last = lastTimes, last.count > 0, last.time(last.count - 1) == time, last.version(last.count - 1) == version {
            return OpenRun(joining: last, base: last.count - 1, count: 1)
        }
        if let known = begun[time], known.version(0) == version { return OpenRun(joining: known, base: 0, count: 1) }
        let times = OpenTimes()
        times.append(time: time, version: version)
        begun[time] = times
        return OpenRun(joining: times, base: 0, count: 1)
    }
}
