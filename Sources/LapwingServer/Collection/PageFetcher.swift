import LapwingExposition
import LapwingSeries
import LapwingText
import Synchronization

/// What is asked of a target.
public struct PageRequest: Sendable, Equatable {
    public var url: String
    /// In the order in which they are sent.
    public var headers: [Header]
    /// The request is given up after this long.
    public var timeout: Duration
    /// Bytes of the page, decompressed, that are taken at most.
    public var bodyLimit: Int

    public struct Header: Sendable, Equatable {
        public var name: String
        public var value: String
    }

    /// The request that Prometheus 3.14 would make of this target for its text protocols.
    init(_ target: ScrapeTarget, version: String) {
        url = target.url
        timeout = target.timeout
        let limit = target.configuration.bodySizeLimit
        bodyLimit = limit > 0 ? limit : ScrapeConfiguration.maximumBodySize
        var timeoutText: [UInt8] = []
        GoNumber.append(Double(target.timeout.milliseconds) / 1000, .fixed, to: &timeoutText)
        headers = [
            Header(name: "Accept", value: ExpositionFormat.acceptHeader),
            Header(name: "Accept-Encoding", value: target.configuration.asksForCompression ? "gzip" : "identity"),
            Header(name: "User-Agent", value: "Lapwing/\(version)"),
            Header(
                name: "X-Prometheus-Scrape-Timeout-Seconds", value: String(decoding: timeoutText, as: UTF8.self)),
        ]
        for (name, value) in target.configuration.headers.sorted(by: { $0.key < $1.key }) {
            headers.append(Header(name: name, value: value))
        }
    }
}

/// What a target answered.
public struct PageResponse: Sendable {
    public var status: Int
    /// The words after the status: `Not Found`.
    public var reason: String
    public var contentType: String
    /// Decompressed.
    public var body: [UInt8]

    public init(status: Int, reason: String, contentType: String, body: [UInt8]) {
        self.status = status
        self.reason = reason
        self.contentType = contentType
        self.body = body
    }
}

/// Something that gets pages: HTTP, or a test's own table.
public protocol PageFetcher: Sendable {
    /// - Throws: `ScrapeError` when there is no answer; one whose body passes the limit throws `bodySizeLimitExceeded`.
    func fetch(_ request: PageRequest) async throws -> PageResponse
}

extension ScrapeError {
    public static let bodySizeLimitExceeded = ScrapeError("body size limit exceeded")
    static let deadlineExceeded = "context deadline exceeded"
}

extension PageFetcher {
    /// The answer of a target, whatever happens: one that does not come in time is a failure, even if the fetcher
    /// never returns.
    func answer(to request: PageRequest, _ clock: some CollectionClock) async -> ScrapeAnswer {
        let first = FirstOf<ScrapeAnswer>()
        let deadline = clock.now + request.timeout
        let work = Task { first.take(await directAnswer(to: request)) }
        let timer = Task {
            try await clock.sleep(until: deadline)
            first.take(.failure(ScrapeError("Get \"\(request.url)\": \(ScrapeError.deadlineExceeded)")))
        }
        let answer = await withTaskCancellationHandler {
            await first.value
        } onCancel: {
            first.take(.failure(ScrapeError("Get \"\(request.url)\": context canceled")))
        }
        work.cancel()
        timer.cancel()
        return answer
    }

    private func directAnswer(to request: PageRequest) async -> ScrapeAnswer {
        do {
            let response = try await fetch(request)
            guard response.status == 200 else {
                let reason = response.reason.isEmpty ? "" : " \(response.reason)"
                return .failure(ScrapeError("server returned HTTP status \(response.status)\(reason)"))
            }
            if response.body.count >= request.bodyLimit { return .failure(.bodySizeLimitExceeded) }
            return .page(bytes: response.body, contentType: response.contentType)
        } catch let error as ScrapeError where error == .bodySizeLimitExceeded {
            return .failure(error)
        } catch {
            return .failure(ScrapeError("Get \"\(request.url)\": \(error)"))
        }
    }
}

/// The first of several values that race.
final class FirstOf<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case awaited(CheckedContinuation<Value, Never>)
        case filled(Value)
    }

    private let state = Mutex(State.empty)

    /// Takes a value; all but the first are dropped.
    func take(_ value: Value) {
        let waiting = state.withLock { state -> CheckedContinuation<Value, Never>? in
            switch state {
            case .empty:
                state = .filled(value)
                return nil
            case .awaited(let continuation):
                state = .filled(value)
                return continuation
            case .filled: return nil
            }
        }
        waiting?.resume(returning: value)
    }

    /// - Precondition: awaited once.
    var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Value? in
                    switch state {
                    case .filled(let value): return value
                    case .empty, .awaited:
                        state = .awaited(continuation)
                        return nil
                    }
                }
                if let ready { continuation.resume(returning: ready) }
            }
        }
    }
}
