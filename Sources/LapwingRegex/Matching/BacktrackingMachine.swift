/// Runs a program over a short text by trying the preferred alternative first and never the same place twice
/// (Russ Cox, "Regular Expression Matching in the Wild", 2010: the bit-state matcher).
///
/// It keeps one set of captures rather than one for each thread, which makes it several times faster than Pike's
/// machine where its bits are few.
///
/// - Complexity: O(text × program) time and bits.
struct BacktrackingMachine {
    private let program: RegexProgram
    private let slotCount: Int

    /// Instructions × places in the text, at most; Pike's machine takes what is larger.
    static let maximumBits = 1 << 18

    private enum Pending {
        case visit(place: Int, offset: Int)
        case restore(slot: Int, value: Int)
    }

    /// - Parameter groupCount: groups whose places are wanted.
    init(_ program: RegexProgram, groupCount: Int) {
        self.program = program
        slotCount = 2 * (groupCount + 1)
    }

    /// Whether the bits for a text are few enough.
    static func suits(_ program: RegexProgram, textCount: Int) -> Bool {
        let (bits, isOverflow) = program.instructions.count.multipliedReportingOverflow(by: textCount &+ 1)
        return !isOverflow && bits <= maximumBits
    }

    /// As `PikeMachine.match`.
    func match(_ text: Span<UInt8>, from start: Int, isAnchored: Bool, mustReachEnd: Bool) -> [Int]? {
        guard start >= 0, start <= text.count else { return nil }
        let width = text.count - start + 1
        var visited = [UInt64](repeating: 0, count: (program.instructions.count * width + 63) / 64)
        var slots = [Int](repeating: -1, count: slotCount)
        var stack: [Pending] = []
        var offset = start
        // Places that were visited from an earlier start led to no match, and lead to none from this one.
        while true {
            slots[0] = offset
            if run(text, from: start, at: offset, mustReachEnd, &visited, &slots, &stack) { return slots }
            if isAnchored || offset >= text.count { return nil }
            offset += decodeScalar(text, at: offset).length
        }
    }

    private func run(
        _ text: Span<UInt8>, from start: Int, at first: Int, _ mustReachEnd: Bool, _ visited: inout [UInt64],
        _ slots: inout [Int], _ stack: inout [Pending]
    ) -> Bool {
        let width = text.count - start + 1
        stack.append(.visit(place: 0, offset: first))
        while let pending = stack.popLast() {
            guard case .visit(var place, var offset) = pending else {
                if case .restore(let slot, let value) = pending { slots[slot] = value }
                continue
            }
            visiting: while true {
                let bit = place * width + offset - start
                if visited[bit >> 6] & (1 << UInt64(bit & 63)) != 0 { break }
                visited[bit >> 6] |= 1 << UInt64(bit & 63)
                switch program.instructions[place] {
                case .set(let set):
                    guard offset < text.count else { break visiting }
                    let (scalar, length) = decodeScalar(text, at: offset)
                    guard program.sets[set].contains(scalar) else { break visiting }
                    offset += length
                    place += 1
                case .jump(let target): place = target
                case .split(let preferred, let other):
                    stack.append(.visit(place: other, offset: offset))
                    place = preferred
                case .save(let slot):
                    if slot < slotCount {
                        stack.append(.restore(slot: slot, value: slots[slot]))
                        slots[slot] = offset
                    }
                    place += 1
                case .assertion(let assertion):
                    guard assertion.holds(text, at: offset) else { break visiting }
                    place += 1
                case .match:
                    if mustReachEnd, offset != text.count { break visiting }
                    slots[1] = offset
                    stack.removeAll(keepingCapacity: true)
                    return true
                }
            }
        }
        return false
    }
}

extension RegexProgram {
    /// The slots of a match, found by the machine that suits the text's length.
    func match(_ text: Span<UInt8>, groupCount: Int, from start: Int, isAnchored: Bool, mustReachEnd: Bool) -> [Int]? {
        if BacktrackingMachine.suits(self, textCount: text.count) {
            return BacktrackingMachine(self, groupCount: groupCount)
                .match(text, from: start, isAnchored: isAnchored, mustReachEnd: mustReachEnd)
        }
        return PikeMachine(self, groupCount: groupCount)
            .match(text, from: start, isAnchored: isAnchored, mustReachEnd: mustReachEnd)
    }
}
