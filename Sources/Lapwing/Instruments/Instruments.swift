import LapwingExposition
public import LapwingSeries
import LapwingText
import Synchronization

/// A program's own metrics: makes counters, gauges and histograms, and shows or stores what they say.
///
/// Asking twice for the same name and labels gives the same instrument. A lock is taken to make one and to read all,
/// never to count.
public final class Instruments: Sendable {
    fileprivate enum Family: Sendable {
        case counters([Labels: Counter])
        case gauges([Labels: Gauge])
        case histograms([Labels: Histogram])
        case summaries([Labels: Summary])
        /// Read when asked for.
        case functions([Labels: @Sendable () -> Double])
        /// Likewise, with labels that come and go.
        case collected(@Sendable () -> [Sample])
    }

    private struct Entry: Sendable {
        var metadata: MetricMetadata
        var family: Family
    }

    private let entries = Mutex<[String: Entry]>([:])

    public init() {}

    /// The counter of this name and these labels; by convention the name ends in `_total`.
    /// - Precondition: the name is not in use for an instrument of another kind.
    public func counter(_ name: String, _ labels: KeyValuePairs<String, String> = [:], help: String = "") -> Counter {
        let key = Labels(metric: name, labels)
        return entries.withLock { entries in
            var entry = entries[name] ?? Entry(metadata: .init(name: name, kind: .counter, help: help), family: .counters([:]))
            guard case .counters(var known) = entry.family else { preconditionFailure("\(name) is not a counter") }
            if let counter = known[key] { return counter }
            let counter = Counter(key)
            known[key] = counter
            entry.family = .counters(known)
            entries[name] = entry
            return counter
        }
    }

    /// The gauge of this name and these labels.
    /// - Precondition: as for `counter`.
    public func gauge(_ name: String, _ labels: KeyValuePairs<String, String> = [:], help: String = "") -> Gauge {
        let key = Labels(metric: name, labels)
        return entries.withLock { entries in
            var entry = entries[name] ?? Entry(metadata: .init(name: name, kind: .gauge, help: help), family: .gauges([:]))
            guard case .gauges(var known) = entry.family else { preconditionFailure("\(name) is not a gauge") }
            if let gauge = known[key] { return gauge }
            let gauge = Gauge(key)
            known[key] = gauge
            entry.family = .gauges(known)
            entries[name] = entry
            return gauge
        }
    }

    /// A gauge or counter whose value is computed when it is read.
    /// - Precondition: as for `counter`.
    public func observe(
        _ name: String, _ labels: KeyValuePairs<String, String> = [:], kind: MetricMetadata.Kind = .gauge, help: String = "",
        _ value: @escaping @Sendable () -> Double
    ) {
        let key = Labels(metric: name, labels)
        entries.withLock { entries in
            var entry = entries[name] ?? Entry(metadata: .init(name: name, kind: kind, help: help), family: .functions([:]))
            guard case .functions(var known) = entry.family else { preconditionFailure("\(name) is in use") }
            known[key] = value
            entry.family = .functions(known)
            entries[name] = entry
        }
    }

    /// A family whose samples are gathered when it is read.
    /// - Precondition: the name is not in use.
    public func collect(_ name: String, kind: MetricMetadata.Kind = .gauge, help: String = "", _ samples: @escaping @Sendable () -> [Sample]) {
        entries.withLock { entries in
            precondition(entries[name] == nil, "\(name) is in use")
            entries[name] = Entry(metadata: .init(name: name, kind: kind, help: help), family: .collected(samples))
        }
    }

    /// The histogram of this name and these labels; the bounds are those of its first mention.
    /// - Precondition: as for `counter`; the bounds ascend.
    public func histogram(
        _ name: String, _ labels: KeyValuePairs<String, String> = [:], bounds: [Double] = Histogram.defaultBounds, help: String = ""
    ) -> Histogram {
        let key = Labels(metric: name, labels)
        return entries.withLock { entries in
            var entry = entries[name] ?? Entry(metadata: .init(name: name, kind: .histogram, help: help), family: .histograms([:]))
            guard case .histograms(var known) = entry.family else { preconditionFailure("\(name) is not a histogram") }
            if let histogram = known[key] { return histogram }
            let histogram = Histogram(key, bounds: bounds)
            known[key] = histogram
            entry.family = .histograms(known)
            entries[name] = entry
            return histogram
        }
    }

