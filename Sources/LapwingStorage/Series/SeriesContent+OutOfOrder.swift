import LapwingSeries

extension SeriesContent {
    /// Puts a sample among those that are there: into the open ones, or into a chunk, which is encoded anew.
    ///
    /// - Precondition: there is no sample at `time`, and a newer one exists; no reader looks at this value.
    /// - Complexity: O(samples of one chunk).
    mutating func insert(
        _ sample: StoredSample, at time: Int64, _ batch: borrowing BatchContext, _ encoder: inout ChunkEncoder
    ) throws(ReadError) {
        if time > chunks.last?.endTime ?? .min {
            if open.accepts(sample), open.count < Self.openMaximum {
                openVersions.insert(batch.version, at: open.firstIndex(notBefore: time))
                return open.insert(sample, at: time)
            }
            seal(batch, &encoder)
        }
        let index = chunks.firstIndex(endingNotBefore: time)
        if index < chunks.count, chunks[index].startTime < time {
            return try rebuild(index, with: sample, at: time, &encoder)
        }
        if index > 0, chunks[index - 1].accepts(sample) {
            try rebuild(index - 1, with: sample, at: time, &encoder)
        } else if index < chunks.count, chunks[index].accepts(sample) {
            try rebuild(index, with: sample, at: time, &encoder)
        } else {
            chunks.insert(SealedChunk(SampleColumns(sample, at: time), &encoder), at: index)
        }
    }

    /// Puts a sample into a chunk, which becomes two when it grows too large, and three around a sample of other kind.
    private mutating func rebuild(
        _ index: Int, with sample: StoredSample, at time: Int64, _ encoder: inout ChunkEncoder
    ) throws(ReadError) {
        var columns = SampleColumns()
        try chunks[index].decode(into: &columns)
        var pieces: [SampleColumns]
        if columns.accepts(sample) {
            columns.insert(sample, at: time)
            let maximum = columns.times.isEmpty ? [SealedChunk].joinedHistogramMaximum : [SealedChunk].joinedMaximum
            pieces = columns.count <= maximum ? [columns] : columns.split(at: columns.count / 2)
        } else {
            pieces = columns.split(at: columns.firstIndex(notBefore: time))
            pieces.insert(SampleColumns(sample, at: time), at: 1)
        }
        pieces.removeAll(where: \.isEmpty)
        chunks.replaceSubrange(index..<(index + 1), with: pieces.map { SealedChunk($0, &encoder) })
    }
}

extension SealedChunk {
    /// Whether a sample of this kind fits without splitting the chunk.
    fileprivate func accepts(_ sample: StoredSample) -> Bool {
        switch (kind, sample.value) {
        case (.floats, .float): count < [SealedChunk].joinedMaximum
        case (.histograms, .histogram): count < [SealedChunk].joinedHistogramMaximum
        case (.floats, .histogram), (.histograms, .float): false
        }
    }
}

/// Columns that hold samples of one kind.
extension SampleColumns {
    init(_ sample: StoredSample, at time: Int64) {
        self.init()
        insert(sample, at: time)
    }

    /// Whether a sample is of the kind that the columns hold.
    fileprivate func accepts(_ sample: StoredSample) -> Bool {
        switch sample.value {
        case .float: histogramTimes.isEmpty
        case .histogram: times.isEmpty
        }
    }

    fileprivate func firstIndex(notBefore time: Int64) -> Int {
        Self.firstIndex(in: times.isEmpty ? histogramTimes : times, notBefore: time)
    }

    fileprivate mutating func insert(_ sample: StoredSample, at time: Int64) {
        let index = firstIndex(notBefore: time)
        switch sample.value {
        case .float(let value):
            Self.insertStart(sample.startTime, at: index, into: &startTimes, count: times.count)
            times.insert(time, at: index)
            values.insert(value, at: index)
        case .histogram(let histogram):
            Self.insertStart(sample.startTime, at: index, into: &histogramStartTimes, count: histogramTimes.count)
            histogramTimes.insert(time, at: index)
            histograms.insert(histogram, at: index)
        }
    }

    private static func insertStart(_ start: Int64, at index: Int, into starts: inout [Int64], count: Int) {
        if starts.isEmpty {
            if start == 0 { return }
            starts.append(contentsOf: repeatElement(0, count: count))
        }
        starts.insert(start, at: index)
    }

    fileprivate func split(at index: Int) -> [SampleColumns] {
        var before = SampleColumns()
        var after = SampleColumns()
        if histogramTimes.isEmpty {
            before.append(self, floats: 0..<index, histograms: 0..<0)
            after.append(self, floats: index..<times.count, histograms: 0..<0)
        } else {
            before.append(self, floats: 0..<0, histograms: 0..<index)
            after.append(self, floats: 0..<0, histograms: index..<histogramTimes.count)
        }
        return [before, after]
    }
}
