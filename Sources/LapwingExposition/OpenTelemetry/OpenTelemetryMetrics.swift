public import LapwingSeries

/// Metrics as OpenTelemetry's protocol carries them, as Prometheus' series: `ExportMetricsServiceRequest`.
///
/// Names, units, `job`, `instance` and `target_info` come out as Prometheus 3.14 makes them by default; exponential histograms
/// become native ones, explicit ones classic. Sums and histograms that count from one export to the next (delta temporality)
/// are refused, as there.
/// Source: opentelemetry-proto `metrics/v1/metrics.proto`; Prometheus 3.14 `storage/remote/otlptranslator/prometheusremotewrite`.
public struct OpenTelemetryMetrics: Sendable {
    /// Each set of labels once; samples name them by their place.
    public private(set) var labels: [Labels] = []
    public private(set) var series: [Int] = []
    /// Milliseconds since the epoch.
    public private(set) var times: [Int64] = []
    public private(set) var values: [Double] = []
    /// 0 where it is not known.
    public private(set) var startTimes: [Int64] = []
    public private(set) var histogramSeries: [Int] = []
    public private(set) var histogramTimes: [Int64] = []
    public private(set) var histograms: [NativeHistogram] = []
    public private(set) var histogramStartTimes: [Int64] = []
    public private(set) var exemplars: [Exemplar] = []
    /// The labels of each exemplar's series, by their place.
    public private(set) var exemplarSeries: [Int] = []
    /// What is said of metrics that were taken.
    public internal(set) var metadata: [MetricMetadata] = []
    /// Metrics that are not taken, each with its data points.
    public internal(set) var refusals: [RemoteWriteRequest.Refusal] = []
    private var places: [Labels: Int] = [:]

    /// Milliseconds between two samples of `target_info`, half of the usual look-back.
    private static let targetInfoInterval: Int64 = 150_000
    /// Samples of `target_info` that one resource gets; over a longer time only the last is written.
    private static let targetInfoLimit: Int64 = 10_000

    /// - Throws: what is wrong with the message, and at which byte.
    /// - Complexity: O(bytes).
    public init(protobuf bytes: [UInt8]) throws(MessageError) {
        var reader = ProtobufReader(bytes)
        do throws(ProtobufReader.Fault) {
            while let field = try reader.field() {
                if field.number == 1, field.type == .bytes { try readResource(try reader.message()) } else { try reader.skip(field.type) }
            }
        } catch {
            throw MessageError(error)
        }
    }

    private mutating func readResource(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var reader = message
        var resource = OpenTelemetryResource()
        var scopes: [ProtobufReader] = []
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .bytes): try resource.read(try reader.message())
            case (2, .bytes): scopes.append(try reader.message())
            default: try reader.skip(field.type)
            }
        }
        for scope in scopes {
            var reader = scope
            while let field = try reader.field() {
                guard field.number == 2, field.type == .bytes else {
                    try reader.skip(field.type)
                    continue
                }
                var metric = OpenTelemetryMetric()
                try metric.read(try reader.message())
                try metric.convert(&resource, into: &self)
            }
        }
        appendTargetInfo(resource)
    }

    private mutating func appendTargetInfo(_ resource: OpenTelemetryResource) {
        guard let info = resource.targetInfo, resource.earliest <= resource.latest else { return }
        metadata.append(MetricMetadata(name: info.metricName, kind: .gauge, help: "Target metadata"))
        var time = resource.earliest
        if (resource.latest - resource.earliest) / Self.targetInfoInterval > Self.targetInfoLimit { time = resource.latest }
        while time < resource.latest {
            append(info, 1, at: time, since: 0)
            time += Self.targetInfoInterval
        }
        append(info, 1, at: resource.latest, since: 0)
    }

    // MARK: Samples

    mutating func append(_ labels: Labels, _ value: Double, at time: Int64, since start: Int64) {
        series.append(place(of: labels))
        times.append(time)
        values.append(value)
        startTimes.append(start)
    }

    mutating func append(_ labels: Labels, _ histogram: NativeHistogram, at time: Int64, since start: Int64) {
        histogramSeries.append(place(of: labels))
        histogramTimes.append(time)
        histograms.append(histogram)
        histogramStartTimes.append(start)
    }

    mutating func append(_ labels: Labels, _ exemplars: some Sequence<OpenTelemetryExemplar>) {
        for one in exemplars {
            guard one.hasValue else {
                refusals.append(.init(message: "unsupported exemplar value type: Empty", samples: 0))
                continue
            }
            self.exemplars.append(one.exemplar)
            exemplarSeries.append(place(of: labels))
        }
    }

    private mutating func place(of labels: Labels) -> Int {
        if let place = places[labels] { return place }
        places[labels] = self.labels.count
        self.labels.append(labels)
        return self.labels.count - 1
    }
}

/// What all metrics of one resource share.
struct OpenTelemetryResource {
    private static let identifying = ["service.namespace", "service.name", "service.instance.id"]

    private var attributes = OpenTelemetryAttributes()
    /// Milliseconds since the epoch, of the data points so far.
    private(set) var earliest = Int64.max
    private(set) var latest = Int64.min

    mutating func read(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var reader = message
        while let field = try reader.field() {
            if field.number == 1, field.type == .bytes { try attributes.read(try reader.message()) } else { try reader.skip(field.type) }
        }
    }

    mutating func saw(_ time: Int64) {
        earliest = min(earliest, time)
        latest = max(latest, time)
    }

    private var target: [Label] {
        var labels: [Label] = []
        if let name = attributes.values["service.name"] {
            labels.append(Label(name: "job", value: attributes.values["service.namespace"].map { "\($0)/\(name)" } ?? name))
        }
        if let instance = attributes.values["service.instance.id"] { labels.append(Label(name: "instance", value: instance)) }
        return labels.filter { !$0.value.isEmpty }
    }

    /// The labels of a data point, without a name; nil when an attribute's name cannot be written.
    func labels(_ attributes: OpenTelemetryAttributes, without ignored: [String] = [LabelName.metric]) -> [String: String]? {
        var labels: [String: String] = [:]
        for (key, value) in attributes.values.sorted(by: { $0.key < $1.key }) where !ignored.contains(key) {
            guard let name = OpenTelemetryNaming.label(key) else { return nil }
            if let other = labels[name], !other.isEmpty { labels[name] = other + ";" + value } else { labels[name] = value }
        }
        for label in target { labels[label.name] = label.value }
        return labels
    }

    /// The labels of `target_info`; nil where it would say nothing or nobody could join with it.
    var targetInfo: Labels? {
        guard attributes.values.keys.contains(where: { !Self.identifying.contains($0) }), !target.isEmpty,
            let labels = labels(attributes, without: Self.identifying)
        else { return nil }
        return Labels(labels.map { Label(name: $0.key, value: $0.value) } + [Label(name: LabelName.metric, value: "target_info")])
    }
}
