import LapwingSeries

extension SeriesPage {
    /// Replaces `summaries` by those of the samples in each of some windows that a version shows.
    ///
    /// - Returns: false where the samples have to be looked at: there are not so many that summaries save decoding them, or
    ///   they are more than floats.
    func summarize(
        _ place: Int, _ windows: [ClosedRange<Int64>], _ parts: SummaryParts, at version: UInt64, _ decoded: DecodedTimes,
        into summaries: inout [SampleSummary]
    ) throws(ReadError) -> Bool {
        guard withLock({ $0.isWorthSummarizing(place, windows) }) else { return false }
        summaries.removeAll(keepingCapacity: true)
        for window in windows {
            // A lock for each: between the ends of a window, which may have to be decoded, there is little to do.
            let summary = try withLock { (state) throws(ReadError) in try state.summary(place, window, parts, at: version, decoded) }
            guard let summary, !summary.needsSamples else { return false }
            summaries.append(summary)
        }
        return true
    }
}

extension PageState {
    /// So many chunks have to lie between the ends of each window for summaries to be worth it.
    private static let worthwhileChunks = 4

    fileprivate func isWorthSummarizing(_ place: Int, _ windows: [ClosedRange<Int64>]) -> Bool {
        guard let first = windows.first, let last = windows.last, first.lowerBound <= last.upperBound else { return false }
        let places = series[place].chunks.places(in: first.lowerBound...last.upperBound)
        let summarized = min(places.upperBound, series[place].summaries.count) - places.lowerBound
        return summarized > Self.worthwhileChunks * windows.count
    }

    /// What the samples of a window come to that a version shows; nil where it shows others than those of now.
    fileprivate mutating func summary(
        _ place: Int, _ window: ClosedRange<Int64>, _ parts: SummaryParts, at version: UInt64, _ decoded: DecodedTimes
    ) throws(ReadError) -> SampleSummary? {
        if isPast(place, at: version) { return nil }
        if version < series[place].sealedVersion { return nil }
        var total = SampleSummary()
        let places = series[place].chunks.places(in: window)
        var index = places.lowerBound
        while index < places.upperBound {
            let whole = wholeChunks(place, from: index, to: places.upperBound, window)
            if !whole.isEmpty {
                series[place].summaries.add(whole, to: &total)
                index = whole.upperBound
            } else if index == series[place].summaries.count, isWholeTail(place, window) {
                total.add(try tail(place))
                break
            } else {
                try add(index, of: place, window, parts, decoded, to: &total)
                index += 1
            }
        }
        addOpen(series[place].older, after: 0, of: place, window, parts, at: version, to: &total)
        addOpen(series[place].newer, after: series[place].older.count, of: place, window, parts, at: version, to: &total)
        return total
    }

    /// The chunks from one on that have summaries and lie in the window as a whole.
    private func wholeChunks(_ place: Int, from index: Int, to end: Int, _ window: ClosedRange<Int64>) -> Range<Int> {
        let count = series[place].summaries.count
        guard index < count, series[place].chunks[index].startTime >= window.lowerBound else { return index..<index }
        let summarized = min(end, count)
        return index..<(series[place].chunks[summarized - 1].endTime <= window.upperBound ? summarized : max(index, summarized - 1))
    }

    private func isWholeTail(_ place: Int, _ window: ClosedRange<Int64>) -> Bool {
        let chunks = series[place].chunks
        return chunks[series[place].summaries.count].startTime >= window.lowerBound && chunks[chunks.count - 1].endTime <= window.upperBound
    }

    /// Adds what lies in the window of a chunk.
    private func add(
        _ index: Int, of place: Int, _ window: ClosedRange<Int64>, _ parts: SummaryParts, _ decoded: DecodedTimes, to total: inout SampleSummary
    ) throws(ReadError) {
        let chunk = series[place].chunks[index]
        guard chunk.kind == .floats else {
            total.needsSamples = true
            return
        }
        let times = try decoded.times(of: chunk)
        let wanted = SampleColumns.indices(of: times, in: window)
        if wanted.upperBound == times.count, let rest = try end(of: index, of: place, from: wanted.lowerBound, times, parts) {
            return total.add(rest)
        }
        var columns = SampleColumns()
        try chunk.decodeValues(into: &columns)
        if !columns.startTimes.isEmpty { total.needsSamples = true }
        total.add(columns.values.span, at: times.span, wanted, parts)
    }

