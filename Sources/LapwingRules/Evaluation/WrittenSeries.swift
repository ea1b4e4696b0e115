public import LapwingSeries

/// One sample that a rule produced.
struct RuleSample: Sendable {
    var labels: Labels
    var value: Double
    var histogram: NativeHistogram?
}

/// The series that a rule wrote at its last evaluation, with their references, so that the next one finds them
/// without asking the store and marks those stale that it no longer writes.
public struct WrittenSeries: Sendable {
    private var references: [Labels: SeriesReference] = [:]
    /// The same in the order in which they were written, of the last evaluation that this knows of.
    private var order: [Place] = []

    fileprivate struct Place: Sendable {
        var labels: Labels
        var reference: SeriesReference
    }

    public init() {}

    /// The series that a process before this one has written, so that those that are no longer written are marked stale.
    public init(resuming labels: [Labels], in sink: any SampleSink) throws(AppendError) {
        references = Dictionary(zip(labels, try sink.references(for: labels))) { first, _ in first }
    }

    public var isEmpty: Bool { references.isEmpty }

    public var all: [Labels] { references.keys.sorted() }

    /// What one evaluation adds to a batch.
    struct Prepared: Sendable {
        var samples: [RuleSample]
        fileprivate var next: [Labels: SeriesReference]
        fileprivate var order: [Place]
        /// Places in the batch: of floats, of them the stale markers, and of histograms.
        fileprivate var floats: Range<Int>
        fileprivate var markers: Range<Int>
        fileprivate var histograms: Range<Int>

        var count: Int { floats.count + histograms.count }
    }

    /// Adds one evaluation's samples at `time` to a batch, and a stale marker for each series of the last that is not among them.
    ///
    /// - Returns: nil where there is nothing to write.
    /// - Throws: `AppendError` when the store takes no new series.
    func prepare(
        _ samples: [RuleSample], at time: Timestamp, for sink: any SampleSink, into batch: inout SampleBatch
    ) throws(AppendError) -> Prepared? {
        if samples.isEmpty, references.isEmpty { return nil }
        let isSame = isLineup(samples)
        let order = isSame ? order : try places(of: samples, in: sink)
        let next = isSame ? references : Dictionary(order.map { ($0.labels, $0.reference) }) { first, _ in first }
        let (floats, histograms) = (batch.series.count, batch.count - batch.series.count)
        for (sample, place) in zip(samples, order) {
            if let histogram = sample.histogram {
                batch.append(place.reference, time: time.milliseconds, histogram: histogram)
            } else {
                batch.append(place.reference, time: time.milliseconds, value: sample.value)
            }
        }
        let markers = batch.series.count
        let ended = isSame ? [:] : references.filter { next[$0.key] == nil }
        for (_, reference) in ended.sorted(by: { $0.key < $1.key }) { batch.append(reference, time: time.milliseconds, value: StaleMarker.value) }
        return Prepared(
            samples: samples, next: next, order: order, floats: floats..<batch.series.count, markers: markers..<batch.series.count,
            histograms: histograms..<batch.count - batch.series.count)
    }

    /// Whether samples are of the series that the last evaluation wrote, in its order.
    private func isLineup(_ samples: [RuleSample]) -> Bool {
        order.count == references.count && samples.count == order.count && zip(samples, order).allSatisfy { $0.labels == $1.labels }
    }

    /// The samples of the last evaluation at later times, series by series.
    ///
    /// - Returns: nil where the last evaluation's were of other series.
    func batch(of samples: [RuleSample], at times: [Int64]) -> SampleBatch? {
        guard isLineup(samples) else { return nil }
        var batch = SampleBatch()
        batch.reserveCapacity(samples.count * times.count)
        for (sample, place) in zip(samples, order) {
            for time in times { batch.append(place.reference, time: time, value: sample.value) }
        }
        return batch
    }

    /// Where samples go that are not those of the last evaluation.
    private func places(of samples: [RuleSample], in sink: any SampleSink) throws(AppendError) -> [Place] {
        let unknown = samples.map(\.labels).filter { references[$0] == nil }
        let found = unknown.isEmpty ? [] : try sink.references(for: unknown)
        let new = Dictionary(zip(unknown, found)) { first, _ in first }
        return samples.compactMap { sample in
            (references[sample.labels] ?? new[sample.labels]).map { Place(labels: sample.labels, reference: $0) }
        }
    }

    /// Takes notice of what the store has taken of a batch.
    ///
    /// - Returns: why samples were refused; stale markers that come too late are not reported, since another rule may
    ///   have taken over their series.
    /// - Throws: `AppendError` when the store takes nothing; the next evaluation then starts from the same state.
    mutating func wrote(
        _ prepared: Prepared, of batch: SampleBatch, refused: [RefusedSample], at time: Timestamp, to sink: any SampleSink
    ) throws(AppendError) -> [RefusedSample] {
        let refused = refused.filter { sample in
            sample.index < batch.series.count
                ? prepared.floats.contains(sample.index) : prepared.histograms.contains(sample.index - batch.series.count)
        }
        if refused.contains(where: { $0.reason == .unknownSeries }) { return try writeAnew(prepared.samples, at: time, to: sink) }
        (references, order) = (prepared.next, prepared.order)
        return refused.filter { !prepared.markers.contains($0.index) }
    }

    /// The store has forgotten series that were not written for long: ask for every reference again.
    private mutating func writeAnew(
        _ samples: [RuleSample], at time: Timestamp, to sink: any SampleSink
    ) throws(AppendError) -> [RefusedSample] {
        let labels = samples.map(\.labels)
        let found = try sink.references(for: labels)
        references = Dictionary(zip(labels, found)) { first, _ in first }
        order = []
        var batch = SampleBatch()
        for (sample, reference) in zip(samples, found) {
            if let histogram = sample.histogram {
                batch.append(reference, time: time.milliseconds, histogram: histogram)
            } else {
                batch.append(reference, time: time.milliseconds, value: sample.value)
            }
        }
        return try sink.append(batch)
    }
}

extension SampleSink {
    /// Ends series at `time`; what comes too late for a series is dropped, since something else writes it then.
    public func markStale(_ series: [Labels], at time: Timestamp) throws(AppendError) {
        guard !series.isEmpty else { return }
        var batch = SampleBatch()
        for reference in try references(for: series) {
            batch.append(reference, time: time.milliseconds, value: StaleMarker.value)
        }
        try append(batch)
    }
}
