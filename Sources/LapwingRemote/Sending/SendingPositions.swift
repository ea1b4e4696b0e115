public import LapwingSeries

/// Up to where the samples of each series have been taken by a receiver, or given up.
///
/// By series and not by one time for all, because samples come late: a scrape's when its page has been read, a rule's when
/// it has been evaluated. So nothing is left out and nothing sent twice, however samples of different series overtake one another.
public struct SendingPositions: Sendable, Hashable {
    /// Where sending began: what is older is not sent.
    public private(set) var beginning: Timestamp
    /// No series has an unsent sample before, but for those that came late.
    public var frontier: Timestamp
    /// The time of the last sample by reference, 64 series a page; `beginning` less one millisecond where there is none.
    private var pages: [UInt64: [Int64]] = [:]
    /// Times at which samples came late: unsent, though later ones of their series are done with.
    private var late: [SeriesReference: [Int64]] = [:]
    private(set) var lateCount = 0

    private static let pageSize: UInt64 = 64
    /// Late samples that are remembered; further ones are not sent.
    static let maximumLate = 1_000_000

    public init(beginning: Timestamp) {
        self.beginning = beginning
        frontier = beginning
    }

    private var start: Int64 { beginning.advanced(byMilliseconds: -1).milliseconds }

    /// The time of the last sample that is done with.
    public subscript(series: SeriesReference) -> Int64 {
        pages[series.rawValue / Self.pageSize].map { $0[Int(series.rawValue % Self.pageSize)] } ?? start
    }

    public mutating func advance(_ series: SeriesReference, to time: Int64) {
        if time <= self[series] { return }
        let place = Int(series.rawValue % Self.pageSize)
        let fresh = Array(repeating: start, count: Int(Self.pageSize))
        pages[series.rawValue / Self.pageSize, default: fresh][place] = time
    }

    /// Forgets series that are no longer there.
    ///
    /// - Complexity: O(series).
    public mutating func keep(only series: some Sequence<SeriesReference>) {
        let living = Set(series.lazy.map { $0.rawValue / Self.pageSize })
        pages = pages.filter { living.contains($0.key) }
    }

    // MARK: What came late

    /// Takes notice of a late sample.
    ///
    /// - Returns: whether there was room for it.
    mutating func add(_ sample: LateSample) -> Bool {
        if sample.time < beginning.milliseconds { return true }
        guard lateCount < Self.maximumLate else { return false }
        late[sample.series, default: []].append(sample.time)
        lateCount += 1
        return true
    }

    func lateTimes(of series: SeriesReference) -> [Int64] { late.isEmpty ? [] : late[series] ?? [] }

    /// Forgets late samples that are done with.
    mutating func finishLate(_ series: SeriesReference, _ samples: SampleColumns) { filterLate(series, samples, wereFound: false) }

    /// Forgets late samples that are not among those to be sent.
    mutating func keepLate(of series: SeriesReference, in samples: SampleColumns) { filterLate(series, samples, wereFound: true) }

    private mutating func filterLate(_ series: SeriesReference, _ samples: SampleColumns, wereFound: Bool) {
        let times = lateTimes(of: series)
        if times.isEmpty { return }
        let found = Set(samples.times + samples.histogramTimes)
        let left = times.filter { found.contains($0) == wereFound }
        lateCount += left.count - times.count
        late[series] = left.isEmpty ? nil : left
    }

    /// Forgets late samples of other series.
    mutating func keepLate(only series: some Sequence<SeriesReference>) {
        if late.isEmpty { return }
        let kept = Set(series)
        late = late.filter { kept.contains($0.key) }
        lateCount = late.values.reduce(0) { $0 + $1.count }
    }

    // MARK: Keeping

    /// The first knew nothing of late samples.
    private static let noteVersion: UInt8 = 2

    /// Series of one scrape have consecutive references and one time: a run of them takes a few bytes.
    ///
    ///     beginning │ frontier │ runs │ first reference, less the end of the run before │ count │ time, less the one before │ …
    ///     late samples │ reference │ time │ …
    public var note: [UInt8] {
        var note = NoteWriter(version: Self.noteVersion)
        note.time(beginning)
        note.time(frontier)
        let runs = runs
        note.count(runs.count)
        var (end, time) = (UInt64(0), beginning.milliseconds)
        for run in runs {
            note.number(run.first &- end)
            note.number(run.count)
            note.signed(run.time &- time)
            (end, time) = (run.first + run.count, run.time)
        }
        note.count(lateCount)
        for (series, times) in late.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            for time in times {
                note.number(series.rawValue)
                note.signed(time)
            }
        }
        return note.bytes
    }

    private typealias Run = (first: UInt64, count: UInt64, time: Int64)

    private var runs: [Run] {
        var runs: [Run] = []
        let start = start
        for (page, times) in pages.sorted(by: { $0.key < $1.key }) {
            for (place, time) in times.enumerated() where time != start {
                let reference = page * Self.pageSize + UInt64(place)
                if let last = runs.last, last.time == time, last.first + last.count == reference {
                    runs[runs.count - 1].count += 1
                } else {
                    runs.append((reference, 1, time))
                }
            }
        }
        return runs
    }

    /// - Throws: `NoteReader.Malformed` for bytes that `note` has not written.
    public init(_ bytes: [UInt8]) throws(NoteReader.Malformed) {
        let isFirstVersion = bytes.first == 1
        var note = try NoteReader(bytes, version: isFirstVersion ? 1 : Self.noteVersion)
        beginning = try note.time()
        frontier = try note.time()
        var (end, time) = (UInt64(0), beginning.milliseconds)
        for _ in 0..<(try note.count()) {
            let first = end &+ (try note.number())
            let count = try note.number()
            time = time &+ (try note.signed())
            // References have 32 bits in a store.
            guard first <= UInt64(UInt32.max), count <= UInt64(UInt32.max) - first else {
                throw NoteReader.Malformed(description: "it has a reference of more than 32 bits")
            }
            for reference in first..<first + count { advance(SeriesReference(reference), to: time) }
            end = first + count
        }
        if isFirstVersion { return }
        for _ in 0..<(try note.count()) { _ = add(LateSample(SeriesReference(try note.number()), at: try note.signed())) }
    }
}
