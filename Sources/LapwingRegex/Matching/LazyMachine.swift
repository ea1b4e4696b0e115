import Synchronization

/// A program as states that are found when a text leads to them, for what has too many to have them made ahead.
///
/// The states are shared by all threads under one lock, held for one text; they are at most
/// `StateTable.maximumStates`, after which finding begins anew.
final class LazyMachine: Sendable {
    private let classes: ScalarClasses
    private let table: Mutex<StateTable>

    /// Nil when there are assertions that look around, or too many classes of scalars.
    init?(_ program: RegexProgram) {
        guard let classes = ScalarClasses(program.sets), let table = StateTable(program, classes) else { return nil }
        self.classes = classes
        self.table = Mutex(table)
    }

    /// - Complexity: O(text × program) for states not seen before, O(text) for others.
    func matches(_ text: Span<UInt8>) -> Bool {
        table.withLock { table in
            var state = StateTable.start
            var offset = 0
            while offset < text.count {
                let (scalar, length) = decodeScalar(text, at: offset)
                offset += length
                state = table.target(from: state, by: classes.of(scalar))
                if state == StateTable.dead { return false }
            }
            return table.isEnd[Int(state)]
        }
    }
}
