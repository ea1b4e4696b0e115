import LapwingSeries

extension SeriesPage {
    /// So many chunks may be decoded while a page's lock is held: about three microseconds.
    static let chunksUnderLock = 6

    /// Replaces `columns` by the samples of a range that a version shows.
    ///
    /// - Parameter decoded: times that other readers of the version have decoded.
    func read(
        _ place: Int, _ range: ClosedRange<Int64>, at version: UInt64, _ decoded: DecodedTimes, into columns: inout SampleColumns
    ) throws(ReadError) {
        let reading = try withLock { (state) throws(ReadError) in try state.read(place, range, at: version, decoded, into: &columns) }
        switch reading {
        case .done: return
        case .content(let content): try content.read(range, at: version, into: &columns)
        case .chunks(let chunks, let runs, let openValues):
            let times = try columns.takeTimes(runs, chunks[...], range, at: version, decoded)
            try times.decodeValues(chunks[...], into: &columns)
            columns.values.append(contentsOf: openValues[times.olderPlaces])
            columns.values.append(contentsOf: openValues[times.newerPlaces.shifted(by: runs.older.count)])
            columns.fillStartTimes()
        }
    }

    /// Adds the samples of a range to `table`, for series of this page from a place in a list on.
    ///
    /// - Returns: the index in the list of the first series that is not in this page.
    func read(
        _ series: borrowing [SeriesPlace], _ indices: Range<Int>, _ range: ClosedRange<Int64>, at version: UInt64, into table: inout SampleTable
    ) throws(ReadError) -> Int {
        try withLock { (state) throws(ReadError) in
            // The times that the rows are compared with are looked up once a page.
            var times = table.lastOrigin as? StoredTimes
            var index = indices.lowerBound
            let number = SeriesPage.page(of: series[index].ordinal)
            while index < indices.upperBound, SeriesPage.page(of: series[index].ordinal) == number {
                try state.read(series[index].place, range, at: version, &times, into: &table)
                index += 1
            }
            return index
        }
    }

    /// Adds the newest sample of a range to `latest`, for series of this page from a place in a list on.
    ///
    /// - Parameter known: where it stood in the series before, of whatever page: in a list by labels pages may take turns.
    /// - Returns: the index in the list of the first series that is not in this page, or has to be read otherwise.
    func readLatest(
        _ series: borrowing [SeriesPlace], _ indices: Range<Int>, _ range: ClosedRange<Int64>, at version: UInt64, _ known: inout LatestPlace?,
        into latest: inout LatestSamples
    ) -> Int {
        withLock { state in
            var index = indices.lowerBound
            let number = SeriesPage.page(of: series[index].ordinal)
            while index < indices.upperBound, SeriesPage.page(of: series[index].ordinal) == number,
                state.readLatest(series[index].place, range, at: version, &known, into: &latest) { index += 1 }
            return index
        }
    }

    /// Whether a version may show a sample in the range.
    func mayHaveSamples(_ place: Int, in range: ClosedRange<Int64>, at version: UInt64) -> Bool {
        withLock { state in
            let newest = state.series[place].newestTime(at: version)
            guard newest >= range.lowerBound, newest > .min else { return false }
            return version < state.past.end || state.series[place].oldestTime(at: version) <= range.upperBound
        }
    }
}

/// What is left to do when a page's lock has been given back.
enum PageReading: Sendable {
    case done
    case content(SeriesContent)
    /// Chunks to decode, and what follows them: the values of both runs.
    case chunks([SealedChunk], OpenRuns, openValues: [Double])
}

extension PageState {
    fileprivate func read(
        _ place: Int, _ range: ClosedRange<Int64>, at version: UInt64, _ decoded: DecodedTimes, into columns: inout SampleColumns
    ) throws(ReadError) -> PageReading {
        if isPast(place, at: version) {
            if let content = content(of: place, at: version) { return .content(content) }
            columns.removeAll()
            return .done
        }
        if version < series[place].sealedVersion { return .content(content(of: place)) }
        let places = series[place].chunks.places(in: range)
        if places.isEmpty {
            try readOpen(place, range, at: version, into: &columns)
            return .done
        }
        let chunks = series[place].chunks[places]
        if chunks.contains(where: { $0.kind != .floats }) { return .content(content(of: place)) }
        let runs = OpenRuns(older: series[place].older, newer: series[place].newer)
        if places.count > SeriesPage.chunksUnderLock {
            var openValues: [Double] = []
            values.append(0..<(runs.older.count + runs.newer.count), of: place, to: &openValues)
            return .chunks(Array(chunks), runs, openValues: openValues)
        }
        let times = try columns.takeTimes(runs, chunks, range, at: version, decoded)
        try times.decodeValues(chunks, into: &columns)
        appendOpen(place, times, to: &columns)
        return .done
    }

    /// The samples of a range that has no sealed ones.
    private func readOpen(_ place: Int, _ range: ClosedRange<Int64>, at version: UInt64, into columns: inout SampleColumns) throws(ReadError) {
        if let known = columns.storedTimes, known.fits(series[place].older.key, series[place].newer.key, range, at: version), known.fits([]) {
            columns.removeAllButTimes()
            return appendOpen(place, known, to: &columns)
        }
        let runs = OpenRuns(older: series[place].older, newer: series[place].newer)
        let times = try StoredTimes(runs, [], range, at: version, into: &columns.times)
        columns.timesOrigin = times
        columns.removeAllButTimes()
        appendOpen(place, times, to: &columns)
    }

