import Foundation
import LapwingHTTP
import Synchronization

/// A page like that of a service whose instances come and go: most of its series stay, of the rest another thousand each minute; and waves
/// that are high for a minute and low for another.
final class EnduranceTarget: Sendable {
    private let server: HTTPServer
    let address: String

    init(series: Int) throws {
        let pages = (0..<4).map { ExpositionBenchmarks.page(series: series - 1010, scrape: $0) }
        let shown = Mutex(0)
        server = HTTPServer(configuration: HTTPServerConfiguration()) { _ in
            let number = shown.withLock { count in
                count += 1
                return count
            }
            let body = pages[number % pages.count] + Self.comingAndGoing(minute: Int(Date().timeIntervalSince1970) / 60)
            return HTTPResponse(status: .ok, contentType: "text/plain; version=0.0.4; charset=utf-8", body: .bytes(body))
        }
        address = "\(try server.start())"
    }

    private static func comingAndGoing(minute: Int) -> [UInt8] {
        var text = "# TYPE endurance_wave gauge\n"
        for wave in 0..<10 { text += "endurance_wave{wave=\"\(wave)\"} \((minute + wave) % 2)\n" }
        text += "# TYPE pod_requests_total counter\n"
        for pod in 0..<1000 { text += "pod_requests_total{pod=\"\(minute)-\(pod)\"} \(pod)\n" }
        return Array(text.utf8)
    }

    func stop() { server.shutdown(grace: .seconds(1)) }
}

/// A webhook that takes what it is told for four minutes, answers 500 for two, and keeps silent for one.
final class FailingReceiver: Sendable {
    /// An episode of an alert, and whether it is told to have ended.
    struct Told: Hashable {
        var alert: String
        var startsAt: String
        var isResolved: Bool
    }

    private struct State {
        var told: Set<Told> = []
        var isWell = false
    }

    private final class Box: Sendable {
        let state = Mutex(State())
    }

    private let server: HTTPServer
    private let box = Box()
    let url: String

    init() throws {
        let box = box
        let start = ContinuousClock.now
        server = HTTPServer(configuration: HTTPServerConfiguration()) { request in
            let minute = Int(start.duration(to: .now) / .seconds(60)) % 7
            if minute >= 4, !box.state.withLock({ $0.isWell }) {
                if minute == 6 { Thread.sleep(forTimeInterval: 30) }
                return .text("out of order\n", status: .internalServerError)
            }
            box.state.withLock { $0.told.formUnion(Self.told(request.body)) }
            return .text("ok\n")
        }
        url = "http://\(try server.start())/"
    }

    private static func told(_ body: [UInt8]) -> [Told] {
        let message = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any]
        let alerts = message?["alerts"] as? [[String: Any]] ?? []
        return alerts.map { alert in
            Told(
                alert: alert["fingerprint"] as? String ?? "", startsAt: alert["startsAt"] as? String ?? "",
                isResolved: alert["status"] as? String == "resolved")
        }
    }

    var told: Set<Told> { box.state.withLock { $0.told } }

    /// It fails no more.
    func recovers() { box.state.withLock { $0.isWell = true } }

    func stop() { server.shutdown(grace: .milliseconds(100)) }
}
