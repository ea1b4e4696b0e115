import LapwingHTTP
import LapwingPromQL
import LapwingSystem

/// How much of each kind of request is taken in and handled at once, so that none of them keeps the others waiting.
enum RequestLanes {
    /// Queries, and whatever else is asked.
    static let reading = HTTPLane(
        "reading", places: max(4, 2 * ProcessInfo.processInfo.activeProcessorCount),
        trial: HTTPLane.Trial(places: 2, time: .milliseconds(50)), largePlaces: ProcessInfo.processInfo.activeProcessorCount / 8)
    /// Samples of eight bytes that a request may hold while it is only tried, 8 MB, and beside others, 32 MB; one that holds more is
    /// handled when no other such is, or is being sent.
    static let samplesOfTrial = 1_000_000
    static let samplesOfPlace = 4_000_000
    /// What brings samples: each may hold its body three times over. Large bodies, and those that do not tell their length, have a
    /// lane of their own.
    static let writing = HTTPLane("writing", places: 4)
    static let writingMuch = HTTPLane("writing much", places: 2)
    /// Those whose password is not known yet: comparing it takes 50 ms of a processor or more.
    static let strangers = HTTPLane("strangers", places: 1, maxWaiting: 15, isGate: true)
    /// Each waits for the one before it.
    static let reloading = HTTPLane("reloading", places: 1)
    /// Bytes from which a body is large.
    static let largeWrite = 256 << 10
    /// Bytes of a body of samples, as it comes.
    static let maximumWrite = 64 << 20
    /// Bytes of any other body: a form.
    static let maximumForm = 8 << 20

    private static let writes: Set = ["/api/v1/write", "/api/v1/import/prometheus", "/api/v1/otlp/v1/metrics"]

    static func lane(of head: HTTPRequestHead, _ gate: WebGuard) -> HTTPLane? {
        if gate.mustCompare(head) { return strangers }
        let path = head.target.path
        if writes.contains(path) {
            let length = head.headers["Content-Length"].flatMap { Int($0) }
            return length.map { $0 < largeWrite } ?? false ? writing : writingMuch
        }
        if path == "/-/reload" { return reloading }
        return path.hasPrefix("/api/v1/") || path == "/federate" ? reading : nil
    }

    static func room(forSamples count: Int) -> HTTPRoom { count > samplesOfPlace ? .large : count > samplesOfTrial ? .place : .trial }

    @Sendable static func bodyLimit(of head: HTTPRequestHead) -> Int { writes.contains(head.target.path) ? maximumWrite : maximumForm }
}

extension HTTPCancellation {
    /// Lets a handler go on that holds so many bytes.
    ///
    /// - Throws: where it is to stop, or to begin anew when there is room for them; nobody sees the error.
    func take(bytes: Int) throws(APIError) {
        if isCancelled || !hasRoom(RequestLanes.room(forSamples: bytes / 8)) { throw APIError(QueryError.cancelled) }
    }
}
