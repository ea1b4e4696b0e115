import LapwingExposition
import LapwingHTTP
import LapwingSeries
import LapwingSnappy
import Synchronization

/// What a request holds, and how it is made.
extension RemoteWriter {
    func body(of batch: SendingBatch) -> [UInt8] {
        guard settings.version == .second else { return batch.body(.first) }
        var batch = batch
        let families = state.withLock { $0.families }
        for index in batch.series.indices {
            let name = batch.series[index].series.labels.metricName
            batch.series[index].series.metadata = MetricMetadata.ofSeries(name, in: families)
        }
        return batch.body(.second)
    }

    /// Version 1.0 tells metadata by itself, now and then; version 2.0 beside samples.
    func sendMetadata() async {
        let now = surroundings.instant()
        let isDue = state.withLock { state in
            guard settings.metadata.isSent || settings.version == .second else { return false }
            if let due = state.metadataDue, now < due { return false }
            state.metadataDue = now + settings.metadata.interval
            return true
        }
        guard isDue else { return }
        let all = surroundings.metadata().sorted { $0.name < $1.name }
        if settings.version == .second {
            state.withLock { $0.families = Dictionary(all.map { ($0.name, $0) }) { first, _ in first } }
            return
        }
        for start in stride(from: 0, to: all.count, by: settings.metadata.maxSamplesPerSend) {
            let part = all[start..<min(all.count, start + settings.metadata.maxSamplesPerSend)]
            let body = SnappyBlock.compress(RemoteWriteMessage.first([], metadata: Array(part)))
            let outcome = await post(body, .first)
            state.withLock { $0.figures.countMetadata(part.count, outcome, bytes: body.count) }
            if outcome != .accepted { return }
        }
    }

    /// One request; not cancelled once it is on its way, because the receiver may take it.
    func post(_ body: [UInt8], _ version: RemoteWriteVersion) async -> SendingOutcome {
        var request = HTTPClientRequest(
            method: .post, url: settings.url, body: body, timeout: settings.timeout, maxResponseBytes: 1 << 20)
        request.keepsBody = true
        request.headers["Content-Encoding"] = "snappy"
        request.headers["Content-Type"] = version.contentType
        request.headers["X-Prometheus-Remote-Write-Version"] = version.number
        do throws(HTTPCredentialsError) {
            try request.apply(settings.client, readFile: surroundings.readFile)
        } catch {
            return .failed(retryAfter: nil, error.description)
        }
        let (client, now, retries) = (surroundings.client, surroundings.now, settings.queue.retriesOnTooManyRequests)
        return await Task { [request] in
            do throws(HTTPClientError) {
                let response = try await client.send(request)
                let asked = response.headers["Retry-After"].flatMap { RetryAfter.delay($0, atSecond: now().milliseconds / 1000) }
                let words = response.firstLine(maximumBytes: Self.shownBytes)
                return SendingOutcome(
                    status: response.status.code, retryAfter: asked, retriesOnTooManyRequests: retries, "status \(response.status): \(words)")
            } catch {
                return .failed(retryAfter: nil, error.description)
            }
        }.value
    }

    /// Bytes of a receiver's answer that a log shows.
    private static let shownBytes = 300
}
