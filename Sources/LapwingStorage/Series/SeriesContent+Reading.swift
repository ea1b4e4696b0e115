import LapwingSeries

extension SeriesContent {
    /// Replaces `columns` by the samples of a range.
    ///
    /// - Complexity: O(log chunks + samples of the chunks that overlap); times that `columns` has already are not decoded.
    func read(_ range: ClosedRange<Int64>, into columns: inout SampleColumns) throws(ReadError) {
        let first = firstChunk(endingNotBefore: range.lowerBound)
        var end = first
        var isPartial = false
        var areFloats = open.histogramTimes.isEmpty
        while end < chunks.count, chunks[end].startTime <= range.upperBound {
            let chunk = chunks[end]
            isPartial = isPartial || chunk.startTime < range.lowerBound || chunk.endTime > range.upperBound
            areFloats = areFloats && chunk.kind == .floats
            end += 1
        }
        if areFloats, end > first { return try readFloats(first..<end, range, isPartial, into: &columns) }
        columns.removeAll()
        for chunk in chunks[first..<end] { try chunk.decode(into: &columns) }
        if isPartial { columns.trim(to: range) }
        appendOpen(range, to: &columns)
    }

    /// Floats alone, whose times may be those of the series that was read before.
    private func readFloats(
        _ places: Range<Int>, _ range: ClosedRange<Int64>, _ isPartial: Bool, into columns: inout SampleColumns
    ) throws(ReadError) {
        let openPlaces = SampleColumns.indices(of: open.times, in: range)
        if let origin = columns.timesOrigin, isOrigin(origin, places, openPlaces, range) {
            columns.removeAllButTimes()
            for chunk in chunks[places] { try chunk.decodeValues(into: &columns) }
            let kept = columns.times.count - openPlaces.count
            guard kept >= 0, origin.dropped + kept <= columns.values.count else { throw ChunkReader.damaged("it has fewer values than times") }
            columns.keepValues(origin.dropped..<(origin.dropped + kept))
            columns.appendValues(of: open, openPlaces)
            return
        }
        columns.removeAll()
        for chunk in chunks[places] { try chunk.decode(into: &columns) }
        let dropped = isPartial ? SampleColumns.firstIndex(in: columns.times, notBefore: range.lowerBound) : 0
        if isPartial { columns.trim(to: range) }
        appendOpen(range, to: &columns)
        columns.timesOrigin = TimesOrigin(
            blocks: chunks[places].map(\.times), open: Array(open.times[openPlaces]), range: range, dropped: dropped)
    }

    private func isOrigin(_ origin: TimesOrigin, _ places: Range<Int>, _ openPlaces: Range<Int>, _ range: ClosedRange<Int64>) -> Bool {
        guard origin.range == range, origin.blocks.count == places.count, origin.open.count == openPlaces.count else { return false }
        for (block, place) in zip(origin.blocks, places) where block != chunks[place].times { return false }
        for (time, place) in zip(origin.open, openPlaces) where time != open.times[place] { return false }
        return true
    }

    /// Appends the samples of a range to `columns` if all of it lies open.
    ///
    /// - Returns: whether it did; otherwise `read` has to be asked.
    func readOpen(_ range: ClosedRange<Int64>, into columns: inout SampleColumns) -> Bool {
        if let newestSealed = chunks.last?.endTime, newestSealed >= range.lowerBound { return false }
        columns.removeAll()
        appendOpen(range, to: &columns)
        return true
    }

    private func appendOpen(_ range: ClosedRange<Int64>, to columns: inout SampleColumns) {
        if open.histogramTimes.isEmpty {
            let floats = SampleColumns.indices(of: open.times, in: range)
            if floats.isEmpty { return }
            columns.append(open, floats: floats, histograms: 0..<0)
        } else {
            columns.append(
                open, floats: 0..<0, histograms: SampleColumns.indices(of: open.histogramTimes, in: range))
        }
    }

    /// So many chunks may be decoded while the series' lock is held: about three microseconds.
    static let chunksUnderLock = 6

    /// Chunks that reach `time` or lie after it.
    func chunkCount(from time: Int64) -> Int { chunks.count - firstChunk(endingNotBefore: time) }

    /// The index of the first chunk that reaches `time`.
    func firstChunk(endingNotBefore time: Int64) -> Int {
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].endTime < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Adds a row to `latest` when the newest sample of the range lies open.
    ///
    /// - Returns: whether it did; otherwise a chunk has to be asked.
    func readLatestOpen(_ range: ClosedRange<Int64>, into latest: inout LatestSamples) -> Bool {
        if let last = open.times.indices.last {
            var index = last
            while open.times[index] > range.upperBound {
                if index == 0 { return false }
                index -= 1
            }
            let value = open.values[index]
            if open.times[index] < range.lowerBound || value.isStaleMarker {
                latest.append(time: LatestSamples.absent, value: StaleMarker.value)
            } else {
                latest.append(
                    time: open.times[index], value: value,
                    startTime: open.startTimes.isEmpty ? 0 : open.startTimes[index])
            }
            return true
        }
        guard let index = open.histogramTimes.lastIndex(where: { $0 <= range.upperBound }) else { return false }
        let histogram = open.histograms[index]
        if open.histogramTimes[index] < range.lowerBound || histogram.isStaleMarker {
            latest.append(time: LatestSamples.absent, value: StaleMarker.value)
        } else {
            latest.histograms[latest.times.count] = histogram
            latest.append(
                time: open.histogramTimes[index], value: 0,
                startTime: open.histogramStartTimes.isEmpty ? 0 : open.histogramStartTimes[index])
        }
        return true
    }

    /// The samples of the newest chunk that has some in the range, for a range that ends before the open samples.
    func readLatestChunk(_ range: ClosedRange<Int64>, into columns: inout SampleColumns) throws(ReadError) {
        var index = firstChunk(endingNotBefore: range.upperBound)
        if index == chunks.count || chunks[index].startTime > range.upperBound { index -= 1 }
        guard index >= 0, chunks[index].endTime >= range.lowerBound else { return }
        try chunks[index].decode(into: &columns)
        columns.trim(to: range)
    }

    /// The sample at exactly this time.
    func sample(at time: Int64) throws(ReadError) -> StoredSample? {
        var columns = SampleColumns()
        try read(time...time, into: &columns)
        if let value = columns.values.first {
            return StoredSample(.float(value), startTime: columns.startTimes.first ?? 0)
        }
        return columns.histograms.first.map {
            StoredSample(.histogram($0), startTime: columns.histogramStartTimes.first ?? 0)
        }
    }
}
