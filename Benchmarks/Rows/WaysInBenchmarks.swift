import LapwingExposition
import LapwingSeries
import LapwingServer
import LapwingSnappy
import LapwingStorage

/// Samples on their way in: remote write of one sample for each series, 2,000 a request, as a Prometheus sends what it scrapes.
enum WaysInBenchmarks {
    /// Series of one request.
    private static let width = 2000

    /// - Parameter requests: whose series are written again and again.
    static func rows(requests: Int, rounds: Int) -> [Row] {
        let store = Store()
        let receiver = RemoteWriteReceiver(sink: store)
        let labels = (0..<requests * width).map { index in
            RemoteWriteMessage.EncodedLabels(
                Labels(
                    metric: "http_requests_total",
                    [
                        "instance": "host-\(index / 100):9090", "job": "service", "method": "GET", "path": "/api/v1/p\(index % 100)",
                        "status": index % 2 == 0 ? "200" : "500",
                    ]))
        }
        var time = Duration.zero
        var written = 0
        for round in 0...rounds {
            for request in 0..<requests {
                var message = RemoteWriteMessage()
                for index in request * width..<(request + 1) * width {
                    message.append(labels[index], times: [Int64(round) * 15_000 + Int64(index % 7)], values: [Double(round * (index % 100))])
                }
                let body = SnappyBlock.compress(message.bytes)
                let start = ContinuousClock.now
                let isStored = receiver.write(body)
                // The first round makes the series.
                if round > 0 { time += start.duration(to: .now) }
                if round > 0, isStored { written += width }
            }
        }
        return [("remote write, 2,000 series a request", time / .microseconds(1) / Double(max(1, written)), "s/million samples")]
    }
}
