import LapwingExposition
import LapwingHTTP
import LapwingSeries
import LapwingStorage
import LapwingText

/// `otlp/v1/metrics`: metrics of OpenTelemetry, as protobuf or JSON.
///
/// The statuses are those of Prometheus 3.14: samples that the store does not take are a bad request (400), metrics that cannot be
/// translated an internal error (500), which senders do not repeat either. What can be stored is stored all the same, where
/// Prometheus takes nothing of the request. Source: Prometheus 3.14 `storage/remote/write_otlp_handler.go`, `codec.go`; "OTLP Specification".
struct OpenTelemetryEndpoint: Sendable {
    private static let protobuf = "application/x-protobuf"
    private static let json = "application/json"

    let sink: any SampleSink
    var exemplars = ExemplarStore()
    var metadata = WrittenMetadata()

    func write(_ request: HTTPRequest) -> HTTPResponse {
        let type = request.headers["Content-Type"] ?? ""
        let essence = MediaType(type)?.essence
        guard essence == Self.protobuf || essence == Self.json else {
            return .text("unsupported content type: \(type), supported: [\(Self.json), \(Self.protobuf)]\n", status: .badRequest)
        }
        do {
            let bytes = try ImportEndpoint.body(of: request)
            let metrics = try essence == Self.json ? OpenTelemetryMetrics(json: bytes) : OpenTelemetryMetrics(protobuf: bytes)
            var faults = try store(metrics)
            exemplars.add(
                zip(metrics.exemplarSeries, metrics.exemplars).map { SeriesExemplar(series: metrics.labels[$0.0], exemplar: $0.1) })
            metadata.note(metrics.metadata)
            let isRefused = !faults.isEmpty
            for refusal in metrics.refusals { faults.add(refusal.message) }
            if !faults.isEmpty { return .text(faults.summary + "\n", status: isRefused ? .badRequest : .internalServerError) }
            return essence == Self.json ? .json(Array("{}".utf8)) : HTTPResponse(contentType: Self.protobuf, body: .bytes([]))
        } catch let error as AppendError {
            return .text(error.message + "\n", status: WriteEndpoint.status(of: error))
        } catch {
            return .text("\(error)\n", status: .badRequest)
        }
    }

    private func store(_ metrics: OpenTelemetryMetrics) throws(AppendError) -> WriteFaults {
        var faults = WriteFaults()
        if metrics.labels.isEmpty { return faults }
        let references = try sink.references(for: metrics.labels)
        var batch = SampleBatch()
        batch.series = metrics.series.map { references[$0] }
        (batch.times, batch.values, batch.startTimes) = (metrics.times, metrics.values, metrics.startTimes)
        batch.histogramSeries = metrics.histogramSeries.map { references[$0] }
        (batch.histogramTimes, batch.histograms, batch.histogramStartTimes)
            = (metrics.histogramTimes, metrics.histograms, metrics.histogramStartTimes)
        for refused in try sink.append(batch) {
            let place = refused.index - metrics.series.count
            let labels = metrics.labels[place < 0 ? metrics.series[refused.index] : metrics.histogramSeries[place]]
            let time = place < 0 ? metrics.times[refused.index] : metrics.histogramTimes[place]
            faults.add("\(WriteFaults.text(refused.reason)): \(labels) at \(time)")
        }
        return faults
    }
}
