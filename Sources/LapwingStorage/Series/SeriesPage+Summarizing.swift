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
        guard let long = withLock({ state in state.longSeries(place, windows, at: version) }) else { return false }
        summaries.removeAll(keepingCapacity: true)
        var scratch = SampleColumns()
        for window in windows {
            let summary = try long.summary(window, parts, decoded, &scratch)
            if summary.needsSamples { return false }
            summaries.append(summary)
        }
        return true
    }
}

/// A series as it stands when a long window is summarised.
private struct LongSeries: Sendable {
    let chunks: [SealedChunk]
    let tree: SummaryTree
    let open: SampleColumns

    func summary(
        _ window: ClosedRange<Int64>, _ parts: SummaryParts, _ decoded: DecodedTimes, _ scratch: inout SampleColumns
    ) throws(ReadError) -> SampleSummary {
        var total = SampleSummary()
        let places = chunks.places(in: window)
        var place = places.lowerBound
        while place < places.upperBound {
            let whole = wholeChunks(from: place, to: places.upperBound, window)
            if !whole.isEmpty {
                tree.add(whole, to: &total)
                place = whole.upperBound
                continue
            }
            guard chunks[place].kind == .floats else {
                total.needsSamples = true
                return total
            }
            let times = try decoded.times(of: chunks[place])
            scratch.removeAllButTimes()
            try chunks[place].decodeValues(into: &scratch)
            if !scratch.startTimes.isEmpty { total.needsSamples = true }
            total.add(scratch.values.span, at: times.span, SampleColumns.indices(of: times, in: window), parts)
            place += 1
        }
        total.add(open.values.span, at: open.times.span, SampleColumns.indices(of: open.times, in: window), parts)
        return total
    }

    /// The chunks from a place on that have summaries and lie in the window as a whole.
    private func wholeChunks(from place: Int, to end: Int, _ window: ClosedRange<Int64>) -> Range<Int> {
        guard place < tree.count, chunks[place].startTime >= window.lowerBound else { return place..<place }
        let summarized = min(end, tree.count)
        return place..<(chunks[summarized - 1].endTime <= window.upperBound ? summarized : max(place, summarized - 1))
    }
}

extension PageState {
    /// So many chunks have to lie between the ends of each window for summaries to be worth it.
    private static let worthwhileChunks = 4

    fileprivate func longSeries(_ place: Int, _ windows: [ClosedRange<Int64>], at version: UInt64) -> LongSeries? {
        guard let first = windows.first, let last = windows.last, first.lowerBound <= last.upperBound else { return nil }
        if let extras = series[place].extras, extras.isAsked(at: version) { return nil }
        if version < series[place].sealedVersion { return nil }
        let places = series[place].chunks.places(in: first.lowerBound...last.upperBound)
        let summarized = min(places.upperBound, series[place].summaries.count) - places.lowerBound
        guard summarized > Self.worthwhileChunks * windows.count else { return nil }
        var open = SampleColumns()
        open.times.reserveCapacity(series[place].older.count + series[place].newer.count)
        open.values.reserveCapacity(series[place].older.count + series[place].newer.count)
        appendVisible(series[place].older, olderStart(place), at: version, to: &open)
        appendVisible(series[place].newer, newerStart(place), at: version, to: &open)
        return LongSeries(chunks: series[place].chunks, tree: series[place].summaries, open: open)
    }

    private func appendVisible(_ run: borrowing OpenRun, _ start: Int, at version: UInt64, to columns: inout SampleColumns) {
        let visible = run.visibleCount(at: version)
        run.appendTimes(0..<visible, to: &columns.times)
        columns.values.append(contentsOf: values[start..<(start + visible)])
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
            made += 1
        }
        return false
    }

    /// Forgets the summaries of chunks from the first on that is not as it was.
    mutating func forgetSummaries(_ place: Int, of before: [SealedChunk]) {
        let after = series[place].chunks
        let same = zip(before, after).prefix { $0.samples == $1.samples && $0.times == $1.times }.count
        series[place].summaries.keepFirst(same)
    }
}
