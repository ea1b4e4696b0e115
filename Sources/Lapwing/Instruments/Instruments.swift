import LapwingExposition
public import LapwingSeries
import Synchronization

/// A program's own metrics: makes counters, gauges and histograms, and shows or stores what they say.
///
/// Asking twice for the same name and labels gives the same instrument. A lock is taken to make one and to read all,
/// never to count.
public final class Instruments: Sendable {
    private let families = Mutex(InstrumentFamilies())

    public init() {}

    /// The counter of this name and these labels; by convention the name ends in `_total`.
    ///
    /// - Precondition: the name is not empty, and no other family has samples of that name: beside a histogram `h` there is no
    ///   `h_count`. It is not in use for an instrument of another kind. No label's name is empty or begins with two underscores.
    ///   Names other than Prometheus 2 knew them are taken, and stand on the page in quotes.
    public func counter(_ name: String, _ labels: Labels = [:], help: String = "") -> Counter {
        instrument(name, labels, .counter, help) { Counter($0) }
    }

    /// The gauge of this name and these labels.
    /// - Precondition: as for `counter`.
    public func gauge(_ name: String, _ labels: Labels = [:], help: String = "") -> Gauge {
        instrument(name, labels, .gauge, help) { Gauge($0) }
    }

    /// The histogram of this name and these labels; the bounds are those of its first mention.
    /// - Precondition: as for `counter`; the bounds ascend; no label is called `le`.
    public func histogram(
        _ name: String, _ labels: Labels = [:], bounds: [Double] = Histogram.defaultBounds, help: String = ""
    ) -> Histogram {
        instrument(name, labels, .histogram, help) { Histogram($0, bounds: bounds) }
    }

    /// The summary of this name and these labels; the quantiles are those of its first mention.
    /// - Precondition: as for `counter`; no label is called `quantile`.
    public func summary(_ name: String, _ labels: Labels = [:], quantiles: [Double], help: String = "") -> Summary {
        instrument(name, labels, .summary, help) { Summary($0, quantiles: quantiles) }
    }

    /// A gauge or counter whose value is computed when it is read, by what was given last.
    /// - Precondition: as for `counter`.
    public func observe(
        _ name: String, _ labels: Labels = [:], kind: MetricMetadata.Kind = .gauge, help: String = "", _ value: @escaping @Sendable () -> Double
    ) {
        let metadata = MetricMetadata(name: name, kind: kind, help: help)
        families.withLock { $0.set(ComputedValue(labels: labels.setting(LabelName.metric, name), value: value), labels, metadata) }
    }

    /// A family whose samples are gathered when it is read.
    /// - Precondition: as for `counter`; the name is not in use.
    public func collect(_ name: String, kind: MetricMetadata.Kind = .gauge, help: String = "", _ samples: @escaping @Sendable () -> [Sample]) {
        let metadata = MetricMetadata(name: name, kind: kind, help: help)
        families.withLock { families in
            precondition(!families.has(name), "\(name) is in use")
            families.set(CollectedValues(values: samples), .empty, metadata)
        }
    }

    /// Shows what has this name and these labels no more. Who still holds it counts unseen; who asks again gets a new one.
    public func remove(_ name: String, _ labels: Labels = [:]) { families.withLock { $0.remove(name, labels) } }

    /// Shows nothing of this name any more.
    public func removeAll(_ name: String) { families.withLock { $0.removeAll(name) } }

    /// The instrument that is known, or one that is made.
    private func instrument<Made: Instrument>(
        _ name: String, _ labels: Labels, _ kind: MetricMetadata.Kind, _ help: String, _ make: (Labels) -> Made
    ) -> Made {
        families.withLock { families in
            if let known: Made = families.known(name, labels) { return known }
            let made = make(labels.setting(LabelName.metric, name))
            families.set(made, labels, MetricMetadata(name: name, kind: kind, help: help))
            return made
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
        families.withLock { $0.families }.values.sorted { $0.metadata.name < $1.metadata.name }.map { ($0.metadata, $0.samples) }
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
    /// - Returns: the series whose samples the store did not take, and why.
    @discardableResult
    public func record(
        into sink: any SampleSink, at time: Timestamp, adding labels: Labels = .empty
    ) throws(AppendError) -> [(labels: Labels, reason: RefusedSample.Reason)] {
        let samples = read().flatMap(\.samples).map { Sample(labels: $0.labels.merging(labels), value: $0.value) }
        let references = try sink.references(for: samples.map(\.labels))
        var batch = SampleBatch()
        for (sample, reference) in zip(samples, references) { batch.append(reference, time: time.milliseconds, value: sample.value) }
        return try sink.append(batch).map { (samples[$0.index].labels, $0.reason) }
    }
}
