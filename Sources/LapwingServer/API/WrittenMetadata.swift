import LapwingSeries
import Synchronization

/// What senders say of the metrics that they write; the newest word of each.
final class WrittenMetadata: Sendable {
    /// Metrics that are remembered; more are not.
    static let maximumMetrics = 100_000
    /// Bytes of all their names, units and help texts, likewise.
    static let maximumBytes = 64 << 20

    private struct State {
        var metrics: [String: MetricMetadata] = [:]
        var bytes = 0
    }

    private let state = Mutex(State())

    func note(_ metadata: [MetricMetadata]) {
        if metadata.isEmpty { return }
        state.withLock { state in
            for new in metadata where !new.name.isEmpty {
                let old = state.metrics[new.name]
                if old == new { continue }
                let bytes = state.bytes + Self.bytes(of: new) - (old.map(Self.bytes) ?? 0)
                guard bytes <= Self.maximumBytes, old != nil || state.metrics.count < Self.maximumMetrics else { continue }
                state.metrics[new.name] = new
                state.bytes = bytes
            }
        }
    }

    /// In no order.
    var all: [MetricMetadata] { state.withLock { Array($0.metrics.values) } }

    private static func bytes(of metadata: MetricMetadata) -> Int {
        metadata.name.utf8.count + metadata.unit.utf8.count + metadata.help.utf8.count
    }
}
