/// A program as sets of places, one bit each: every place at which a scalar is taken, and which places may follow it
/// (Glushkov's automaton, found from the instructions). For what has too many states to have them written out.
///
/// - Complexity: O(text × places that are alive).
struct PlaceMachine: Sendable {
    private let sets: [ScalarSet]
    /// The places that may follow each place.
    private let following: [UInt64]
    private let first: UInt64
    /// The places after which the text may end.
    private let last: UInt64
    private let matchesEmpty: Bool

    /// Nil when there are more than 64 places, or assertions that look around.
    init?(_ program: RegexProgram) {
        var placeOf: [Int: UInt64] = [:]
        var sets: [ScalarSet] = []
        for (index, instruction) in program.instructions.enumerated() {
            if case .set(let set) = instruction {
                if sets.count == 64 { return nil }
                placeOf[index] = 1 << UInt64(sets.count)
                sets.append(program.sets[set])
            }
        }
        if program.looksAround { return nil }
        func bits(_ places: [Int]) -> UInt64 { places.reduce(0) { $0 | (placeOf[$1] ?? 0) } }
        var marks = RegexMarks(program)
        let start = program.closure(from: 0, isAtStart: true, marks: &marks)
        var following = [UInt64](repeating: 0, count: sets.count)
        var last: UInt64 = 0
        for (index, bit) in placeOf {
            let next = program.closure(from: index + 1, isAtStart: false, marks: &marks)
            following[bit.trailingZeroBitCount] = bits(next.places)
            if next.mayEnd { last |= bit }
        }
        self.sets = sets
        self.following = following
        self.last = last
        first = bits(start.places)
        matchesEmpty = start.mayEnd
    }

    func matches(_ text: Span<UInt8>) -> Bool {
        if text.count == 0 { return matchesEmpty }
        var alive = first
        var taken: UInt64 = 0
        var offset = 0
        while offset < text.count {
            let (scalar, length) = decodeScalar(text, at: offset)
            offset += length
            taken = 0
            var next: UInt64 = 0
            var rest = alive
            while rest != 0 {
                let place = rest.trailingZeroBitCount
                rest &= rest - 1
                if sets[place].contains(scalar) {
                    taken |= 1 << UInt64(place)
                    next |= following[place]
                }
            }
            if taken == 0 { return false }
            alive = next
        }
        return taken & last != 0
    }
}
