/// Runs a program over a text in step, all alternatives at once, keeping the captures of the preferred one
/// (Pike's machine; see Russ Cox, "Regular Expression Matching: the Virtual Machine Approach", 2009).
///
/// - Complexity: O(text × program), whatever the pattern.
struct PikeMachine {
    private let program: RegexProgram
    private let slotCount: Int

    /// The alternatives that are alive, the preferred first.
    private struct Threads {
        var places: [Int] = []
        /// The captures of each thread, one after another.
        var captures: [Int] = []
        /// The generation in which an instruction was last added.
        var mark: [Int]

        init(_ count: Int) { mark = Array(repeating: -1, count: count) }
    }

    /// What is still to be followed: an instruction, or a capture to put back as it was.
    private enum Pending {
        case place(Int)
        case restore(slot: Int, value: Int)
    }

    /// - Parameter groupCount: groups whose places are wanted; fewer are faster.
    init(_ program: RegexProgram, groupCount: Int) {
        self.program = program
        slotCount = 2 * (groupCount + 1)
    }

    /// The slots of the leftmost match from `start`, of which the preferred alternatives decide; -1 for groups that took
    /// no part. Anchored at `start`, or ended at the text's end, when asked for.
    func match(_ text: Span<UInt8>, from start: Int, isAnchored: Bool, mustReachEnd: Bool) -> [Int]? {
        guard start >= 0, start <= text.count else { return nil }
        var now = Threads(program.instructions.count)
        var next = Threads(program.instructions.count)
        var stack: [Pending] = []
        var slots = [Int](repeating: -1, count: slotCount)
        var matched: [Int]?
        var offset = start
        var generation = 0
        while true {
            if matched == nil, !isAnchored || offset == start {
                for slot in slots.indices { slots[slot] = -1 }
                slots[0] = offset
                add(0, &slots, to: &now, generation, &stack, text, offset)
            }
            if now.places.isEmpty, matched != nil || isAnchored { return matched }
            let decoded = offset < text.count ? decodeScalar(text, at: offset) : (scalar: 0, length: 0)
            generation += 1
            threads: for index in 0..<now.places.count {
                let place = now.places[index]
                switch program.instructions[place] {
                case .set(let set):
                    guard offset < text.count, program.sets[set].contains(decoded.scalar) else { continue }
                    for slot in 0..<slotCount { slots[slot] = now.captures[index * slotCount + slot] }
                    add(place + 1, &slots, to: &next, generation, &stack, text, offset + decoded.length)
                case .match:
                    if mustReachEnd, offset != text.count { continue }
                    matched = Array(now.captures[(index * slotCount)..<((index + 1) * slotCount)])
                    matched?[1] = offset
                    break threads
                case .split, .jump, .save, .assertion: continue
                }
            }
            if offset >= text.count { return matched }
            offset += decoded.length
            swap(&now, &next)
            next.places.removeAll(keepingCapacity: true)
            next.captures.removeAll(keepingCapacity: true)
        }
    }

    /// Follows everything that takes no scalar; the stack keeps what is preferred on top.
    private func add(
        _ place: Int, _ slots: inout [Int], to threads: inout Threads, _ generation: Int, _ stack: inout [Pending],
        _ text: Span<UInt8>, _ offset: Int
    ) {
        stack.append(.place(place))
        while let pending = stack.popLast() {
            guard case .place(let place) = pending else {
                if case .restore(let slot, let value) = pending { slots[slot] = value }
                continue
            }
            guard threads.mark[place] != generation else { continue }
            threads.mark[place] = generation
            switch program.instructions[place] {
            case .jump(let target): stack.append(.place(target))
            case .split(let first, let second):
                stack.append(.place(second))
                stack.append(.place(first))
            case .save(let slot):
                if slot < slotCount {
                    stack.append(.restore(slot: slot, value: slots[slot]))
                    slots[slot] = offset
                }
                stack.append(.place(place + 1))
            case .assertion(let assertion):
                if assertion.holds(text, at: offset) { stack.append(.place(place + 1)) }
            case .set, .match:
                threads.places.append(place)
                threads.captures.append(contentsOf: slots)
            }
        }
    }
}
