/// A program as a table, sets of places being its states (Rabin and Scott, 1959): one look-up for a scalar.
///
/// The table is made ahead and only when it is small, so that a shared expression needs no lock; what has more states
/// runs as a `PlaceMachine` or on Pike's. A class, to be one reference where it is handed on.
final class DeterministicMachine: Sendable {
    private let classes: ScalarClasses
    /// States × classes.
    private let next: [UInt16]
    private let isEnd: [Bool]

    static let maximumStates = 1024
    /// Places looked at while the table is made.
    static let maximumWork = 200_000

    /// No text can match from here.
    private static let dead: UInt16 = 0
    /// Every text matches from here.
    private static let certain: UInt16 = 1
    private static let start: UInt16 = 2

    /// Nil when there are too many states, or assertions that look around.
    init?(_ program: RegexProgram) {
        guard program.instructions.count <= Self.maximumWork, !program.looksAround,
            let classes = ScalarClasses(program.sets), var builder = StateBuilder(program, classes)
        else { return nil }
        guard builder.build(limit: Self.maximumStates) else { return nil }
        self.classes = classes
        next = builder.tableWithCertainty(dead: Self.dead, certain: Self.certain)
        isEnd = builder.isEnd
    }

    func matches(_ text: Span<UInt8>) -> Bool {
        var state = Self.start
        var offset = 0
        let width = classes.count
        while offset < text.count {
            let byte = text[offset]
            let scalarClass: Int
            if byte < 0x80 {
                scalarClass = Int(classes.ascii[Int(byte)])
                offset += 1
            } else {
                let (scalar, length) = decodeScalar(text, at: offset)
                scalarClass = classes.of(scalar)
                offset += length
            }
            state = next[Int(state) * width + scalarClass]
            if state <= Self.certain { return state == Self.certain }
        }
        return isEnd[Int(state)]
    }
}

/// Finds the states one after another from the first.
private struct StateBuilder {
    private let program: RegexProgram
    private let classes: ScalarClasses
    private var marks: RegexMarks
    /// The closures behind the places that have been asked for.
    private var following: [Int: RegexClosure] = [:]
    private var states: [[Int]] = [[], [], []]
    private var stateOf: [StateKey: UInt16] = [:]
    private var table: [UInt16]
    private(set) var isEnd = [false, true]
    private var work = 0

    private struct StateKey: Hashable {
        let places: [Int]
        let mayEnd: Bool
    }

    init?(_ program: RegexProgram, _ classes: ScalarClasses) {
        self.program = program
        self.classes = classes
        marks = RegexMarks(program)
        let first = program.closure(from: 0, isAtStart: true, marks: &marks)
        table = Array(repeating: 0, count: classes.count) + Array(repeating: 1, count: classes.count)
        states[2] = first.places
        isEnd.append(first.mayEnd)
    }

    /// False when there are more states than the limit, or too much to look at.
    mutating func build(limit: Int) -> Bool {
        var state = 2
        while state < states.count {
            for scalarClass in 0..<classes.count {
                guard let target = target(from: state, by: scalarClass), states.count <= limit else { return false }
                table.append(target)
            }
            state += 1
        }
        return true
    }

    private mutating func target(from state: Int, by scalarClass: Int) -> UInt16? {
        var places: [Int] = []
        var mayEnd = false
        work += states[state].count + 1
        for place in states[state] {
            guard case .set(let set) = program.instructions[place], classes.isMember(scalarClass, ofSet: set) else { continue }
            let closure = closure(behind: place)
            mayEnd = mayEnd || closure.mayEnd
            places += closure.places
            work += closure.places.count + 1
            if work > DeterministicMachine.maximumWork { return nil }
        }
        if work > DeterministicMachine.maximumWork { return nil }
        if places.isEmpty, !mayEnd { return 0 }
        // The order of the places tells the preferred match, which is nothing to whether there is one.
        places.sort()
        var unique: [Int] = []
        for place in places where unique.last != place { unique.append(place) }
        let key = StateKey(places: unique, mayEnd: mayEnd)
        if let known = stateOf[key] { return known }
        let number = UInt16(clamping: states.count)
        stateOf[key] = number
        states.append(unique)
        isEnd.append(mayEnd)
        return number
    }

    private mutating func closure(behind place: Int) -> RegexClosure {
        if let known = following[place] { return known }
        let closure = program.closure(from: place + 1, isAtStart: false, marks: &marks)
        work += closure.places.count
        following[place] = closure
        return closure
    }

    /// The table, in which the states that match whatever follows are one.
    func tableWithCertainty(dead: UInt16, certain: UInt16) -> [UInt16] {
        let width = classes.count
        let isCertain = (0..<states.count).map { state in
            isEnd[state] && table[(state * width)..<((state + 1) * width)].allSatisfy { Int($0) == state }
        }
        return table.map { isCertain[Int($0)] ? certain : $0 }
    }
}
