import LapwingText

/// A regular expression as instructions for a machine that follows all alternatives at once (Thompson, 1968).
struct RegexProgram: Sendable {
    enum Instruction: Sendable {
        /// Takes one scalar of a set and goes on at the next instruction.
        case set(Int)
        /// Goes on at both, the first preferred.
        case split(Int, Int)
        case jump(Int)
        /// Notes the position in a slot.
        case save(Int)
        case assertion(RegexNode.Assertion)
        case match
    }

    private(set) var instructions: [Instruction] = []
    private(set) var sets: [ScalarSet] = []
    private var setIndex: [ScalarSet: Int] = [:]

    init(_ node: RegexNode, pattern: String) throws(RegularExpressionError) {
        do throws(TooLarge) {
            try emit(node)
        } catch {
            throw RegularExpressionError("expression too large", pattern, at: SourceRange(0, pattern.utf8.count))
        }
        instructions.append(.match)
        setIndex = [:]
    }

    private struct TooLarge: Error {}

    private mutating func append(_ instruction: Instruction) throws(TooLarge) {
        if instructions.count >= RegularExpressionLimits.instructions { throw TooLarge() }
        instructions.append(instruction)
    }

    private mutating func emit(_ node: RegexNode) throws(TooLarge) {
        switch node {
        case .empty: break
        case .set(let set):
            let index = setIndex[set] ?? sets.count
            if index == sets.count {
                sets.append(set)
                setIndex[set] = index
            }
            try append(.set(index))
        case .assertion(let assertion): try append(.assertion(assertion))
        case .concatenation(let parts): for part in parts { try emit(part) }
        case .alternation(let branches): try emitAlternation(branches)
        case .group(let inner, let index):
            try append(.save(2 * index))
            try emit(inner)
            try append(.save(2 * index + 1))
        case .repetition(let inner, let minimum, let maximum, let isGreedy):
            try emitRepetition(inner, minimum, maximum, isGreedy)
        }
    }

    private mutating func emitAlternation(_ branches: [RegexNode]) throws(TooLarge) {
        var jumps: [Int] = []
        for (index, branch) in branches.enumerated() {
            guard index + 1 < branches.count else {
                try emit(branch)
                break
            }
            let split = instructions.count
            try append(.split(split + 1, 0))
            try emit(branch)
            jumps.append(instructions.count)
            try append(.jump(0))
            instructions[split] = .split(split + 1, instructions.count)
        }
        for jump in jumps { instructions[jump] = .jump(instructions.count) }
    }

    private mutating func emitRepetition(_ inner: RegexNode, _ minimum: Int, _ maximum: Int?, _ isGreedy: Bool)
        throws(TooLarge)
    {
        func split(_ enter: Int, _ leave: Int) -> Instruction { isGreedy ? .split(enter, leave) : .split(leave, enter) }
        guard let maximum else {
            for _ in 0..<max(0, minimum - 1) { try emit(inner) }
            // What can be empty is looped at its end, as in Go, so that an empty first round ends the loop.
            let entry = instructions.count
            if minimum == 0 { try append(.split(0, 0)) }
            let body = instructions.count
            try emit(inner)
            if minimum == 0, !inner.canBeEmpty {
                try append(.jump(entry))
            } else {
                let loop = instructions.count
                try append(split(body, loop + 1))
            }
            if minimum == 0 { instructions[entry] = split(body, instructions.count) }
            return
        }
        for _ in 0..<minimum { try emit(inner) }
        var splits: [Int] = []
        for _ in minimum..<max(minimum, maximum) {
            splits.append(instructions.count)
            try append(.split(0, 0))
            try emit(inner)
        }
        for place in splits { instructions[place] = split(place + 1, instructions.count) }
    }
}

extension RegexNode {
    /// Whether it matches the empty text, at some place at least.
    var canBeEmpty: Bool {
        switch self {
        case .empty, .assertion: true
        case .set: false
        case .concatenation(let parts): parts.allSatisfy(\.canBeEmpty)
        case .alternation(let branches): branches.contains(where: \.canBeEmpty)
        case .group(let inner, _): inner.canBeEmpty
        case .repetition(let inner, let minimum, _, _): minimum == 0 || inner.canBeEmpty
        }
    }
}
