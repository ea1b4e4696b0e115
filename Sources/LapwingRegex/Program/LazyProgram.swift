import Synchronization

/// The program of an expression, made when it is first run.
final class LazyProgram: Sendable {
    private enum State {
        case tree(RegexNode, pattern: String)
        case program(RegexProgram)
    }

    private let state: Mutex<State>

    init(_ program: RegexProgram) { state = Mutex(.program(program)) }

    /// - Precondition: the program is within the limits.
    init(_ node: RegexNode, _ pattern: String) { state = Mutex(.tree(node, pattern: pattern)) }

    var value: RegexProgram {
        state.withLock { state in
            switch state {
            case .program(let program): return program
            case .tree(let node, let pattern):
                guard let program = try? RegexProgram(node, pattern: pattern) else {
                    preconditionFailure("a small pattern has too large a program")
                }
                state = .program(program)
                return program
            }
        }
    }
}
