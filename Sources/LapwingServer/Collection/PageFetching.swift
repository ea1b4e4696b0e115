import LapwingConfiguration
import LapwingExposition
import LapwingHTTP
import LapwingSeries
import LapwingText

extension ScrapeTarget {
    /// The request that Prometheus 3.14 would make of this target for its text protocols, or for
    /// these and protobuf; without what the job's client settings add.
    ///
    /// - Parameter version: what `User-Agent` says after `Lapwing/`.
    func request(version: String) -> HTTPClientRequest {
        let headers: HTTPHeaders = [
            "Accept": configuration.protocols.map(ScrapeProtocol.acceptHeader)
                ?? (configuration.scrapesNativeHistograms ? ProtobufPage.acceptHeader : ExpositionFormat.acceptHeader),
            "Accept-Encoding": configuration.asksForCompression && !isOnThisMachine ? "gzip" : "identity",
            "User-Agent": "Lapwing/\(version)",
            "X-Prometheus-Scrape-Timeout-Seconds": GoNumber.text(Double(timeout.milliseconds) / 1000, .fixed),
        ]
        let limit = configuration.bodySizeLimit
        return HTTPClientRequest(
            url: url, headers: headers, timeout: timeout,
            maxResponseBytes: limit > 0 ? limit : ScrapeConfiguration.maximumBodySize)
    }

    /// There compressing costs the target more than everything else about a scrape, and saves nothing.
    private var isOnThisMachine: Bool { (try? HTTPURL(url))?.isLoopback ?? false }
}

extension ScrapeAnswer {
    /// Asks a target for its page, and answers whatever happens: a page that does not come in time is a failure, even
    /// if the client never returns.
    static func of(
        _ request: HTTPClientRequest, by client: any HTTPClient, _ clock: any CollectionClock
    ) async -> ScrapeAnswer {
        let first = FirstOf<ScrapeAnswer>()
        let work = Task { first.take(await untimed(request, by: client)) }
        let timer = Task {
            try await clock.sleep(for: request.timeout)
            first.take(failure(.timedOut, of: request))
        }
        let answer = await withTaskCancellationHandler {
            await first.value
        } onCancel: {
            first.take(failure(.cancelled, of: request))
        }
        work.cancel()
        timer.cancel()
        return answer
    }

    private static func failure(_ reason: HTTPClientError.Reason, of request: HTTPClientRequest) -> ScrapeAnswer {
        .failure(ScrapeError("\(HTTPClientError(reason, method: request.method, url: request.url))"))
    }

    private static func untimed(_ request: HTTPClientRequest, by client: any HTTPClient) async -> ScrapeAnswer {
        do {
            let response = try await client.send(request)
            guard response.status == .ok else {
                return .failure(ScrapeError("server returned HTTP status \(response.status)"))
            }
            // Prometheus refuses a page that just fills the limit as well: it cannot tell it from a longer one.
            if response.body.count >= request.maxResponseBytes { return .failure(.bodySizeLimitExceeded) }
            return .page(bytes: response.body, contentType: response.headers["Content-Type"] ?? "")
        } catch {
            if case .responseTooLarge = error.reason { return .failure(.bodySizeLimitExceeded) }
            return .failure(ScrapeError("\(error)"))
        }
    }
}

extension ScrapeError {
    static let bodySizeLimitExceeded = ScrapeError("body size limit exceeded")
}
