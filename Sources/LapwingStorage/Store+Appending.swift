public import LapwingSeries
import Synchronization

extension Store {
    public func references(for labels: [Labels]) throws(AppendError) -> [SeriesReference] {
        try writer.withLock { (state) throws(AppendError) in
            var references: [SeriesReference] = []
            references.reserveCapacity(labels.count)
            var made: [(SeriesPlace, Labels)] = []
            defer { if !made.isEmpty { index.withLock { index in for (series, labels) in made { index.insert(series, labels) } } } }
            for labels in labels {
                if let ordinal = state.ordinals[labels] {
                    references.append(SeriesReference(UInt64(ordinal)))
                } else {
                    if let durability, state.undefined.count >= options.limits.maximumUnloggedSeries {
                        try state.logSeries(to: durability.journal)
                    }
                    let series = try state.makeSeries(labels, options.limits)
                    made.append((series, labels))
                    if durability != nil { state.undefined.append(SeriesDefinition(id: series.ordinal, labels: labels)) }
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
        let (refused, late, listener) = try writer.withLock { (state) throws(AppendError) in
            let context = state.context(options, registry)
            if let journal = durability?.journal, batch.count > 0 { try state.log(batch, context, to: journal) }
            let refused = state.append(batch, context, into: registry)
            return (refused, state.workspace.late ?? [], state.lateListener)
        }
        if !late.isEmpty { listener?(late) }
        if let durability, durability.options.syncInterval == .zero { try syncNotes() }
        return refused
    }
}

extension WriterState {
    /// A series that is not there yet.
    mutating func makeSeries(_ labels: Labels, _ limits: StoreLimits) throws(AppendError) -> SeriesPlace {
        let count = labels.count
        if labels.isEmpty { throw AppendError(.labelLimit, "a series without labels cannot be stored") }
        if count > limits.maximumLabelsPerSeries {
            throw AppendError(
                .labelLimit,
                "a series has \(count) labels, and at most \(limits.maximumLabelsPerSeries) are allowed: \(labels.metricName)")
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
        let series = SeriesPlace(page: page(of: nextOrdinal), ordinal: nextOrdinal)
        series.page.withLock { $0.insert(series.place) }
        nextOrdinal += 1
        created += 1
        labelBytes += labels.byteCount
        ordinals[labels] = series.ordinal
        return series
    }

    /// A series that a directory holds.
    ///
    /// - Precondition: its number is above those of all others.
    mutating func restoreSeries(_ definition: SeriesDefinition) -> SeriesPlace {
        let series = SeriesPlace(page: page(of: definition.id), ordinal: definition.id)
        series.page.withLock { $0.insert(series.place) }
        nextOrdinal = definition.id + 1
        labelBytes += definition.labels.byteCount
        ordinals[definition.labels] = definition.id
        return series
    }

    /// Puts a batch into the log before it is appended, so that an answer follows the log.
    fileprivate mutating func log(_ batch: SampleBatch, _ context: borrowing BatchContext, to journal: Journal) throws(AppendError) {
        try journal.append(batch, context.bounds, defining: undefined + definedOnce)
        noteLogged()
    }

    /// Tells the log of new series before they have samples: a full disk, which refuses those, does not let names pile up here.
    fileprivate mutating func logSeries(to journal: Journal) throws(AppendError) {
        try journal.append(defining: undefined + definedOnce)
        noteLogged()
    }

    private mutating func noteLogged() {
        definedOnce = undefined
        undefined = []
    }

    private mutating func page(of ordinal: UInt32) -> SeriesPage {
        let index = SeriesPage.page(of: ordinal)
        while pages.count <= index { pages.append(nil) }
        if let page = pages[index] { return page }
        let page = SeriesPage(number: index)
        pages[index] = page
        return page
    }

    /// What a batch that begins now may do.
    func context(_ options: StoreOptions, _ registry: SnapshotRegistry) -> BatchContext {
        var bounds = BatchBounds()
        if let now = options.clock?() {
            bounds.latestTime = (now + options.maximumFuture).milliseconds
            if let retention = options.retention { bounds.earliestTime = (now - retention).milliseconds }
        }
        if options.outOfOrderWindow > .zero {
            bounds.outOfOrderFrom = (Timestamp(milliseconds: newestTime) - options.outOfOrderWindow).milliseconds
        }
        return BatchContext(version: version + 1, liveVersions: registry.liveVersions(), bounds: bounds)
    }

    mutating func append(
        _ batch: SampleBatch, _ context: borrowing BatchContext, into registry: SnapshotRegistry
    ) -> [RefusedSample] {
        var refused: [RefusedSample] = []
        workspace.beginBatch()
        let starts = batch.startTimes
        store(batch.series, context, into: &refused, numberedFrom: 0, batch.times) { page, place, index, workspace in
            page.store(
                batch.values[index], at: batch.times[index], startTime: starts.isEmpty ? 0 : starts[index], to: place, context, &workspace)
        }
        let histogramStarts = batch.histogramStartTimes
        store(batch.histogramSeries, context, into: &refused, numberedFrom: batch.series.count, batch.histogramTimes) { page, place, index, workspace in
            page.store(
                batch.histograms[index], at: batch.histogramTimes[index], startTime: histogramStarts.isEmpty ? 0 : histogramStarts[index],
                to: place, context, &workspace)
        }
        version = context.version
        registry.publish(version)
        return refused
    }

    /// Goes over the samples of a batch; those of one page that follow one another are stored under one lock.
    @inline(__always)
    private mutating func store(
        _ series: [SeriesReference], _ context: borrowing BatchContext, into refused: inout [RefusedSample], numberedFrom first: Int, _ times: [Int64],
        _ body: (inout PageState, Int, Int, inout AppendWorkspace) -> RefusedSample.Reason?
    ) {
        var index = 0
        while index < series.count {
            guard let ordinal = UInt32(exactly: series[index].rawValue), let page = page(holding: ordinal) else {
                refused.append(RefusedSample(index: first + index, reason: .unknownSeries))
                index += 1
                continue
            }
            let number = SeriesPage.page(of: ordinal)
            var span = (oldest: Int64.max, newest: Int64.min)
            page.withLock { state in
                state.past.forget(context)
                while index < series.count, let ordinal = UInt32(exactly: series[index].rawValue), SeriesPage.page(of: ordinal) == number {
                    if let reason = body(&state, SeriesPage.place(of: ordinal), index, &workspace) {
                        refused.append(RefusedSample(index: first + index, reason: reason))
                    } else {
                        span = (min(span.oldest, times[index]), max(span.newest, times[index]))
                    }
                    index += 1
                }
            }
            if span.oldest > span.newest { continue }
            page.note(span.oldest...span.newest)
            newestTime = max(newestTime, span.newest)
        }
    }

    private func page(holding ordinal: UInt32) -> SeriesPage? {
        let index = SeriesPage.page(of: ordinal)
        return index < pages.count ? pages[index] : nil
    }
}
