import Foundation
import LapwingHTTP

/// How much of each kind of request is taken in and handled at once, so that none of them keeps the others waiting.
enum RequestLanes {
    /// Queries, and what else reads the store.
    static let reading = HTTPLane(
        "reading", places: max(4, 2 * ProcessInfo.processInfo.activeProcessorCount),
        trial: HTTPLane.Trial(places: 2, time: .milliseconds(50)))
    /// What brings samples: each may hold its body three times over. Large bodies, and those that do not tell their length, have a
    /// lane of their own.
    static let writing = HTTPLane("writing", places: 4)
    static let writingMuch = HTTPLane("writing much", places: 2)
    /// Bytes from which a body is large.
    static let largeWrite = 256 << 10
    /// Bytes of a body of samples, as it comes.
    static let maximumWrite = 64 << 20
    /// Bytes of any other body: a form.
    static let maximumForm = 8 << 20

    private static let writes: Set = ["/api/v1/write", "/api/v1/import/prometheus", "/api/v1/otlp/v1/metrics"]
    private static let reads: Set = [
        "/api/v1/query", "/api/v1/query_range", "/api/v1/query_exemplars", "/api/v1/series", "/api/v1/labels", "/api/v1/status/tsdb",
        "/api/v1/explain", "/federate",
    ]

    @Sendable static func lane(of head: HTTPRequestHead) -> HTTPLane? {
        let path = head.target.path
        if writes.contains(path) {
            let length = head.headers["Content-Length"].flatMap { Int($0) }
            return length.map { $0 < largeWrite } ?? false ? writing : writingMuch
        }
        return reads.contains(path) || path.hasPrefix("/api/v1/label/") ? reading : nil
    }

    @Sendable static func bodyLimit(of head: HTTPRequestHead) -> Int { writes.contains(head.target.path) ? maximumWrite : maximumForm }
}
