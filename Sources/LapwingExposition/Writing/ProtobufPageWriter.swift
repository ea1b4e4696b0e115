public import LapwingSeries
import LapwingText

/// Writes a page of `io.prometheus.client.MetricFamily` messages, each behind its length: what `ProtobufPage` reads.
///
/// Samples of a family stand in one message as long as they follow one another, and as it has no more than `partBytes`; a page of
/// any size is so written in bounded memory. A sample at the epoch itself would be read as one without a time. Start times and
/// reset hints are told in `OwnField`s, where they are asked for: they hold only where every sample of a series is there.
/// Source: Prometheus 3.14 `prompb/io/prometheus/client/metrics.proto`.
public struct ProtobufPageWriter: Sendable {
    /// A family with so many bytes goes on in another message.
    private static let partBytes = 64 << 10

    /// What is written and not yet taken.
    public private(set) var bytes: [UInt8] = []
    private let tellsOrigins: Bool
    private var family = Family()
    /// Those of the family whose message is not yet written.
    private var metrics: [UInt8] = []

    /// The fields of a family but its metrics.
    private struct Family: Hashable {
        var name = ""
        var help = ""
        var unit = ""
        var type = MetricType.untyped
    }

    /// By their numbers in `MetricType`.
    private enum MetricType: UInt64 {
        case counter, gauge, summary, untyped, histogram, gaugeHistogram

        /// The field of a metric that holds a value of this type.
        var field: UInt64 {
            switch self {
            case .counter: 3
            case .gauge: 2
            case .summary: 4
            case .untyped: 5
            case .histogram, .gaugeHistogram: 7
            }
        }
    }

    /// - Parameter tellsOrigins: whether start times and reset hints are written.
    public init(tellsOrigins: Bool = false) { self.tellsOrigins = tellsOrigins }

    /// Writes one float.
    ///
    /// - Parameters:
    ///   - further: labels that stand behind those of the series.
    ///   - metadata: what is known of the metric; types that have several series to a metric are left out.
    ///   - startTime: since when the value counts, in milliseconds; 0 unknown.
    public mutating func write(
        _ labels: Labels, and further: [Label] = [], _ value: Double, of metadata: MetricMetadata? = nil, at time: Timestamp,
        startTime: Int64 = 0
    ) {
        let kind = metadata?.name == labels.metricName ? metadata?.kind : nil
        var content: [UInt8] = []
        content.appendDouble(1, value)
        write(labels, further, content, kind == .counter ? .counter : kind == .gauge ? .gauge : .untyped, metadata, time, startTime)
    }

    /// Writes one histogram; custom bounds as those of classic buckets, which Prometheus does not look for there.
    public mutating func write(
        _ labels: Labels, and further: [Label] = [], _ histogram: NativeHistogram, of metadata: MetricMetadata? = nil, at time: Timestamp,
        startTime: Int64 = 0
    ) {
        let isGauge = histogram.counterResetHint == .gauge
        var content = histogram.clientMessage
        if tellsOrigins, !isGauge { content.appendNumber(OwnField.resetHint, UInt64(histogram.counterResetHint.rawValue)) }
        write(labels, further, content, isGauge ? .gaugeHistogram : .histogram, metadata, time, startTime)
    }

    private mutating func write(
        _ labels: Labels, _ further: [Label], _ content: [UInt8], _ type: MetricType, _ metadata: MetricMetadata?, _ time: Timestamp,
        _ startTime: Int64
    ) {
        let family = Family(name: labels.metricName, help: metadata?.help ?? "", unit: metadata?.unit ?? "", type: type)
        if family != self.family || metrics.count > Self.partBytes { endFamily() }
        self.family = family
        var metric: [UInt8] = []
        for label in labels where label.name != LabelName.metric { metric.appendField(1, Self.message(label)) }
        for label in further { metric.appendField(1, Self.message(label)) }
        metric.appendField(type.field, content)
        metric.appendNumber(6, UInt64(bitPattern: time.milliseconds))
        if tellsOrigins { metric.appendNumber(OwnField.startTime, UInt64(bitPattern: startTime)) }
        metrics.appendField(4, metric)
    }

    /// Ends the message of the family at hand.
    private mutating func endFamily() {
        if metrics.isEmpty { return }
        var message: [UInt8] = []
        message.appendField(1, Array(family.name.utf8))
        if !family.help.isEmpty { message.appendField(2, Array(family.help.utf8)) }
        message.appendNumber(3, family.type.rawValue)
        message += metrics
        if !family.unit.isEmpty { message.appendField(5, Array(family.unit.utf8)) }
        bytes.appendVarint(UInt64(message.count))
        bytes += message
        metrics.removeAll(keepingCapacity: true)
    }

    /// What is written and not yet taken.
    public mutating func takeBytes() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    /// Ends the page, and returns what has not been taken.
    public mutating func finish() -> [UInt8] {
        endFamily()
        return takeBytes()
    }

    private static func message(_ label: Label) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendField(1, Array(label.name.utf8))
        bytes.appendField(2, Array(label.value.utf8))
        return bytes
    }
}
