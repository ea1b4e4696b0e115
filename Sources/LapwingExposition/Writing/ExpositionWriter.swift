public import LapwingSeries
import LapwingText

/// Writes a page: families with their metadata, and samples under them, in the order in which they are given.
///
/// The caller keeps what a page needs in order: the samples of a family together, and in OpenMetrics those of one
/// series together with rising times. Bytes can be taken out as they come (`takeBytes`), so a page of any size is
/// written in bounded memory.
public struct ExpositionWriter: Sendable {
    public let format: ExpositionFormat
    public private(set) var bytes: [UInt8] = []
    /// The series text of the samples being written.
    private var seriesText: [UInt8] = []

    public init(_ format: ExpositionFormat) { self.format = format }

    /// What is written and not yet taken.
    public mutating func takeBytes() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    /// Ends the page, which OpenMetrics marks, and returns what has not been taken.
    public mutating func finish() -> [UInt8] {
        if format == .openMetrics { bytes.append(contentsOf: "# EOF\n".utf8) }
        return takeBytes()
    }

    /// Writes the HELP, TYPE and UNIT lines of a family.
    ///
    /// - Parameter metadata: named as its samples are in Prometheus' text: a counter with its `_total`, an info metric
    ///   with its `_info`; OpenMetrics' family names lack them.
    public mutating func begin(_ metadata: MetricMetadata) {
        let name = familyName(metadata)
        if !metadata.help.isEmpty {
            beginLine("# HELP ", name)
            ExpositionText.appendEscaped(metadata.help, quotes: format == .openMetrics, to: &bytes)
            endLine()
        }
        beginLine("# TYPE ", name)
        bytes.append(contentsOf: typeWord(metadata.kind).utf8)
        endLine()
        if format == .openMetrics, !metadata.unit.isEmpty, name.hasSuffix("_" + metadata.unit) {
            beginLine("# UNIT ", name)
            bytes.append(contentsOf: metadata.unit.utf8)
            endLine()
        }
    }

    /// Writes one sample.
    ///
    /// - Parameters:
    ///   - further: labels that stand behind those of the series, and may be empty.
    ///   - time: left out when nil, as on a page that is to be scraped.
    ///   - exemplar: stands behind a sample of OpenMetrics; Prometheus' text has none and drops it.
    public mutating func write(
        _ labels: Labels, and further: [Label] = [], _ value: Double, at time: Timestamp? = nil, exemplar: Exemplar? = nil
    ) {
        ExpositionText.append(labels, and: further, to: &bytes)
        writeRest(value, at: time)
        if let exemplar, format == .openMetrics { write(exemplar) }
        endLine()
    }

    /// Writes every float sample of a series but stale markers, which no page can say.
    public mutating func write(_ labels: Labels, _ columns: SampleColumns) {
        seriesText.removeAll(keepingCapacity: true)
        ExpositionText.append(labels, to: &seriesText)
        for (time, value) in zip(columns.times, columns.values) where !value.isStaleMarker {
            bytes.append(contentsOf: seriesText)
            writeRest(value, at: Timestamp(milliseconds: time))
            endLine()
        }
    }

    private mutating func write(_ exemplar: Exemplar) {
        bytes.append(contentsOf: " # {".utf8)
        ExpositionText.appendPairs(exemplar.labels, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        writeRest(exemplar.value, at: exemplar.hasOwnTime ? Timestamp(milliseconds: exemplar.time) : nil)
    }

    private mutating func writeRest(_ value: Double, at time: Timestamp?) {
        bytes.append(UInt8(ascii: " "))
        switch format {
        case .prometheusText: GoNumber.append(value, to: &bytes)
        case .openMetrics: OpenMetricsNumber.append(value, to: &bytes)
        }
        guard let time else { return }
        bytes.append(UInt8(ascii: " "))
        switch format {
        case .prometheusText: GoNumber.appendInteger(time.milliseconds, to: &bytes)
        case .openMetrics: ExpositionText.appendSeconds(time, to: &bytes)
        }
    }

    private func familyName(_ metadata: MetricMetadata) -> String {
        let suffix = metadata.kind == .counter ? "_total" : metadata.kind == .info ? "_info" : nil
        guard format == .openMetrics, let suffix, metadata.name.hasSuffix(suffix) else { return metadata.name }
        return String(metadata.name.dropLast(suffix.count))
    }

    /// Prometheus' text lacks three types: what a reader that knows none of them may take them for.
    private func typeWord(_ kind: MetricMetadata.Kind) -> String {
        let words = format.typeWords
        if let word = words.first(where: { $0.kind == kind })?.word { return word }
        return kind == .gaugehistogram ? "untyped" : "gauge"
    }

    private mutating func beginLine(_ keyword: String, _ name: String) {
        bytes.append(contentsOf: keyword.utf8)
        ExpositionText.append(name: name, isLegacy: LabelName.isLegacyMetric(name), to: &bytes)
        bytes.append(UInt8(ascii: " "))
    }

    private mutating func endLine() { bytes.append(UInt8(ascii: "\n")) }
}
