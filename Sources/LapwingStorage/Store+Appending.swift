public import LapwingSeries
import Synchronization

extension Store {
    public func references(for labels: [Labels]) throws(AppendError) -> [SeriesReference] {
        try writer.withLock { (state) throws(AppendError) in
            var references: [SeriesReference] = []
            references.reserveCapacity(labels.count)
            var made: [StoredSeries] = []
            defer { if !made.isEmpty { index.withLock { index in made.forEach { index.insert($0) } } } }
            for labels in labels {
                if let ordinal = state.ordinals[labels] {
                    references.append(SeriesReference(UInt64(ordinal)))
                } else {
                    let series = try state.makeSeries(labels, options.limits)
                    made.append(series)
                    references.append(SeriesReference(UInt64(series.ordinal)))
                }
            }
            return references
        }
    }

    @discardableResult
    public func append(_ batch: SampleBatch) throws(AppendError) -> [RefusedSample] {
        let columns = [batch.times.count, batch.values.count]
        let histogramColumns = [batch.histogramTimes.count, batch.histograms.count]
        precondition(columns.allSatisfy { $0 == batch.series.count }, "columns of unlike length")
        precondition(histogramColumns.allSatisfy { $0 == batch.histogramSeries.count }, "columns of unlike length")
        return writer.withLock { state in
            state.append(batch, state.context(options, registry), into: registry)
        }
    }
}

extension WriterState {
    /// A series that is not there yet.
    mutating func makeSeries(_ labels: Labels, _ limits: StoreLimits) throws(AppendError) -> StoredSeries {
        let count = labels.count
        if labels.isEmpty { throw AppendError(.labelLimit, "a series without labels cannot be stored") }
        if count > limits.maximumLabelsPerSeries {
            throw AppendError(
                .labelLimit,
                "a series has \(count) labels, and at most \(limits.maximumLabelsPerSeries) are allowed: \(labels)")
        }
        if labels.byteCount > limits.maximumLabelBytesPerSeries {
            throw AppendError(
                .labelLimit,
                "the labels of a series take \(labels.byteCount) bytes, and at most "
                    + "\(limits.maximumLabelBytesPerSeries) are allowed: \(labels.metricName)")
        }
        if ordinals.count >= limits.maximumSeries {
            throw AppendError(
                .seriesLimit,
                "\(ordinals.count) series are stored, as many as are allowed, and \(labels) would be one more")
        }
        guard nextOrdinal < .max else {
            throw AppendError(.seriesLimit, "2³² series have been made since the start: start again to make more")
        }
        let series = StoredSeries(ordinal: nextOrdinal, labels: labels)
        nextOrdinal += 1
        created += 1
        labelBytes += labels.byteCount
        ordinals[labels] = series.ordinal
        table.insert(series)
        return series
    }

    /// What a batch that begins now may do.
    func context(_ options: StoreOptions, _ registry: SnapshotRegistry) -> BatchContext {
        var context = BatchContext(version: version + 1, liveVersions: registry.liveVersions())
        if let now = options.clock?() {
            context.latestTime = (now + options.maximumFuture).milliseconds
            if let retention = options.retention { context.earliestTime = (now - retention).milliseconds }
        }
        if options.outOfOrderWindow > .zero {
            context.outOfOrderFrom = (Timestamp(milliseconds: newestTime) - options.outOfOrderWindow).milliseconds
        }
        return context
    }

    mutating func append(
        _ batch: SampleBatch, _ context: borrowing BatchContext, into registry: SnapshotRegistry
    ) -> [RefusedSample] {
        var refused: [RefusedSample] = []
        var newestTime = newestTime
        for index in batch.series.indices {
            let time = batch.times[index]
            let start = batch.startTimes.isEmpty ? 0 : batch.startTimes[index]
            let reason = series(batch.series[index]).map {
                $0.append(batch.values[index], at: time, startTime: start, context, &workspace)
            }
            if let reason = reason ?? .unknownSeries { refused.append(RefusedSample(index: index, reason: reason)) }
            else if time > newestTime { newestTime = time }
        }
        for index in batch.histogramSeries.indices {
            let time = batch.histogramTimes[index]
            let start = batch.histogramStartTimes.isEmpty ? 0 : batch.histogramStartTimes[index]
            let reason = series(batch.histogramSeries[index]).map {
                $0.append(batch.histograms[index], at: time, startTime: start, context, &workspace)
            }
            if let reason = reason ?? .unknownSeries {
                refused.append(RefusedSample(index: batch.series.count + index, reason: reason))
            } else if time > newestTime {
                newestTime = time
            }
        }
        self.newestTime = newestTime
        version = context.version
        registry.publish(version)
        return refused
    }

    private func series(_ reference: SeriesReference) -> StoredSeries? {
        UInt32(exactly: reference.rawValue).flatMap { table[$0] }
    }
}
