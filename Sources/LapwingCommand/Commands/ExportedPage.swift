import LapwingExposition
import LapwingSeries
import LapwingText

/// An export as it is written, and what its format cannot say.
struct ExportedPage {
    private var text = ExpositionWriter(.openMetrics)
    private var protobuf = ProtobufPageWriter(tellsOrigins: true)
    private let isProtobuf: Bool
    private var family: String?
    private var hasType = false

    /// Native histograms that were left out.
    private(set) var lostHistograms = 0
    /// A series that has some of those.
    private var losingSeries: Labels?
    private var staleMarkers = 0
    private var startTimes = 0

    init(isProtobuf: Bool) { self.isProtobuf = isProtobuf }

    var byteCount: Int { text.bytes.count + protobuf.bytes.count }

    mutating func takeBytes() -> [UInt8] { isProtobuf ? protobuf.takeBytes() : text.takeBytes() }

    mutating func finish() -> [UInt8] { isProtobuf ? protobuf.finish() : text.finish() }

    /// Writes the samples of a series.
    mutating func write(_ series: ExportedSeries.Series, _ columns: SampleColumns) {
        if isProtobuf { return writeProtobuf(series, columns) }
        noteLosses(series, columns)
        if !columns.times.isEmpty { writeText(series, columns) }
    }

    /// Counts what text cannot say.
    private mutating func noteLosses(_ series: ExportedSeries.Series, _ columns: SampleColumns) {
        staleMarkers += columns.values.count { $0.isStaleMarker } + columns.histograms.count { $0.isStaleMarker }
        let lost = columns.histograms.count { !$0.isStaleMarker }
        lostHistograms += lost
        startTimes += columns.startTimes.count { $0 != 0 }
        if lost > 0, losingSeries == nil { losingSeries = series.labels }
    }

    private mutating func writeText(_ series: ExportedSeries.Series, _ columns: SampleColumns) {
        if family != series.family {
            family = series.family
            // A reader takes the last type for that of all that follows, so what has none says so.
            if let metadata = series.metadata ?? (hasType ? MetricMetadata(name: series.family) : nil) {
                text.begin(metadata)
                hasType = true
            }
        }
        text.write(series.labels, columns)
    }

    private mutating func writeProtobuf(_ series: ExportedSeries.Series, _ columns: SampleColumns) {
        let starts = columns.startTimes
        for (index, value) in columns.values.enumerated() {
            let time = Timestamp(milliseconds: columns.times[index])
            protobuf.write(series.labels, value, of: series.metadata, at: time, startTime: starts.isEmpty ? 0 : starts[index])
        }
        let histogramStarts = columns.histogramStartTimes
        for (index, histogram) in columns.histograms.enumerated() {
            let time = Timestamp(milliseconds: columns.histogramTimes[index])
            let start = histogramStarts.isEmpty ? 0 : histogramStarts[index]
            protobuf.write(series.labels, histogram, of: series.metadata, at: time, startTime: start)
        }
    }

    /// What was left out, one sentence each.
    var remarks: [String] {
        var losses: [String] = []
        if let losingSeries { losses.append(Counted.text(lostHistograms, "native histogram") + ", the first of \(losingSeries.seriesText)") }
        if staleMarkers > 0 { losses.append(Counted.text(staleMarkers, "stale marker") + ", without which what is read back goes on for 5m") }
        if startTimes > 0 { losses.append(Counted.text(startTimes, "start time")) }
        return losses.map { "lapwing: left out, since OpenMetrics text has no form for it: \($0); --output protobuf writes all" }
    }
}
