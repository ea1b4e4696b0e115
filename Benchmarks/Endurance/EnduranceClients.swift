import Foundation
import LapwingHTTP
import LapwingText
import Synchronization

/// Clients that ask what dashboards and people ask, each with a pause of a quarter of a second on average.
final class EnduranceClients: Sendable {
    struct Taken {
        /// Of each request, in milliseconds.
        var latencies: [Double] = []
        /// What failed, with its status.
        var failures: [String] = []
    }

    private let state = Mutex(Taken())
    private let isOver = Atomic(false)

    private static let paths: [String] = {
        let queries = [
            "count({job=\"page\"})", "sum by (status) (rate(http_requests_total{job=\"service-7\"}[5m]))",
            "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{job=\"service-3\"}[5m])))",
            "ALERTS", "topk(5, http_server_request_duration_7)",
        ]
        let instants = queries.map { "/api/v1/query?query=\(PercentCoding.encode($0))" }
        let lists = [
            "/api/v1/labels", "/api/v1/label/job/values", "/api/v1/series?match[]=\(PercentCoding.encode("up"))", "/api/v1/rules",
            "/api/v1/alerts", "/api/v1/targets", "/metrics", "/",
        ]
        return instants + lists
    }()

    private static let ranges = [
        "sum by (job) (rate(http_requests_total{status=\"500\"}[5m]))", "max_over_time(http_server_request_duration_3[5m])",
        "sum(rate(pod_requests_total[1m]))",
    ].map { PercentCoding.encode($0) }

    init(port: UInt16, count: Int) {
        for client in 0..<count {
            Thread.detachNewThread { [self] in ask(port, client) }
        }
    }

    private func ask(_ port: UInt16, _ client: Int) {
        var connection: PeerConnection?
        var round = 0
        while !isOver.load(ordering: .relaxed) {
            round += 1
            let noise = PeerDataset.noise(client, round)
            let now = Int(Date().timeIntervalSince1970)
            let path =
                noise % 4 == 0
                ? "/api/v1/query_range?query=\(Self.ranges[noise / 4 % Self.ranges.count])&start=\(now - 900)&end=\(now)&step=15"
                : Self.paths[noise / 4 % Self.paths.count]
            let start = ContinuousClock.now
            do throws(PeerConnection.Failure) {
                let open: PeerConnection
                if let connection { open = connection } else { open = try PeerConnection(port: port) }
                connection = open
                let reply = try open.exchange("GET", path, keepsBody: false)
                if reply.status != 200 { note(failure: "\(reply.status) \(path)") }
            } catch {
                connection = nil
                note(failure: "\(error) \(path)")
            }
            state.withLock { $0.latencies.append(start.duration(to: .now) / .milliseconds(1)) }
            Thread.sleep(forTimeInterval: Double(noise % 500) / 1000)
        }
    }

    private func note(failure: String) { state.withLock { $0.failures.append(failure) } }

    /// What came since it was asked last.
    func taken() -> Taken {
        state.withLock { taken in
            defer { taken = Taken() }
            return taken
        }
    }

    func stop() { isOver.store(true, ordering: .relaxed) }
}
