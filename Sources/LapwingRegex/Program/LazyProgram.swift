import Synchronization

/// The program of an expression, made when it is first run.
final class LazyProgram: Sendable {
    private enum State {
        case pattern(String, RegularExpression.Options)
        case program(RegexProgram)
    }

    private let state: Mutex<State>

    init(_ program: RegexProgram) { state = Mutex(.program(program)) }

    /// - Precondition: the pattern has been read, or is a list of literals, and the program is within the limits.
    init(_ pattern: String, _ options: RegularExpression.Options) { state = Mutex(.pattern(pattern, options)) }

    var value: RegexProgram {
        state.withLock { state in
            switch state {
            case .program(let program): return program
            case .pattern(let pattern, let options):
                var parser = RegexParser(pattern, options)
                guard let node = try? parser.parse(), let program = try? RegexProgram(node, pattern: pattern) else {
                    preconditionFailure("a small pattern has too large a program")
                }
                state = .program(program)
                return program
            }
        }
    }
}
