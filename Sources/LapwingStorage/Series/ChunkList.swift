import LapwingSeries

/// The sealed chunks of a series, ascending without overlap.
extension [SealedChunk] {
    /// Chunks of like size are joined until they hold so many samples.
    static let joinedMaximum = 512
    static let joinedHistogramMaximum = 128

    /// Adds samples that are newer than those held, joined with the chunks before them that are no larger: so each sample
    /// is encoded about three times, and a long series is a few large chunks and a handful of small ones.
    mutating func seal(_ columns: SampleColumns, _ encoder: inout ChunkEncoder) {
        let kind: SealedChunk.Kind = columns.times.isEmpty ? .histograms : .floats
        let maximum = kind == .floats ? Self.joinedMaximum : Self.joinedHistogramMaximum
        var samples = columns.count
        var first = count
        while first > 0, self[first - 1].kind == kind, self[first - 1].count <= samples, self[first - 1].count + samples <= maximum {
            first -= 1
            samples += self[first].count
        }
        guard first < count, var joined = try? self[first...].decoded() else { return appendTightly(SealedChunk(columns, &encoder)) }
        joined.append(columns)
        removeSubrange(first...)
        appendTightly(SealedChunk(joined, &encoder))
    }

    /// The index of the first chunk that reaches `time`.
    func firstIndex(endingNotBefore time: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].endTime < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The chunks that have a sample in a range, or may have one.
    func places(in range: ClosedRange<Int64>) -> Range<Int> {
        // Most ranges end after the newest chunk, and many begin there.
        guard let newest = last?.endTime, newest >= range.lowerBound else { return count..<count }
        let first = firstIndex(endingNotBefore: range.lowerBound)
        if newest <= range.upperBound { return first..<count }
        let end = firstIndex(endingNotBefore: range.upperBound)
        return first..<(self[end].startTime <= range.upperBound ? end + 1 : end)
    }

    var sampleCount: Int { reduce(0) { $0 + $1.count } }
}

extension ArraySlice<SealedChunk> {
    fileprivate func decoded() throws(ReadError) -> SampleColumns {
        var columns = SampleColumns()
        for chunk in self { try chunk.decode(into: &columns) }
        return columns
    }
}