    /// What the samples of a summarised chunk come to from one on, known from those before it; nil where these do not tell.
    private func end(of index: Int, of place: Int, from first: Int, _ times: [Int64], _ parts: SummaryParts) throws(ReadError) -> SampleSummary? {
        guard index < series[place].summaries.count, first > 0, first < times.count else { return nil }
        let summary = series[place].summaries.chunks[index]
        guard summary.count == times.count, !summary.needsSamples else { return nil }
        var values: [Double] = []
        guard try series[place].chunks[index].decodeFirstValues(first + 1, into: &values) else { return nil }
        return summary.removing(first, values.span, leaving: times[first], parts)
    }

    /// - Parameter start: how many values stand before those of the run.
    private func addOpen(
        _ run: borrowing OpenRun, after start: Int, of place: Int, _ window: ClosedRange<Int64>, _ parts: SummaryParts, at version: UInt64,
        to total: inout SampleSummary
    ) {
        let places = run.places(in: window, of: run.visibleCount(at: version))
        if places.isEmpty { return }
        let (first, last) = (run.time(places.lowerBound), run.time(places.upperBound - 1))
        var column = InlineArray<32, Double>(repeating: 0)
        for index in places { column[index] = values[place, start + index] }
        if total.add(column.span, places, parts, from: first, to: last) { return }
        for index in places { total.add(column[index], at: run.time(index)) }
    }
}

extension PageState {
    /// What the chunks after the summarised ones come to; kept from the first time that it is asked for.
    private mutating func tail(_ place: Int) throws(ReadError) -> SampleSummary {
        while tails.count <= place { tails.append(SampleSummary()) }
        if tails[place].count == 0 {
            var tail = SampleSummary()
            for chunk in series[place].chunks[series[place].summaries.count...] { tail.add(try SampleSummary(chunk)) }
            tails[place] = tail
        }
        return tails[place]
    }

    /// Adds samples that were sealed to what is kept of the tail, which may have become a chunk that will not be joined any more.
    mutating func extendTail(_ place: Int, _ sealed: SampleColumns) {
        guard place < tails.count, tails[place].count > 0 else { return }
        tails[place].add(sealed.values.span, at: sealed.times.span, sealed.times.indices, .all)
        guard series[place].chunks.last?.isSettled ?? false else { return }
        if series[place].chunks.count == series[place].summaries.count + 1 { series[place].summaries.append(tails[place]) }
        forgetTail(place)
    }

    /// To be called when the chunks of a series have changed, or which of them have summaries.
    mutating func forgetTail(_ place: Int) {
        if place < tails.count { tails[place] = SampleSummary() }
    }

    /// Summarises chunks that will not be joined any more: a few, since after a start or a late sample many may lack it.
    ///
    /// - Returns: whether there are more.
    @discardableResult
    mutating func summarizeChunks(_ place: Int, atMost limit: Int = 4) -> Bool {
        // What stands before a settled chunk is not joined either.
        guard series[place].summaries.count < series[place].chunks.count, let end = series[place].chunks.lastIndex(where: \.isSettled)
        else { return false }
        var made = 0
        while series[place].summaries.count <= end {
            if made == limit { return true }
            let chunk = series[place].chunks[series[place].summaries.count]
            // A chunk that cannot be read is left for the reader to complain about.
            guard let summary = try? SampleSummary(chunk) else { return false }
            series[place].summaries.append(summary)
            forgetTail(place)
            made += 1
        }
        return false
    }

    /// Forgets the summaries of chunks from the first on that is not as it was.
    mutating func forgetSummaries(_ place: Int, of before: [SealedChunk]) {
        let after = series[place].chunks
        let same = zip(before, after).prefix { $0.samples == $1.samples && $0.times == $1.times }.count
        series[place].summaries.keepFirst(same)
        forgetTail(place)
    }
}
