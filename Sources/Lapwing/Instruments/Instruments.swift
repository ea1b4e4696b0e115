import LapwingExposition
public import LapwingSeries
import Synchronization

/// A program's own metrics: makes counters, gauges and histograms, and shows or stores what they say.
///
/// Asking twice for the same name and labels gives the same instrument. A lock is taken to make one and to read all,
/// never to count.
public final class Instruments: Sendable {
    /// The instruments of one name, all of one kind.
    private struct Family: Sendable {
        var metadata: MetricMetadata
        var instruments: [Labels: any Instrument] = [:]

        /// In the order of labels.
        var samples: [Sample] { instruments.sorted { $0.key < $1.key }.flatMap(\.value.samples) }
    }

    private let families = Mutex<[String: Family]>([:])

    public init() {}

    /// The counter of this name and these labels; by convention the name ends in `_total`.
    /// - Precondition: the name is not in use for an instrument of another kind.
    public func counter(_ name: String, _ labels: KeyValuePairs<String, String> = [:], help: String = "") -> Counter {
        instrument(name, labels, .counter, help) { Counter($0) }
    }

    /// The gauge of this name and these labels.
    /// - Precondition: as for `counter`.
    public func gauge(_ name: String, _ labels: KeyValuePairs<String, String> = [:], help: String = "") -> Gauge {
        instrument(name, labels, .gauge, help) { Gauge($0) }
    }

    /// The histogram of this name and these labels; the bounds are those of its first mention.
    /// - Precondition: as for `counter`; the bounds ascend.
    public func histogram(
        _ name: String, _ labels: KeyValuePairs<String, String> = [:], bounds: [Double] = Histogram.defaultBounds, help: String = ""
    ) -> Histogram {
        instrument(name, labels, .histogram, help) { Histogram($0, bounds: bounds) }
    }

    /// The summary of this name and these labels; the quantiles are those of its first mention.
    /// - Precondition: as for `counter`.
    public func summary(_ name: String, _ labels: KeyValuePairs<String, String> = [:], quantiles: [Double], help: String = "") -> Summary {
        instrument(name, labels, .summary, help) { Summary($0, quantiles: quantiles) }
    }

    /// A gauge or counter whose value is computed when it is read, by what was given last.
    /// - Precondition: as for `counter`.
    public func observe(
        _ name: String, _ labels: KeyValuePairs<String, String> = [:], kind: MetricMetadata.Kind = .gauge, help: String = "",
        _ value: @escaping @Sendable () -> Double
    ) {
        let key = Labels(metric: name, labels)
        change(name, kind, help) { instruments in
            Self.expect(ComputedValue.self, name, in: instruments)
            instruments[key] = ComputedValue(labels: key, value: value)
        }
    }

    /// A family whose samples are gathered when it is read.
    /// - Precondition: the name is not in use.
    public func collect(_ name: String, kind: MetricMetadata.Kind = .gauge, help: String = "", _ samples: @escaping @Sendable () -> [Sample]) {
        change(name, kind, help) { instruments in
            precondition(instruments.isEmpty, "\(name) is in use")
            instruments[Labels(metric: name)] = CollectedValues(values: samples)
        }
    }

    // MARK: Making

    /// The instrument that is known, or one that is made.
    private func instrument<Made: Instrument>(
        _ name: String, _ labels: KeyValuePairs<String, String>, _ kind: MetricMetadata.Kind, _ help: String, _ make: (Labels) -> Made
    ) -> Made {
        let key = Labels(metric: name, labels)
        return change(name, kind, help) { instruments in
            Self.expect(Made.self, name, in: instruments)
            if let known = instruments[key] as? Made { return known }
            let made = make(key)
            instruments[key] = made
            return made
        }
    }

    private static func expect<Kind: Instrument>(_: Kind.Type, _ name: String, in instruments: [Labels: any Instrument]) {
        guard let known = instruments.first?.value else { return }
        precondition(known is Kind, "\(name) is \(type(of: known).title), and not \(Kind.title)")
    }

    /// Changes the instruments of a name.
    ///
    /// - Parameter kind: of a name that is new, as is the help.
    private func change<R: Sendable>(
        _ name: String, _ kind: MetricMetadata.Kind, _ help: String, _ body: (inout [Labels: any Instrument]) -> R
    ) -> R {
        families.withLock { families in
            body(&families[name, default: Family(metadata: MetricMetadata(name: name, kind: kind, help: help))].instruments)
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
        let families = families.withLock { $0 }
        return families.values.sorted { $0.metadata.name < $1.metadata.name }.map { ($0.metadata, $0.samples) }
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
