import LapwingExposition
import LapwingSeries
import LapwingSnappy
import LapwingZstandard

/// Messages of senders, and the blocks in which they come.
enum MessageTarget {
    static func remoteWriteFault(in bytes: [UInt8]) -> String? {
        fault(of: try? RemoteWriteRequest(bytes))
    }

    static func secondFault(in bytes: [UInt8]) -> String? { fault(of: try? RemoteWriteRequest(second: bytes)) }

    private static func fault(of request: RemoteWriteRequest?) -> String? {
        guard let request else { return nil }
        for times in [request.startTimes.count, request.times.count] where times != 0 && times != request.values.count {
            return "columns differ in length"
        }
        if request.exemplars.count != request.exemplarSeries.count || request.exemplarSeries.contains(where: { $0 >= request.series.count }) {
            return "an exemplar has a series that is not there"
        }
        var known = SeriesTexts()
        let numbers = request.numbers(known: &known)
        if numbers != request.numbers(known: &known) { return "a series has another number the second time" }
        for series in request.series {
            guard let labels = try? request.labels(of: series) else { continue }
            if labels.isEmpty { return "a series has no labels" }
            if series.floats.upperBound > request.times.count || series.histograms.upperBound > request.histograms.count {
                return "a series has samples that are not there"
            }
        }
        return nil
    }

    /// What a page of protobuf is written out as can be read, and has its histograms.
    static func protobufFault(in bytes: [UInt8]) -> String? {
        guard let source = try? ProtobufPage(bytes) else { return nil }
        var known = SeriesTexts()
        var page = ExpositionPage()
        do {
            try page.read(source.text.span, as: .openMetrics, known: &known)
        } catch {
            return "the text cannot be read: \(error)"
        }
        page.complete(from: source)
        return page.histograms.keys.contains { $0 >= page.count } ? "a histogram has no line" : nil
    }

    static func telemetryFault(_ metrics: OpenTelemetryMetrics?) -> String? {
        guard let metrics else { return nil }
        if Set(metrics.labels).count != metrics.labels.count { return "labels are there twice" }
        let counts = [metrics.times.count, metrics.values.count, metrics.startTimes.count]
        if counts.contains(where: { $0 != metrics.series.count }) { return "columns differ in length" }
        if metrics.exemplars.count != metrics.exemplarSeries.count { return "an exemplar has no series" }
        return metrics.histograms.contains { (try? $0.validate()) == nil } ? "a histogram does not hold together" : nil
    }

    /// Bytes of a block that is read.
    private static let limit = 1 << 20

    static func snappyFault(in bytes: [UInt8]) -> String? {
        if let content = try? SnappyBlock.decompress(bytes, limit: limit), content.count > limit { return "a block holds more than allowed" }
        let block = SnappyBlock.compress(bytes)
        guard let again = try? SnappyBlock.decompress(block, limit: bytes.count) else { return "what was compressed cannot be read" }
        return again == bytes ? nil : "what was compressed comes back as something else"
    }

    static func zstandardFault(in bytes: [UInt8]) -> String? {
        guard let content = try? ZstandardFrame.decompress(bytes, limit: limit) else { return nil }
        return content.count > limit ? "frames hold more than allowed" : nil
    }
}
