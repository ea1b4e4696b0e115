import LapwingExposition
import LapwingSeries

/// An export as it is written, and what its format cannot say.
struct ExportedPage {
    private var text = ExpositionWriter(.openMetrics)
    private var protobuf = ProtobufPageWriter()
    private let isProtobuf: Bool
    private var family: String?
    private var hasType = false

    /// Native histograms that were left out.
    private(set) var lostHistograms = 0
    /// A series that has some of those.
    private var losingSeries: Labels?
    private var staleMarkers = 0

    init(isProtobuf: Bool) { self.isProtobuf = isProtobuf }

    var byteCount: Int { text.bytes.count + protobuf.bytes.count }

    mutating func takeBytes() -> [UInt8] { isProtobuf ? protobuf.takeBytes() : text.takeBytes() }

    mutating func finish() -> [UInt8] { isProtobuf ? protobuf.finish() : text.finish() }

    /// Writes the samples of a series.
    mutating func write(_ series: ExportedSeries.Series, _ columns: SampleColumns) {
        for value in columns.values where value.isStaleMarker { staleMarkers += 1 }
        for histogram in columns.histograms {
            if histogram.isStaleMarker {
                staleMarkers += 1
            } else if !isProtobuf || !ProtobufPageWriter.canHold(histogram) {
                lostHistograms += 1
                losingSeries = losingSeries ?? series.labels
            }
        }
        if isProtobuf { writeProtobuf(series, columns) } else if !columns.times.isEmpty { writeText(series, columns) }
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
        for (time, value) in zip(columns.times, columns.values) where !value.isStaleMarker {
            protobuf.write(series.labels, value, of: series.metadata, at: Timestamp(milliseconds: time))
        }
        for (time, histogram) in zip(columns.histogramTimes, columns.histograms)
        where !histogram.isStaleMarker && ProtobufPageWriter.canHold(histogram) {
            protobuf.write(series.labels, histogram, of: series.metadata, at: Timestamp(milliseconds: time))
        }
    }

    /// What was left out, one sentence each.
    var remarks: [String] {
        var remarks: [String] = []
        let format = isProtobuf ? "the protobuf format" : "OpenMetrics text"
        if lostHistograms > 0 {
            let histograms = isProtobuf ? "native histograms with custom buckets" : "native histograms"
            let series = losingSeries.map { ", those of \($0.seriesText) among them" } ?? ""
            let help = isProtobuf ? "" : "; --output protobuf writes them"
            remarks.append("lapwing: \(lostHistograms) samples are \(histograms), which \(format) cannot say, and are left out\(series)\(help)")
        }
        if staleMarkers > 0 {
            remarks.append("lapwing: \(staleMarkers) ends of series are left out, which \(format) cannot say: read back, these go on for 5m")
        }
        return remarks
    }
}
