import Synchronization

/// How many bytes the bodies have that are being read, by connection.
///
/// When all together have too many, the largest goes: who sends little is not refused for those who send much.
final class HeldBodies: Sendable {
    private struct State {
        var bytes: [UInt64: Int] = [:]
        var total = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// - Parameter bytes: what the body has by now; 0 when it is not being read any more.
    /// - Returns: the connection whose body is to be refused; it no longer counts.
    /// - Complexity: O(1), beyond the limit O(bodies under way).
    func note(_ bytes: Int, of connection: UInt64) -> UInt64? {
        state.withLock { state in
            let before = bytes > 0 ? state.bytes.updateValue(bytes, forKey: connection) : state.bytes.removeValue(forKey: connection)
            state.total += bytes - (before ?? 0)
            guard state.total > limit, let largest = state.bytes.max(by: { $0.value < $1.value }) else { return nil }
            state.total -= largest.value
            state.bytes.removeValue(forKey: largest.key)
            return largest.key
        }
    }
}
