/// A program as a table of states that is made ahead: one look-up for a scalar, and nothing to lock.
///
/// Only for what has few states. A class, to be one reference where it is handed on.
final class DeterministicMachine: Sendable {
    private let classes: ScalarClasses
    /// States × classes.
    private let next: [UInt16]
    private let isEnd: [Bool]

    /// Instructions reached while the table is made, at most.
    static let maximumWork = 50_000

    /// Nil when there are too many states, or assertions that look around.
    init?(_ program: RegexProgram) {
        guard program.instructions.count <= Self.maximumWork, let classes = ScalarClasses(program.sets),
            var table = StateTable(program, classes), table.complete(maximumWork: Self.maximumWork)
        else { return nil }
        self.classes = classes
        next = table.nextWithCertainty
        isEnd = table.isEnd
    }

    func matches(_ text: Span<UInt8>) -> Bool {
        var state = StateTable.start
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
            if state <= StateTable.certain { return state == StateTable.certain }
        }
        return isEnd[Int(state)]
    }
}
