import LapwingSeries

/// What a page's lock guards.
struct PageState {
    var series: [SeriesState] = []
    /// Of each series, kept beside: an append asks for it first, and looking at a whole `SeriesState` counts references.
    private(set) var newestTimes: [Int64] = []
    /// Those of each series' older run and behind them those of its newer.
    private(set) var values = OpenValues()
    /// What the chunks of each series come to that have no summaries of their own yet, for those whose long windows were
    /// asked for; without samples for the others, and empty where all are.
    var tails: [SampleSummary] = []
    /// What retention took away from under those who read.
    var past = PastChunks()
    /// A bit for each series that has not been cleared.
    private(set) var living: UInt64 = 0
    private let number: Int
    /// With so many samples in its newer run, a series' older one is sealed.
    private let sealingCount: Int

    /// The newer run alone then holds the last five minutes of 15 s scrapes.
    private static let leastSealingCount = 20

    /// Pages take turns in sealing, which all series of a scrape would come to at once otherwise.
    init(number: Int) {
        self.number = number
        sealingCount = Self.leastSealingCount + number % (OpenTimes.capacity - Self.leastSealingCount + 1)
    }

    func reference(of place: Int) -> SeriesReference { SeriesReference(UInt64(number * SeriesPage.capacity + place)) }

    var isDead: Bool { living == 0 }

    func isLiving(_ place: Int) -> Bool { living & (1 << UInt64(place)) != 0 }

    /// Makes room for a series.
    mutating func insert(_ place: Int) {
        while series.count <= place {
            series.append(SeriesState())
            newestTimes.append(.min)
        }
        living |= 1 << UInt64(place)
        values.widen(to: series.count)
    }

    /// Gives back what a series held.
    mutating func clear(_ place: Int) {
        series[place] = SeriesState()
        forgetTail(place)
        newestTimes[place] = .min
        living &= ~(1 << UInt64(place))
    }

    /// Notes the newest time of a series that was changed otherwise than by an append.
    mutating func noteNewestTime(_ place: Int) { newestTimes[place] = series[place].newestTime }

    /// Makes room for so many values of each series: doubled while they are one run, then as many as lie open before a run is sealed.
    private mutating func makeRoom(for count: Int) {
        let usual = count > OpenTimes.capacity ? OpenTimes.capacity + sealingCount : min(OpenTimes.capacity, max(4, 2 * values.depth))
        values.deepen(to: max(count, usual))
    }

    // MARK: Appending in order

    /// Stores a float that is newer than all others.
    mutating func append(
        _ value: Double, at time: Int64, startTime: Int64, to place: Int, _ batch: borrowing BatchContext, _ workspace: inout AppendWorkspace
    ) {
        newestTimes[place] = time
        if series[place].extras != nil { forgetPast(place, batch) }
        if startTime != 0 || series[place].extras != nil {
            let extras = series[place].madeExtras()
            let isAside = startTime != 0 || !extras.open.isEmpty
            if isAside, !series[place].newer.isEmpty || !extras.takesFloat { sealOpen(place, batch, &workspace.encoder) }
            // Sealed, a series without start times is a plain one again.
            if startTime != 0 || !extras.open.isEmpty {
                extras.open.append(time: time, value: value, startTime: startTime)
                extras.openVersions.append(batch.version)
                return
            }
        }
        appendToRun(value, at: time, to: place, batch, &workspace)
    }

    @inline(__always)
    private mutating func appendToRun(
        _ value: Double, at time: Int64, to place: Int, _ batch: borrowing BatchContext, _ workspace: inout AppendWorkspace
    ) {
        let follows = series[place].newer.follow(workspace.lastEntry, time: time)
        if !follows, !series[place].newer.extend(time: time, version: batch.version) {
            let newer = series[place].newer
            if newer.isEmpty || newer.isFull {
                if !newer.isEmpty { rotate(place, batch, &workspace.encoder) }
                series[place].newer = workspace.run(beginningAt: time, batch.version)
            } else {
                workspace.part(&series[place].newer, time: time, batch.version)
            }
        }
        let index = series[place].newer.count - 1
        let held = series[place].older.count + index
        if held >= values.depth { makeRoom(for: held + 1) }
        values[place, held] = value
        if !follows { workspace.noteTimes(series[place].newer) }
        if index + 1 == sealingCount { sealOlder(place, batch, &workspace.encoder) }
    }

