import LapwingExposition
import LapwingHTTP
import LapwingSeries
import LapwingText

/// `otlp/v1/metrics`: metrics of OpenTelemetry, as protobuf or JSON.
///
/// What can be stored is stored. As in Prometheus 3.14, samples that the store does not take are a bad request; metrics that cannot
/// be translated, which there fail the whole request with status 500, are a partial success as the protocol has it, or a bad request
/// when nothing else came. Source: Prometheus 3.14 `storage/remote/write_otlp_handler.go`, `codec.go`; "OTLP Specification".
struct OpenTelemetryEndpoint: Sendable {
    private static let protobuf = "application/x-protobuf"
    private static let json = "application/json"

    let sink: any SampleSink

    func write(_ request: HTTPRequest) -> HTTPResponse {
        let type = request.headers["Content-Type"] ?? ""
        let essence = MediaType(type)?.essence
        guard essence == Self.protobuf || essence == Self.json else {
            return .text("unsupported content type: \(type), supported: [\(Self.json), \(Self.protobuf)]\n", status: .badRequest)
        }
        do {
            let bytes = try ImportEndpoint.body(of: request)
            let metrics = try essence == Self.json ? OpenTelemetryMetrics(json: bytes) : OpenTelemetryMetrics(protobuf: bytes)
            let faults = try store(metrics)
            if !faults.isEmpty { return .text(WriteFault.summary(faults) + "\n", status: .badRequest) }
            return Self.answer(metrics, isJSON: essence == Self.json)
        } catch let error as AppendError {
            return .text(error.message + "\n", status: WriteEndpoint.status(of: error))
        } catch {
            return .text("\(error)\n", status: .badRequest)
        }
    }

    private func store(_ metrics: OpenTelemetryMetrics) throws(AppendError) -> [WriteFault] {
        if metrics.labels.isEmpty { return [] }
        let references = try sink.references(for: metrics.labels)
        var batch = SampleBatch()
        batch.series = metrics.series.map { references[$0] }
        (batch.times, batch.values, batch.startTimes) = (metrics.times, metrics.values, metrics.startTimes)
        batch.histogramSeries = metrics.histogramSeries.map { references[$0] }
        (batch.histogramTimes, batch.histograms, batch.histogramStartTimes)
            = (metrics.histogramTimes, metrics.histograms, metrics.histogramStartTimes)
        return try sink.append(batch).map { refused in
            let place = refused.index - metrics.series.count
            let labels = metrics.labels[place < 0 ? metrics.series[refused.index] : metrics.histogramSeries[place]]
            let time = place < 0 ? metrics.times[refused.index] : metrics.histogramTimes[place]
            return WriteFault("\(WriteFault.text(refused.reason)): \(labels) at \(time)")
        }
    }

    /// `ExportMetricsServiceResponse`, with its partial success where metrics were refused.
    private static func answer(_ metrics: OpenTelemetryMetrics, isJSON: Bool) -> HTTPResponse {
        let refused = metrics.refusals.reduce(0) { $0 + $1.samples }
        let faults = metrics.refusals.map { WriteFault($0.message, samples: $0.samples) }
        if metrics.labels.isEmpty, !faults.isEmpty { return .text(WriteFault.summary(faults) + "\n", status: .badRequest) }
        guard isJSON else {
            let body = OpenTelemetryResponse.protobuf(refused: refused, message: faults.isEmpty ? nil : WriteFault.summary(faults))
            return HTTPResponse(contentType: protobuf, body: .bytes(body))
        }
        var writer = JSONWriter()
        writer.object { writer in
            guard !faults.isEmpty else { return }
            writer.key("partialSuccess")
            writer.object { writer in
                writer.member("rejectedDataPoints", "\(refused)")
                writer.member("errorMessage", WriteFault.summary(faults))
            }
        }
        return .json(writer.bytes)
    }
}
