import LapwingExposition
import LapwingSeries

/// What came of a request.
enum SendingOutcome: Sendable, Hashable {
    case accepted
    /// The receiver may take it later: no connection, 429, 5xx.
    case failed(retryAfter: Duration?, String)
    /// The receiver will not take it.
    case refused(status: Int, String)

    /// Source: Prometheus 3.14 `storage/remote/client.go`, `Store`.
    init(status: Int, retryAfter: Duration?, retriesOnTooManyRequests: Bool = true, _ reason: String) {
        switch status {
        case 200..<300: self = .accepted
        case 429 where !retriesOnTooManyRequests: self = .refused(status: status, reason)
        case 408, 425, 429, 500...: self = .failed(retryAfter: retryAfter, reason)
        default: self = .refused(status: status, reason)
        }
    }
}

/// Batches that are sent one after the other, so that each series keeps its order: one at a time, until it is taken or refused.
///
/// Pure: outcomes go in; batches come out, and how long each waits.
struct SendingShard: Sendable {
    private var batches: [SendingBatch]
    private var backoff: Duration
    private let queue: RemoteWriteSettings.Queue
    /// How long the first batch waits before it is sent.
    private(set) var pause = Duration.zero
    /// Tries of the first batch that failed.
    private(set) var failures = 0

    init(_ batches: [SendingBatch], _ queue: RemoteWriteSettings.Queue) {
        self.batches = batches.reversed()
        self.queue = queue
        backoff = queue.minBackoff
    }

    /// What is to be sent, after `pause`.
    var next: SendingBatch? { batches.last }

    enum Step: Sendable {
        /// The first batch is done with: taken, or given up with a reason.
        case done(SendingBatch, refusal: String?)
        case again(after: Duration, String)
        /// Refused, and cut in two that are sent by themselves.
        case cut(String)
    }

    /// - Precondition: there is a batch.
    mutating func completed(_ outcome: SendingOutcome) -> Step {
        let batch = batches.removeLast()
        switch outcome {
        case .accepted:
            begin()
            return .done(batch, refusal: nil)
        case .failed(let asked, let reason):
            batches.append(batch)
            pause = max(asked ?? .zero, backoff)
            backoff = min(backoff * 2, queue.maxBackoff)
            failures += 1
            return .again(after: pause, reason)
        case .refused(let status, let reason):
            begin()
            // One sample that is too old or out of order must not take others with it.
            guard status == 400, let (head, tail) = batch.halves else { return .done(batch, refusal: reason) }
            batches += [tail, head]
            return .cut(reason)
        }
    }

    private mutating func begin() {
        backoff = queue.minBackoff
        pause = .zero
        failures = 0
    }

    /// Shards of a round: as many as fill batches, within the settings' bounds; every series is in one.
    static func shards(of series: [UnsentSeries], _ queue: RemoteWriteSettings.Queue) -> [SendingShard] {
        let samples = series.reduce(0) { $0 + $1.count }
        let wanted = max(max(0, samples - 1) / max(1, queue.maxSamplesPerSend) + 1, queue.minShards)
        let count = max(1, min(wanted, queue.maxShards, series.count))
        var parts = Array(repeating: [UnsentSeries](), count: count)
        for one in series { parts[Int(one.series.labels.stableHash % UInt64(count))].append(one) }
        return parts.filter { !$0.isEmpty }.map {
            SendingShard(SendingBatch.batches(of: $0, maximumSamples: max(1, queue.maxSamplesPerSend)), queue)
        }
    }
}