    /// Stores a histogram that is newer than all others.
    mutating func append(
        _ histogram: NativeHistogram, at time: Int64, startTime: Int64, to place: Int, _ batch: borrowing BatchContext,
        _ workspace: inout AppendWorkspace
    ) {
        newestTimes[place] = time
        let extras = series[place].madeExtras()
        extras.forget(batch)
        if !series[place].newer.isEmpty || !extras.open.times.isEmpty {
            sealOpen(place, batch, &workspace.encoder)
        } else if extras.open.histogramTimes.count >= SeriesContent.openHistogramsMaximum {
            sealOpen(place, keeping: SeriesContent.openHistogramsKept, batch, &workspace.encoder)
        }
        extras.open.append(time: time, histogram: histogram, startTime: startTime)
        extras.openVersions.append(batch.version)
    }

    private mutating func sealOpen(
        _ place: Int, keeping kept: Int = 0, _ batch: borrowing BatchContext, _ encoder: inout ChunkEncoder
    ) {
        var content = content(of: place)
        content.seal(keeping: kept, batch, &encoder)
        take(content, place)
    }

    /// The newer run becomes the older, which is sealed if it has not been.
    private mutating func rotate(_ place: Int, _ batch: borrowing BatchContext, _ encoder: inout ChunkEncoder) {
        sealOlder(place, batch, &encoder)
        series[place].older = series[place].newer
    }

    private mutating func sealOlder(_ place: Int, _ batch: borrowing BatchContext, _ encoder: inout ChunkEncoder) {
        guard let version = series[place].older.lastVersion else { return }
        var marks: [SealedVersions.Mark] = []
        for reader in batch.readableVersions where reader < version {
            marks.append(SealedVersions.Mark(version: reader, newestTime: series[place].newestTime(at: reader)))
        }
        if marks.isEmpty, series[place].extras == nil {
            series[place].sealedVersion = version
        } else {
            var sealed = series[place].sealed
            sealed.note(version, marks, batch)
            series[place].sealed = sealed
        }
        var columns = SampleColumns()
        appendRun(series[place].older, after: 0, of: place, to: &columns)
        series[place].chunks.seal(columns, &encoder)
        extendTail(place, columns)
        summarizeChunks(place)
        // The newer run's values stand where the older one's were from here on.
        values.moveToFront(series[place].newer.count, from: series[place].older.count, of: place)
        series[place].older = OpenRun()
    }

    // MARK: As a value

    /// - Parameter first: how many values stand before those of the run.
    private func appendRun(_ run: OpenRun, after first: Int, of place: Int, to columns: inout SampleColumns) {
        run.appendTimes(0..<run.count, to: &columns.times)
        values.append(first..<(first + run.count), of: place, to: &columns.values)
    }

    /// All that a series holds now.
    func content(of place: Int) -> SeriesContent {
        let state = series[place]
        if let extras = state.extras, !extras.open.isEmpty {
            return SeriesContent(chunks: state.chunks, open: extras.open, openVersions: extras.openVersions, sealed: state.sealed)
        }
        var content = SeriesContent(chunks: state.chunks, sealed: state.sealed)
        for (run, first) in [(state.older, 0), (state.newer, state.older.count)] where !run.isEmpty {
            appendRun(run, after: first, of: place, to: &content.open)
            for sample in 0..<run.count { content.openVersions.append(run.version(sample)) }
        }
        return content
    }

    /// Whether a version may show something else of a series than what it has now.
    func isPast(_ place: Int, at version: UInt64) -> Bool {
        if version < past.end { return true }
        guard let extras = series[place].extras else { return false }
        return extras.isAsked(at: version)
    }

