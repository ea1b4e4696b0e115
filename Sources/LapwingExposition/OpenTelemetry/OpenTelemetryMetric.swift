import LapwingSeries
import LapwingText

/// One `Metric` message with its data points.
struct OpenTelemetryMetric {
    private enum Form: UInt64 {
        case gauge = 5
        case sum = 7
        case histogram = 9
        case exponential = 10
        case summary = 11
    }

    private static let cumulative: UInt64 = 2

    private var name = ""
    private var help = ""
    private var unit = ""
    private var form: Form?
    private var points: [ProtobufReader] = []
    private var temporality: UInt64 = 0
    private var isMonotonic = false

    mutating func read(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var reader = message
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .bytes): name = try reader.text()
            case (2, .bytes): help = try reader.text()
            case (3, .bytes): unit = try reader.text()
            case (5...11, .bytes):
                let content = try reader.message()
                if let form = Form(rawValue: field.number) {
                    self.form = form
                    try readData(content)
                }
            default: try reader.skip(field.type)
            }
        }
    }

    private mutating func readData(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var reader = message
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .bytes): points.append(try reader.message())
            case (2, .varint): temporality = try reader.varint()
            case (3, .varint): isMonotonic = try reader.varint() != 0
            default: try reader.skip(field.type)
            }
        }
    }

    private func metricKind(_ form: Form) -> MetricMetadata.Kind {
        switch form {
        case .gauge: .gauge
        case .sum: isMonotonic ? .counter : .gauge
        case .histogram, .exponential: .histogram
        case .summary: .summary
        }
    }

    /// Adds the samples of the data points to `metrics`, or says why not.
    func convert(_ resource: inout OpenTelemetryResource, into metrics: inout OpenTelemetryMetrics) throws(ProtobufReader.Fault) {
        func refuse(_ message: String, _ count: Int) { metrics.refusals.append(.init(message: message, samples: count)) }
        guard let form else { return refuse("unsupported metric type of metric \(GoQuote.quote(name))", 0) }
        let kind: OpenTelemetryNaming.Kind = form == .gauge ? .gauge : form == .sum && isMonotonic ? .counter : .other
        if form != .gauge, form != .summary, temporality != Self.cumulative {
            return refuse("invalid temporality and type combination for metric \(GoQuote.quote(name))", points.count)
        }
        guard let translated = OpenTelemetryNaming.metric(name, unit: unit, kind) else {
            return refuse("normalization for metric \(GoQuote.quote(name)) resulted in empty name", points.count)
        }
        if !points.isEmpty {
            metrics.metadata.append(MetricMetadata(name: translated, kind: metricKind(form), unit: OpenTelemetryNaming.unit(unit), help: help))
        }
        for message in points {
            var point = OpenTelemetryPoint()
            switch form {
            case .gauge, .sum: try point.readNumber(message)
            case .histogram: try point.readHistogram(message)
            case .exponential: try point.readExponential(message)
            case .summary: try point.readSummary(message)
            }
            resource.saw(point.time)
            guard let labels = resource.labels(point.attributes) else {
                refuse("an attribute of metric \(GoQuote.quote(name)) has a name of which nothing can be written", 1)
                continue
            }
            let series = OpenTelemetrySeries(name: translated, labels: labels, point: point)
            switch form {
            case .gauge: series.append(point.value, to: &metrics)
            case .sum:
                series.append(point.value, to: &metrics)
                series.append(point.exemplars, to: &metrics)
            case .histogram: series.appendClassic(to: &metrics)
            case .summary: series.appendSummary(to: &metrics)
            case .exponential:
                if let fault = point.exponentialFault { refuse(fault, 1) } else { series.appendNative(to: &metrics) }
            }
        }
    }
}

/// The samples that one data point becomes.
private struct OpenTelemetrySeries {
    let name: String
    let labels: [String: String]
    let point: OpenTelemetryPoint

    private func labels(_ suffix: String, _ bound: (name: String, value: Double)? = nil) -> Labels {
        var all = labels
        all[LabelName.metric] = name + suffix
        if let bound { all[bound.name] = GoNumber.text(bound.value, .fixed) }
        return Labels(all.map { Label(name: $0.key, value: $0.value) })
    }

    func append(_ value: Double, _ suffix: String = "", _ bound: (name: String, value: Double)? = nil, to metrics: inout OpenTelemetryMetrics) {
        metrics.append(labels(suffix, bound), point.hasNoValue ? StaleMarker.value : value, at: point.time, since: point.startTime)
    }

    func append(
        _ exemplars: some Sequence<OpenTelemetryExemplar>, _ suffix: String = "", _ bound: (name: String, value: Double)? = nil,
        to metrics: inout OpenTelemetryMetrics
    ) {
        metrics.append(labels(suffix, bound), exemplars)
    }

    /// Exemplars stand in the order of their values, as buckets do.
    func appendClassic(to metrics: inout OpenTelemetryMetrics) {
        if let sum = point.sum { append(sum, "_sum", to: &metrics) }
        append(Double(point.count), "_count", to: &metrics)
        var total: UInt64 = 0
        var exemplars = point.exemplars[...]
        for (bound, count) in zip(point.bounds, point.bucketCounts) {
            total &+= count
            append(Double(total), "_bucket", ("le", bound), to: &metrics)
            let within = exemplars.prefix { !($0.exemplar.value > bound) }
            if !within.isEmpty { append(within, "_bucket", ("le", bound), to: &metrics) }
            exemplars = exemplars.dropFirst(within.count)
        }
        append(Double(point.count), "_bucket", ("le", .infinity), to: &metrics)
        append(exemplars, "_bucket", ("le", .infinity), to: &metrics)
    }

    func appendSummary(to metrics: inout OpenTelemetryMetrics) {
        append(point.sum ?? 0, "_sum", to: &metrics)
        append(Double(point.count), "_count", to: &metrics)
        for quantile in point.quantiles { append(quantile.value, "", ("quantile", quantile.quantile), to: &metrics) }
    }

    func appendNative(to metrics: inout OpenTelemetryMetrics) {
        metrics.append(labels(""), point.nativeHistogram, at: point.time, since: point.startTime)
        append(point.exemplars, to: &metrics)
    }
}
