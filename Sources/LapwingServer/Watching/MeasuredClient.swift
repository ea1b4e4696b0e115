import Lapwing
import LapwingHTTP

/// A client that measures how long receivers take to answer.
struct MeasuredClient: HTTPClient {
    let client: any HTTPClient
    let durations: Histogram

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let start = ContinuousClock.now
        defer { durations.observe(start.duration(to: .now) / .seconds(1)) }
        return try await client.send(request)
    }
}
