import Dispatch
import LapwingText
import Synchronization

/// The parts of a long answer, written by several threads and taken in order by one, which writes too when nothing is
/// there to be taken.
///
/// Few are ahead of the one that is taken next, so that memory does not grow with the answer. No thread waits but the
/// one that takes: a helper ends when it has come as far ahead as it may, and another is called when there is room.
final class OrderedParts: Sendable {
    /// Writes a part behind those before it.
    typealias Write = @Sendable (_ part: Int, _ json: inout JSONWriter) -> Void

    static let maximumThreads = 4

    private struct State {
        var nextToWrite = 0
        var nextToTake = 0
        var written: [Int: [UInt8]] = [:]
        /// Memory of parts that were taken.
        var spare: [[UInt8]] = []
        var helpers = 0
        var isWaiting = false
        var isOver = false
    }

    private enum Step {
        case take([UInt8])
        case write(part: Int, memory: [UInt8])
        case wait
        case end
    }

    let count: Int
    private let write: Write
    private let threads: Int
    /// Parts that may be written or under way at once.
    private let ahead: Int
    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)

    init(count: Int, threads: Int, write: @escaping Write) {
        self.count = count
        self.write = write
        self.threads = max(1, min(threads, Self.maximumThreads))
        ahead = 2 * self.threads + 2
    }

    /// Hands over the bytes of each part, in order, on this thread.
    ///
    /// - Throws: what `body` throws, after which no further part is begun.
    func take<Failure: Error>(_ body: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        defer { state.withLock { $0.isOver = true } }
        while true {
            callHelpers()
            switch state.withLock({ step(&$0) }) {
            case .take(let bytes):
                try body(bytes)
                state.withLock { state in
                    state.nextToTake += 1
                    state.spare.append(bytes)
                }
            case .write(let part, let memory): add(part, memory)
            case .wait: signal.wait()
            case .end: return
            }
        }
    }

    /// What the thread that takes does next.
    private func step(_ state: inout State) -> Step {
        if let bytes = state.written.removeValue(forKey: state.nextToTake) { return .take(bytes) }
        if state.nextToTake == count { return .end }
        if let (part, memory) = begin(&state) { return .write(part: part, memory: memory) }
        state.isWaiting = true
        return .wait
    }

    /// The next part to be written, if it may be begun already, with memory for it.
    private func begin(_ state: inout State) -> (part: Int, memory: [UInt8])? {
        guard !state.isOver, state.nextToWrite < min(count, state.nextToTake + ahead) else { return nil }
        state.nextToWrite += 1
        return (state.nextToWrite - 1, state.spare.popLast() ?? [])
    }

    private func add(_ part: Int, _ memory: consuming [UInt8]) {
        var json = JSONWriter(reusing: memory, continues: part > 0, escapesHTML: false)
        write(part, &json)
        let bytes = json.bytes
        let isAwaited = state.withLock { state in
            state.written[part] = bytes
            guard state.isWaiting, part == state.nextToTake else { return false }
            state.isWaiting = false
            return true
        }
        if isAwaited { signal.signal() }
    }

    /// Calls as many helpers as there are parts for, besides the one that this thread would write.
    private func callHelpers() {
        let wanted = state.withLock { state in
            let parts = min(count, state.nextToTake + ahead) - state.nextToWrite - 1
            let wanted = max(0, min(threads - 1 - state.helpers, parts))
            state.helpers += wanted
            return wanted
        }
        for _ in 0..<wanted { DispatchQueue.global(qos: .utility).async { self.help() } }
    }

    private func help() {
        while true {
            let next = state.withLock { state in
                let next = begin(&state)
                if next == nil { state.helpers -= 1 }
                return next
            }
            guard let next else { return }
            add(next.part, next.memory)
        }
    }
}
