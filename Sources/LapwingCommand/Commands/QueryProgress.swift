import LapwingSystem
import LapwingText
import Synchronization

/// That a query is on its way, on a terminal's standard error from its first second on; nothing elsewhere.
final class QueryProgress: Sendable {
    private enum State {
        case silent, shown, finished
    }

    private let begun = ContinuousClock.now
    /// Series and rows that the engine has come through.
    private let steps = Atomic(0)
    private let state = Mutex(State.silent)

    init() {
        guard ByteStream.error.isTerminal else { return }
        Task.detached { [weak self] in
            repeat { try? await Task.sleep(for: .milliseconds(200)) } while self?.show() ?? false
        }
    }

    func step() { steps.add(1, ordering: .relaxed) }

    /// Takes away what it has shown.
    func finish() {
        state.withLock { state in
            if state == .shown { Console.error("\r\u{1B}[K") }
            state = .finished
        }
    }

    /// - Returns: whether to go on.
    private func show() -> Bool {
        state.withLock { state in
            if state == .finished { return false }
            let elapsed = begun.duration(to: .now).components.seconds
            guard elapsed > 0 else { return true }
            let count = steps.load(ordering: .relaxed)
            let what = count == 0 ? "waiting" : "\(count) series and rows"
            Console.error("\r\(PrometheusDuration.text(milliseconds: elapsed * 1000))  \(what)\u{1B}[K")
            state = .shown
            return true
        }
    }
}
