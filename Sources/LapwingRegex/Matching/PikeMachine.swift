/// Runs a program over a text in step, all alternatives at once, keeping the captures of the preferred one
/// (Pike's machine; see Russ Cox, "Regular Expression Matching: the Virtual Machine Approach", 2009).
///
/// - Complexity: O(text × program), whatever the pattern.
struct PikeMachine {
    private let program: RegexProgram
    private let slotCount: Int

    private struct ThreadList {
        var order: [Int] = []
        var captures: [[Int]] = []
        /// Generation in which an instruction was last added.
        var mark: [Int]

        init(_ count: Int) { mark = Array(repeating: -1, count: count) }
    }

    init(_ program: RegexProgram, groupCount: Int) {
        self.program = program
        slotCount = 2 * (groupCount + 1)
    }

    /// The slots of the leftmost match from `start`, of which the preferred alternatives decide; -1 for groups that took
    /// no part. Anchored at `start`, or ended at the text's end, when asked for.
    func match(_ text: Span<UInt8>, from start: Int, isAnchored: Bool, mustReachEnd: Bool) -> [Int]? {
        var now = ThreadList(program.instructions.count)
        var next = ThreadList(program.instructions.count)
        var matched: [Int]?
        var offset = start
        var generation = 0
        while true {
            if matched == nil, !isAnchored || offset == start {
                var slots = [Int](repeating: -1, count: slotCount)
                slots[0] = offset
                add(0, slots, to: &now, generation, text, offset)
            }
            if now.order.isEmpty, matched != nil || isAnchored { return matched }
            let decoded = offset < text.count ? decodeScalar(text, at: offset) : (scalar: 0, length: 0)
            generation += 1
            threads: for (index, place) in now.order.enumerated() {
                switch program.instructions[place] {
                case .set(let set):
                    guard offset < text.count, program.sets[set].contains(decoded.scalar) else { continue }
                    add(place + 1, now.captures[index], to: &next, generation, text, offset + decoded.length)
                case .match:
                    if mustReachEnd, offset != text.count { continue }
                    matched = now.captures[index]
                    matched?[1] = offset
                    break threads
                case .split, .jump, .save, .assertion: continue
                }
            }
            if offset >= text.count { return matched }
            offset += decoded.length
            swap(&now, &next)
            next.order.removeAll(keepingCapacity: true)
            next.captures.removeAll(keepingCapacity: true)
        }
    }

    /// Follows everything that takes no scalar; the stack keeps what is preferred on top.
    private func add(
        _ place: Int, _ slots: [Int], to list: inout ThreadList, _ generation: Int, _ text: Span<UInt8>, _ offset: Int
    ) {
        var stack: [(place: Int, slots: [Int])] = [(place, slots)]
        while let (place, slots) = stack.popLast() {
            guard list.mark[place] != generation else { continue }
            list.mark[place] = generation
            switch program.instructions[place] {
            case .jump(let target): stack.append((target, slots))
            case .split(let first, let second):
                stack.append((second, slots))
                stack.append((first, slots))
            case .save(let slot):
                var noted = slots
                if slot < slotCount { noted[slot] = offset }
                stack.append((place + 1, noted))
            case .assertion(let assertion): if assertion.holds(text, at: offset) { stack.append((place + 1, slots)) }
            case .set, .match:
                list.order.append(place)
                list.captures.append(slots)
            }
        }
    }
}