    /// All that a version shows of a series, and perhaps what came after it; nil before it was made and after it went.
    func content(of place: Int, at version: UInt64) -> SeriesContent? {
        var content: SeriesContent
        if let extras = series[place].extras, extras.isAsked(at: version) {
            guard let asked = extras.content(of: series[place], at: version) else { return nil }
            content = asked
        } else {
            content = self.content(of: place)
        }
        if version < past.end { content.chunks = past.chunks(of: place, at: version) + content.chunks }
        return content
    }

    /// Takes over a changed content; its open samples stand among the extras from here on.
    private mutating func take(_ content: SeriesContent, _ place: Int) {
        let before = series[place].chunks
        series[place].chunks = content.chunks
        forgetSummaries(place, of: before)
        summarizeChunks(place)
        (series[place].older, series[place].newer) = (OpenRun(), OpenRun())
        let extras = series[place].madeExtras()
        (extras.open, extras.openVersions) = (content.open, content.openVersions)
        series[place].sealed = content.sealed
    }

    /// Changes a series in a way that is more than an append; readers of earlier versions keep what they see.
    mutating func change<E: Error>(
        _ place: Int, _ batch: borrowing BatchContext, _ body: (inout SeriesContent) throws(E) -> Void
    ) throws(E) {
        var content = content(of: place)
        try body(&content)
        keepForReaders(place, batch)
        take(content, place)
    }

    /// Keeps a series as it is for those who read a version before this batch.
    private mutating func keepForReaders(_ place: Int, _ batch: borrowing BatchContext) {
        let extras = series[place].madeExtras()
        extras.forget(batch)
        if extras.since == batch.version { return }
        extras.history.append((extras.since, content(of: place)))
        extras.since = batch.version
    }

    /// Forgets what no reader can ask for any more, and what a series has beside the page with it: it lies between much that is short-lived.
    mutating func forgetPast(_ place: Int, _ batch: borrowing BatchContext) {
        guard let extras = series[place].extras else { return }
        extras.forget(batch)
        if extras.isVacant, let oldest = batch.readableVersions.first, oldest >= max(extras.since, series[place].sealedVersion) {
            series[place].extras = nil
        }
    }

    /// Gives a new series open floats whose times are known.
    ///
    /// - Parameter restored: those of both runs.
    mutating func restore(_ older: OpenRun, _ newer: OpenRun, _ restored: [Double], to place: Int) {
        (series[place].older, series[place].newer) = (older, newer)
        if restored.count > values.depth { makeRoom(for: restored.count) }
        for (index, value) in restored.enumerated() { values[place, index] = value }
    }

    /// Drops everything before `time`, by whole chunks.
    ///
    /// What is dropped is kept only for queries that run already: one that begins meanwhile may see it go.
    /// - Returns: how many samples went.
    mutating func removeChunks(_ place: Int, before time: Int64, _ batch: borrowing BatchContext) -> Int {
        let removesOpen = series[place].newestTime < time
        guard removesOpen || series[place].chunks.first?.endTime ?? .max < time else { return 0 }
        let before = series[place].sampleCount
        if before == 0 { return 0 }
        let expired = series[place].chunks.prefix { $0.endTime < time }.count
        if !batch.liveVersions.isEmpty {
            // Where a newer chunk stays, and nothing else was changed for readers, what they miss is a part of the list.
            let isPlain = series[place].extras.map(\.isVacant) ?? true
            if !removesOpen, isPlain, expired < series[place].chunks.count {
                past.add(series[place].chunks[..<expired], of: place, at: batch.version)
            } else {
                keepForReaders(place, batch)
            }
        }
        if expired > 0 {
            series[place].chunks = Array(series[place].chunks[expired...])
            series[place].summaries.removeFirst(expired)
            forgetTail(place)
        }
        if removesOpen {
            (series[place].older, series[place].newer) = (OpenRun(), OpenRun())
            series[place].extras?.open = SampleColumns()
            series[place].extras?.openVersions = []
            noteNewestTime(place)
        }
        return before - series[place].sampleCount
    }
}
