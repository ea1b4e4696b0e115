import LapwingExposition
import LapwingHTTP
import LapwingSeries
import LapwingSnappy
import Synchronization

@testable import LapwingRemote

/// A receiver that takes remote write into a table, and is down when it is told so.
final class SimulatedReceiver: HTTPClient, Sendable {
    struct State: Sendable {
        /// By labels: what came, in the order in which it came.
        var samples: [Labels: [(time: Int64, value: Double)]] = [:]
        var histograms: [Labels: [Int64: NativeHistogram]] = [:]
        var exemplars: [Labels: [Exemplar]] = [:]
        var metadata: [MetricMetadata] = []
        var requests: [HTTPClientRequest] = []
        /// Requests that are not taken, from the next one on.
        var failures = 0
        /// Whether samples may come out of order.
        var takesLate = false
        /// What was wrong with what came.
        var faults: [String] = []
    }

    let state = Mutex(State())

    func fail(_ count: Int) { state.withLock { $0.failures = count } }

    var faults: [String] { state.withLock { $0.faults } }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        state.withLock { state in
            state.requests.append(request)
            if state.failures > 0 {
                state.failures -= 1
                return HTTPClientResponse(status: .serviceUnavailable)
            }
            do {
                let bytes = try SnappyBlock.decompress(request.body, limit: 32 << 20)
                let isSecond = request.headers["X-Prometheus-Remote-Write-Version"] == "2.0.0"
                let message = try isSecond ? RemoteWriteRequest(second: bytes) : RemoteWriteRequest(bytes)
                try Self.take(message, &state)
            } catch {
                state.faults.append("\(error)")
            }
            return HTTPClientResponse(status: .noContent)
        }
    }

    private static func take(_ message: RemoteWriteRequest, _ state: inout State) throws {
        state.metadata += message.metadata
        for (place, series) in message.series.enumerated() {
            let labels = try message.labels(of: series)
            for row in series.floats {
                if !state.takesLate, let last = state.samples[labels]?.last?.time, last >= message.times[row] {
                    state.faults.append("\(labels) has \(message.times[row]) after \(last)")
                }
                state.samples[labels, default: []].append((message.times[row], message.values[row]))
            }
            for row in series.histograms { state.histograms[labels, default: [:]][message.histogramTimes[row]] = message.histograms[row] }
            for (exemplar, owner) in zip(message.exemplars, message.exemplarSeries) where owner == place {
                state.exemplars[labels, default: []].append(exemplar)
            }
        }
    }
}
