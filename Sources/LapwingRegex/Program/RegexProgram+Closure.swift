/// Where a program stands between two scalars when a whole text is matched: the `set` instructions that may take the
/// next one, and whether the text may end here.
struct RegexClosure: Hashable {
    var places: [Int] = []
    var mayEnd = false
}

extension RegexProgram {
    /// Whether an assertion looks at the scalars beside it, which sets of places cannot tell.
    var looksAround: Bool {
        instructions.contains { instruction in
            switch instruction {
            case .assertion(.beginText), .assertion(.endText): false
            case .assertion: true
            case .set, .split, .jump, .save, .match: false
            }
        }
    }

    /// Follows everything that takes no scalar, from all of `starts`.
    ///
    /// What lies behind an end of text can only end; the marks are therefore two for each instruction.
    /// - Complexity: O(instructions reached).
    func closure(from starts: [Int], isAtStart: Bool, marks: inout RegexMarks) -> RegexClosure {
        var result = RegexClosure()
        marks.generation += 1
        for start in starts.reversed() { marks.stack.append((start, false)) }
        while let (place, hasEnded) = marks.stack.popLast() {
            guard marks.insert(2 * place + (hasEnded ? 1 : 0)) else { continue }
            marks.reachedCount += 1
            switch instructions[place] {
            case .set: if !hasEnded { result.places.append(place) }
            case .split(let first, let second):
                marks.stack.append((second, hasEnded))
                marks.stack.append((first, hasEnded))
            case .jump(let target): marks.stack.append((target, hasEnded))
            case .save: marks.stack.append((place + 1, hasEnded))
            case .match: result.mayEnd = true
            case .assertion(.beginText): if isAtStart { marks.stack.append((place + 1, hasEnded)) }
            case .assertion(.endText): marks.stack.append((place + 1, true))
            case .assertion: break
            }
        }
        return result
    }
}

/// The scratch memory of closures: when each instruction was last reached.
struct RegexMarks {
    fileprivate(set) var generation = 0
    /// How often an instruction was reached, all closures together.
    fileprivate(set) var reachedCount = 0
    fileprivate var stack: [(place: Int, hasEnded: Bool)] = []
    private var reached: [Int]

    init(_ program: RegexProgram) { reached = Array(repeating: 0, count: 2 * program.instructions.count) }

    fileprivate mutating func insert(_ index: Int) -> Bool {
        if reached[index] == generation { return false }
        reached[index] = generation
        return true
    }
}
