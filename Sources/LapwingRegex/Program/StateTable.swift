/// The states of a program between two scalars, found one after another, and the table that leads from each to the next
/// (Rabin and Scott, 1959: sets of places are states).
struct StateTable: Sendable {
    private let program: RegexProgram
    private let classes: ScalarClasses
    private var marks: RegexMarks
    /// The places of each state that may take the next scalar.
    private var states: [[Int]] = []
    private var stateOf: [RegexClosure: UInt16] = [:]
    /// States × classes; `unknown` where nothing has led yet.
    private(set) var next: [UInt16] = []
    /// Whether the text may end in a state.
    private(set) var isEnd: [Bool] = []

    /// No text can match from here.
    static let dead: UInt16 = 0
    /// Every text matches from here.
    static let certain: UInt16 = 1
    static let start: UInt16 = 2
    static let unknown: UInt16 = .max
    static let maximumStates = 1024

    /// Nil when there are assertions that look around.
    init?(_ program: RegexProgram, _ classes: ScalarClasses) {
        if program.looksAround { return nil }
        self.program = program
        self.classes = classes
        marks = RegexMarks(program)
        forget()
    }

    var count: Int { states.count }

    /// What finding the states has cost: instructions reached.
    var work: Int { marks.reachedCount }

    /// Back to the first states, when there are too many.
    private mutating func forget() {
        states = []
        stateOf = [:]
        next = []
        isEnd = []
        // An empty state is dead; the second has no closure of its own, being whatever matches everything.
        _ = number(of: RegexClosure())
        states.append([])
        isEnd.append(true)
        next += Array(repeating: Self.certain, count: classes.count)
        for scalarClass in 0..<classes.count { next[scalarClass] = Self.dead }
        let first = program.closure(from: [0], isAtStart: true, marks: &marks)
        // The first state is its own even when another is equal: it has a number that is known.
        states.append(first.places)
        isEnd.append(first.mayEnd)
        next += Array(repeating: Self.unknown, count: classes.count)
    }

    /// The state that a scalar of a class leads to; when the table is full it is begun anew, with this state in it.
    ///
    /// - Complexity: O(program) the first time, then O(1).
    mutating func target(from state: UInt16, by scalarClass: Int) -> UInt16 {
        let cell = Int(state) * classes.count + scalarClass
        if next[cell] != Self.unknown { return next[cell] }
        let starts = states[Int(state)].compactMap { place -> Int? in
            guard case .set(let set) = program.instructions[place], classes.isMember(scalarClass, ofSet: set) else {
                return nil
            }
            return place + 1
        }
        var closure = program.closure(from: starts, isAtStart: false, marks: &marks)
        // The order of the places tells which match is preferred, which is nothing to whether there is one.
        closure.places.sort()
        if let known = stateOf[closure] {
            next[cell] = known
            return known
        }
        let isFull = states.count >= Self.maximumStates
        if isFull { forget() }
        let target = number(of: closure)
        if !isFull { next[cell] = target }
        return target
    }

    private mutating func number(of closure: RegexClosure) -> UInt16 {
        if let known = stateOf[closure] { return known }
        let number = UInt16(clamping: states.count)
        stateOf[closure] = number
        states.append(closure.places)
        isEnd.append(closure.mayEnd)
        next += Array(repeating: Self.unknown, count: classes.count)
        return number
    }

    /// Finds all states; false when there are too many, or finding them costs more than `maximumWork`.
    mutating func complete(maximumWork: Int) -> Bool {
        var state = 0
        while state < states.count {
            for scalarClass in 0..<classes.count {
                if states.count >= Self.maximumStates || work > maximumWork { return false }
                _ = target(from: UInt16(clamping: state), by: scalarClass)
            }
            state += 1
        }
        return true
    }

    /// The complete table, in which the states that match whatever follows are one.
    var nextWithCertainty: [UInt16] {
        let width = classes.count
        let isCertain = (0..<states.count).map { state in
            isEnd[state] && next[(state * width)..<((state + 1) * width)].allSatisfy { Int($0) == state }
        }
        return next.map { isCertain[Int($0)] ? Self.certain : $0 }
    }
}
