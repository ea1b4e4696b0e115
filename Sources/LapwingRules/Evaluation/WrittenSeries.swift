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

    public init() {}

    /// The series that a process before this one has written, so that those that are no longer written are marked stale.
    public init(resuming labels: [Labels], in sink: any SampleSink) throws(AppendError) {
        references = Dictionary(zip(labels, try sink.references(for: labels))) { first, _ in first }
    }

    public var isEmpty: Bool { references.isEmpty }

    public var all: [Labels] { references.keys.sorted() }

    /// Writes one evaluation's samples at `time`, and a stale marker for each series of the last that is not among
    /// them. Samples that the store refuses are left out.
    ///
    /// - Returns: why samples were refused; stale markers that come too late are not reported, since another rule may
    ///   have taken over their series.
    /// - Throws: `AppendError` when the store took nothing; the next evaluation then starts from the same state.
    mutating func write(
        _ samples: [RuleSample], at time: Timestamp, to sink: any SampleSink
    ) throws(AppendError) -> [RefusedSample] {
        if samples.isEmpty, references.isEmpty { return [] }
        var next: [Labels: SeriesReference] = [:]
        next.reserveCapacity(samples.count)
        let unknown = samples.map(\.labels).filter { references[$0] == nil }
        let found = unknown.isEmpty ? [] : try sink.references(for: unknown)
        for (labels, reference) in zip(unknown, found) { next[labels] = reference }
        for sample in samples { next[sample.labels] = next[sample.labels] ?? references[sample.labels] }

        var batch = SampleBatch()
        for sample in samples {
            guard let reference = next[sample.labels] else { continue }
            if let histogram = sample.histogram {
                batch.append(reference, time: time.milliseconds, histogram: histogram)
            } else {
                batch.append(reference, time: time.milliseconds, value: sample.value)
            }
        }
        let floats = batch.series.count
        for (labels, reference) in references.sorted(by: { $0.key < $1.key }) where next[labels] == nil {
            batch.append(reference, time: time.milliseconds, value: StaleMarker.value)
        }
        let refused = try sink.append(batch)
        if refused.contains(where: { $0.reason == .unknownSeries }) {
            return try writeAnew(samples, at: time, to: sink)
        }
        references = next
        let markers = floats..<batch.series.count
        return refused.filter { !markers.contains($0.index) }
    }

    /// The store has forgotten series that were not written for long: ask for every reference again.
    private mutating func writeAnew(
        _ samples: [RuleSample], at time: Timestamp, to sink: any SampleSink
    ) throws(AppendError) -> [RefusedSample] {
        let labels = samples.map(\.labels)
        let found = try sink.references(for: labels)
        references = Dictionary(zip(labels, found)) { first, _ in first }
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
    func markStale(_ series: [Labels], at time: Timestamp) throws(AppendError) {
        guard !series.isEmpty else { return }
        var batch = SampleBatch()
        for reference in try references(for: series) {
            batch.append(reference, time: time.milliseconds, value: StaleMarker.value)
        }
        try append(batch)
    }
}