    /// The summary of this name and these labels; the quantiles are those of its first mention.
    /// - Precondition: as for `counter`.
    public func summary(_ name: String, _ labels: KeyValuePairs<String, String> = [:], quantiles: [Double], help: String = "") -> Summary {
        let key = Labels(metric: name, labels)
        return entries.withLock { entries in
            var entry = entries[name] ?? Entry(metadata: .init(name: name, kind: .summary, help: help), family: .summaries([:]))
            guard case .summaries(var known) = entry.family else { preconditionFailure("\(name) is not a summary") }
            if let summary = known[key] { return summary }
            let summary = Summary(key, quantiles: quantiles)
            known[key] = summary
            entry.family = .summaries(known)
            entries[name] = entry
            return summary
        }
    }

    // MARK: Reading

    /// One sample: what a page or a store takes.
    public struct Sample: Sendable {
        public var labels: Labels
        public var value: Double

        public init(labels: Labels, value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    /// What all instruments say now, family by family in the order of names.
    public func read() -> [(metadata: MetricMetadata, samples: [Sample])] {
        let entries = entries.withLock { $0 }
        return entries.values.sorted { $0.metadata.name < $1.metadata.name }.map { entry in
            (entry.metadata, entry.family.samples)
        }
    }

    /// The page that a scrape of this program would see, in the text format.
    public func page() -> [UInt8] {
        var writer = ExpositionWriter(.prometheusText)
        for family in read() {
            writer.begin(family.metadata)
            for sample in family.samples { writer.write(sample.labels, sample.value) }
        }
        return writer.finish()
    }

    /// Appends what all instruments say now to a store.
    public func record(into sink: any SampleSink, at time: Timestamp, adding labels: Labels = .empty) throws(AppendError) {
        let samples = read().flatMap(\.samples)
        let references = try sink.references(for: samples.map { $0.labels.merging(labels) })
        var batch = SampleBatch()
        for (sample, reference) in zip(samples, references) { batch.append(reference, time: time.milliseconds, value: sample.value) }
        try sink.append(batch)
    }
}

extension Instruments.Family {
    fileprivate var samples: [Instruments.Sample] {
        switch self {
        case .counters(let all): all.sorted { $0.key < $1.key }.map { .init(labels: $0.key, value: $0.value.value) }
        case .gauges(let all): all.sorted { $0.key < $1.key }.map { .init(labels: $0.key, value: $0.value.value) }
        case .functions(let all): all.sorted { $0.key < $1.key }.map { .init(labels: $0.key, value: $0.value()) }
        case .collected(let samples): samples().sorted { $0.labels < $1.labels }
        case .histograms(let all): all.sorted { $0.key < $1.key }.flatMap { Self.samples(of: $0.value) }
        case .summaries(let all): all.sorted { $0.key < $1.key }.flatMap { Self.samples(of: $0.value) }
        }
    }

    private static func samples(of summary: Summary) -> [Instruments.Sample] {
        let name = summary.labels.metricName
        let (values, sum, count) = summary.read()
        return zip(summary.quantiles, values).map { .init(labels: summary.labels.setting("quantile", GoNumber.text($0)), value: $1) } + [
            .init(labels: summary.labels.setting(LabelName.metric, name + "_sum"), value: sum),
            .init(labels: summary.labels.setting(LabelName.metric, name + "_count"), value: Double(count)),
        ]
    }

    private static func samples(of histogram: Histogram) -> [Instruments.Sample] {
        let name = histogram.labels.metricName
        let counts = histogram.cumulativeCounts
        let bounds = histogram.bounds.map { GoNumber.text($0) } + ["+Inf"]
        let bucket = histogram.labels.setting(LabelName.metric, name + "_bucket")
        let sum = histogram.sum
        return zip(bounds, counts).map { .init(labels: bucket.setting(LabelName.bucket, $0), value: Double($1)) } + [
            .init(labels: histogram.labels.setting(LabelName.metric, name + "_sum"), value: sum),
            .init(labels: histogram.labels.setting(LabelName.metric, name + "_count"), value: Double(counts.last ?? 0)),
        ]
    }
}
