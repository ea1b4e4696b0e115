import LapwingSeries

extension PageState {
    /// Stores one float, or says why not.
    mutating func store(
        _ value: Double, at time: Int64, startTime: Int64, to place: Int, _ batch: borrowing BatchContext, _ workspace: inout AppendWorkspace
    ) -> RefusedSample.Reason? {
        if let refusal = refusal(at: time, to: place, batch) { return refusal }
        guard time > newestTimes[place] else {
            return insert(StoredSample(.float(value), startTime: startTime), at: time, to: place, batch, &workspace)
        }
        append(value, at: time, startTime: startTime, to: place, batch, &workspace)
        workspace.samples += 1
        return nil
    }

    /// Stores one histogram, or says why not.
    mutating func store(
        _ histogram: NativeHistogram, at time: Int64, startTime: Int64, to place: Int, _ batch: borrowing BatchContext,
        _ workspace: inout AppendWorkspace
    ) -> RefusedSample.Reason? {
        if let refusal = refusal(at: time, to: place, batch) { return refusal }
        guard time > newestTimes[place] else {
            return insert(StoredSample(.histogram(histogram), startTime: startTime), at: time, to: place, batch, &workspace)
        }
        append(histogram, at: time, startTime: startTime, to: place, batch, &workspace)
        workspace.samples += 1
        return nil
    }

    /// Why nothing can be stored at a time, whatever it is.
    @inline(__always)
    private func refusal(at time: Int64, to place: Int, _ batch: borrowing BatchContext) -> RefusedSample.Reason? {
        if time > batch.bounds.latestTime { return .tooFarInFuture }
        if time < batch.bounds.earliestTime { return .tooOld }
        return isLiving(place) && (series[place].extras == nil || !isRemoved(place)) ? nil : .unknownSeries
    }

    /// A sample that is not newer than the newest.
    private mutating func insert(
        _ sample: StoredSample, at time: Int64, to place: Int, _ batch: borrowing BatchContext, _ workspace: inout AppendWorkspace
    ) -> RefusedSample.Reason? {
        if time < newestTimes[place], time < batch.bounds.outOfOrderFrom {
            return batch.bounds.outOfOrderFrom == .max ? .outOfOrder : .tooOld
        }
        do {
            if let present = try content(of: place).sample(at: time) {
                return present.hasSameValue(as: sample) ? nil : .duplicateTimestamp
            }
            try change(place, batch) { (content) throws(ReadError) in
                try content.insert(sample, at: time, batch, &workspace.encoder)
            }
        } catch {
            return .outOfOrder
        }
        workspace.samples += 1
        workspace.late?.append(LateSample(reference(of: place), at: time))
        return nil
    }

    /// Drops the chunks that end before `time`.
    ///
    /// - Returns: whether the series has nothing left, and had nothing the last time either if it never had a sample.
    mutating func removeExpired(_ place: Int, before time: Int64, _ batch: borrowing BatchContext, _ workspace: inout AppendWorkspace) -> Bool {
        forgetPast(place, batch)
        let hadSamples = !series[place].isEmpty || series[place].extras?.since ?? 0 > 0
        workspace.samples -= removeChunks(place, before: time, batch)
        if !series[place].isEmpty { return false }
        let extras = series[place].madeExtras()
        extras.idleSweeps += 1
        return extras.idleSweeps > 1 || hadSamples
    }

    /// Marks a series as gone for the readers to come.
    mutating func remove(_ place: Int, at version: UInt64) { series[place].madeExtras().removedVersion = version }

    func isRemoved(_ place: Int) -> Bool { series[place].extras.map { $0.removedVersion != .max } ?? false }

    /// What the samples of all living series take and span.
    func measure(into statistics: inout StoreStatistics, _ span: inout (oldest: Int64, newest: Int64)) {
        statistics.sampleBytes += MemoryLayout<SeriesState>.stride * series.count + values.byteCount
        statistics.sampleBytes += MemoryLayout<SampleSummary>.stride * tails.capacity + past.byteCount
        var previous: [SealedChunk] = []
        for place in series.indices where isLiving(place) {
            let state = series[place]
            statistics.chunks += state.chunks.count
            for (index, chunk) in state.chunks.enumerated() {
                // Shared blocks of times count once, as far as neighbours share them.
                let isShared = index < previous.count && previous[index].times == chunk.times
                statistics.sampleBytes += chunk.byteCount(withTimes: !isShared)
            }
            if !state.chunks.isEmpty { statistics.sampleBytes += 32 + MemoryLayout<SealedChunk>.stride * state.chunks.capacity }
            statistics.sampleBytes += state.summaries.byteCount
            if let extras = state.extras { statistics.sampleBytes += extras.open.byteCount + 128 }
            previous = state.chunks
            span = (min(span.oldest, state.oldestTime), max(span.newest, state.newestTime))
        }
    }
}
