import Lapwing
import LapwingConfiguration
import LapwingHTTP
import LapwingSeries
import Synchronization

/// A small shop that answers requests, counts them, and has an incident every two minutes: what `--demo` watches.
///
/// It serves its metrics over real HTTP on a free port of the loopback address.
final class DemoService: Sendable {
    /// Seconds from one incident's beginning to the next one's.
    static let period = 120.0
    /// Seconds into each period at which payments begin to fail, and for how long they do.
    static let incidentStart = 20.0
    static let incidentLength = 35.0

    private static let paths = ["/", "/search", "/cart", "/pay"]

    private let instruments = Instruments()
    private let server: HTTPServer
    private let traffic = Mutex<Task<Void, Never>?>(nil)

    init() {
        let instruments = instruments
        server = HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { request in
            request.path == "/metrics"
                ? HTTPResponse(contentType: "text/plain; version=0.0.4; charset=utf-8", body: .bytes(instruments.page()))
                : .text("not here\n", status: .notFound)
        }
    }

    /// Starts the service and its visitors.
    /// - Returns: the job that scrapes it.
    func start() throws -> ScrapeConfiguration {
        let address = try server.start()
        let visitors = DemoVisitors(instruments: instruments, paths: Self.paths)
        let task = Task {
            let start = ContinuousClock.now
            var visitors = visitors
            while !Task.isCancelled {
                visitors.visit(at: start.duration(to: .now) / .seconds(1))
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        traffic.withLock { $0 = task }
        var job = ScrapeConfiguration(jobName: "demo", interval: .seconds(2))
        job.targetGroups = [TargetGroup(targets: [Labels(metric: "", ["__address__": "\(address)"])], labels: .empty)]
        return job
    }

    func stop() {
        traffic.withLock { $0?.cancel() }
        server.shutdown(grace: .seconds(1))
    }

    /// Whether an incident is under way, `seconds` after the start.
    static func isIncident(at seconds: Double) -> Bool {
        let place = seconds.truncatingRemainder(dividingBy: period)
        return place >= incidentStart && place < incidentStart + incidentLength
    }
}

/// The demo's traffic: made of the time alone, so that every run tells the same story.
struct DemoVisitors: Sendable {
    private let requests: [[Counter]]
    private let durations: [Histogram]
    private let active: Gauge
    private var last = 0.0
    private var owed: [Double]
    private var tick = 0

    /// Requests a second for each path.
    private static let rates = [12.0, 6, 4, 3]
    private static let statuses = ["200", "404", "500"]

    init(instruments: Instruments, paths: [String]) {
        requests = paths.map { path in
            Self.statuses.map { status in
                instruments.counter(
                    "http_requests_total", ["method": path == "/pay" ? "POST" : "GET", "path": path, "status": status],
                    help: "Requests answered.")
            }
        }
        durations = paths.map { path in
            instruments.histogram("http_request_duration_seconds", ["path": path], help: "How long requests took.")
        }
        active = instruments.gauge("http_requests_in_flight", help: "Requests that are being answered.")
        owed = paths.map { _ in 0 }
    }

    /// Lets everybody visit who has come since the last call.
    mutating func visit(at seconds: Double) {
        let elapsed = max(0, seconds - last)
        last = seconds
        let isIncident = DemoService.isIncident(at: seconds)
        for path in requests.indices {
            owed[path] += elapsed * Self.rates[path]
            while owed[path] >= 1 {
                owed[path] -= 1
                tick += 1
                answer(path, isIncident: isIncident && path == requests.count - 1)
            }
        }
        active.set(isIncident ? 14 : 3)
    }

    private func answer(_ path: Int, isIncident: Bool) {
        // Two in three payments fail while the incident lasts, and all take their time.
        let status = isIncident && tick % 3 != 0 ? 2 : tick % 40 == 0 ? 1 : 0
        requests[path][status].increment()
        let spread = Double(tick % 17) / 17
        durations[path].observe(isIncident ? 1.2 + 2 * spread : 0.01 + 0.15 * spread * spread)
    }
}