    /// Adds a row to `table`: of samples that all lie open, or one that is left to be read by itself.
    fileprivate func read(
        _ place: Int, _ range: ClosedRange<Int64>, at version: UInt64, _ times: inout StoredTimes?, into table: inout SampleTable
    ) throws(ReadError) {
        if isPast(place, at: version) { return table.appendUnread() }
        if version < series[place].sealedVersion || series[place].sealedTime >= range.lowerBound { return table.appendUnread() }
        let known: StoredTimes
        if let times, times.fits(series[place].older.key, series[place].newer.key, range, at: version) {
            known = times
        } else {
            var column: [Int64] = []
            known = try StoredTimes(OpenRuns(older: series[place].older, newer: series[place].newer), [], range, at: version, into: &column)
            table.appendTimes(column, known)
            times = known
        }
        appendOpen(place, known, to: &table.values)
        table.endRow()
    }

    private func appendOpen(_ place: Int, _ times: StoredTimes, to columns: inout SampleColumns) {
        appendOpen(place, times, to: &columns.values)
        columns.fillStartTimes()
    }

    private func appendOpen(_ place: Int, _ times: StoredTimes, to column: inout [Double]) {
        values.append(times.olderPlaces, of: place, to: &column)
        values.append(times.newerPlaces.shifted(by: series[place].older.count), of: place, to: &column)
    }

    /// Adds the newest sample of a range to `latest`.
    ///
    /// - Parameter known: where it stands in the runs of the series before, which is where it stands in like ones.
    /// - Returns: whether it could, which takes that the sample lies open.
    fileprivate func readLatest(
        _ place: Int, _ range: ClosedRange<Int64>, at version: UInt64, _ known: inout LatestPlace?, into latest: inout LatestSamples
    ) -> Bool {
        if let extras = series[place].extras, extras.isAsked(at: version) { return false }
        let (older, newer) = (series[place].older.key, series[place].newer.key)
        let position: LatestPlace
        if let known, known.fits(older, newer) {
            position = known
        } else {
            guard let found = latestPlace(place, range, at: version) else { return false }
            known = found
            position = found
        }
        let value = values[place, position.isNewer ? older.count + position.index : position.index]
        if position.time < range.lowerBound || value.isStaleMarker {
            latest.append(time: LatestSamples.absent, value: StaleMarker.value)
        } else {
            latest.append(time: position.time, value: value)
        }
        return true
    }

    /// By itself, since the whole state is copied for it and its references counted.
    @inline(never)
    private func latestPlace(_ place: Int, _ range: ClosedRange<Int64>, at version: UInt64) -> LatestPlace? {
        LatestPlace(in: series[place], range, at: version)
    }
}

/// Where in a series' runs the newest sample of a range stands that a version shows.
struct LatestPlace: Sendable {
    private let older: OpenRunKey
    private let newer: OpenRunKey
    fileprivate let isNewer: Bool
    fileprivate let index: Int
    fileprivate let time: Int64

    /// - Returns: nil when it does not lie open.
    fileprivate init?(in state: SeriesState, _ range: ClosedRange<Int64>, at version: UInt64) {
        (older, newer) = (state.older.key, state.newer.key)
        for (run, isNewer) in [(state.newer, true), (state.older, false)] {
            var count = run.visibleCount(at: version)
            while count > 0, run.time(count - 1) > range.upperBound { count -= 1 }
            if count == 0 { continue }
            (self.isNewer, index, time) = (isNewer, count - 1, run.time(count - 1))
            return
        }
        return nil
    }

    fileprivate func fits(_ older: OpenRunKey, _ newer: OpenRunKey) -> Bool { newer == self.newer && (isNewer || older == self.older) }
}

extension SeriesState {
    /// A bound for the times that a version shows.
    fileprivate func oldestTime(at version: UInt64) -> Int64 {
        guard let extras, version < extras.since else { return oldestTime }
        return extras.content(of: self, at: version)?.oldestTime ?? .max
    }
}

extension Range<Int> {
    func shifted(by places: Int) -> Range<Int> { (lowerBound + places)..<(upperBound + places) }
}

extension SampleColumns {
    fileprivate var storedTimes: StoredTimes? { timesOrigin as? StoredTimes }

    /// Makes the times those of a series, if they are not.
    fileprivate mutating func takeTimes(
        _ runs: OpenRuns, _ chunks: ArraySlice<SealedChunk>, _ range: ClosedRange<Int64>, at version: UInt64, _ decoded: DecodedTimes
    ) throws(ReadError) -> StoredTimes {
        if let known = storedTimes, known.fits(runs.older.key, runs.newer.key, range, at: version), known.fits(chunks) { return known }
        let found = try decoded.times(runs, chunks, range, at: version)
        times = found.sealedColumn
        timesOrigin = found
        return found
    }

    /// Open samples have no start times where sealed ones have.
    fileprivate mutating func fillStartTimes() {
        if startTimes.isEmpty { return }
        startTimes.append(contentsOf: repeatElement(0, count: values.count - startTimes.count))
    }
}
