/// Whether a whole text matches: the shapes that real matchers have, and a machine for the rest.
enum WholeMatcher: Sendable {
    case everything
    case nonEmpty
    case literal([UInt8])
    case literals(Set<[UInt8]>)
    /// Starts and ends with these, and has them in order between, anything else around.
    case parts(prefix: [UInt8], middle: [[UInt8]], suffix: [UInt8])
    /// One scalar of each set after another.
    case sequence([ScalarSet])
    /// At most 64 places at which a scalar is taken, as bits.
    case places(PlaceMachine)
    case general(RegexProgram)

    func matches(_ text: Span<UInt8>) -> Bool {
        switch self {
        case .everything: return true
        case .nonEmpty: return text.count > 0
        case .literal(let bytes): return text.count == bytes.count && hasBytes(text, at: 0, bytes)
        case .literals(let set): return set.contains((0..<text.count).map { text[$0] })
        case .parts(let prefix, let middle, let suffix): return matchesParts(text, prefix, middle, suffix)
        case .sequence(let sets):
            var offset = 0
            for set in sets {
                guard offset < text.count else { return false }
                let (scalar, length) = decodeScalar(text, at: offset)
                guard set.contains(scalar) else { return false }
                offset += length
            }
            return offset == text.count
        case .places(let machine): return machine.matches(text)
        case .general(let program):
            return PikeMachine(program, groupCount: 0).match(text, from: 0, isAnchored: true, mustReachEnd: true) != nil
        }
    }
}

private func hasBytes(_ text: Span<UInt8>, at offset: Int, _ bytes: [UInt8]) -> Bool {
    guard offset >= 0, offset + bytes.count <= text.count else { return false }
    for index in 0..<bytes.count where text[offset + index] != bytes[index] { return false }
    return true
}

private func matchesParts(_ text: Span<UInt8>, _ prefix: [UInt8], _ middle: [[UInt8]], _ suffix: [UInt8]) -> Bool {
    guard text.count >= prefix.count + suffix.count, hasBytes(text, at: 0, prefix), hasBytes(text, at: text.count - suffix.count, suffix)
    else { return false }
    var offset = prefix.count
    let end = text.count - suffix.count
    for part in middle {
        while offset + part.count <= end, !hasBytes(text, at: offset, part) { offset += 1 }
        guard offset + part.count <= end else { return false }
        offset += part.count
    }
    return true
}

/// A program without assertions as sets of places, one bit each: every place at which a scalar is taken, and which
/// places may follow it (Glushkov's automaton, found from the instructions).
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

    /// Nil when there are more than 64 places, or assertions.
    init?(_ program: RegexProgram) {
        var placeOf: [Int: Int] = [:]
        var sets: [ScalarSet] = []
        for (index, instruction) in program.instructions.enumerated() {
            switch instruction {
            case .set(let set):
                placeOf[index] = sets.count
                sets.append(program.sets[set])
            case .assertion: return nil
            case .split, .jump, .save, .match: break
            }
        }
        guard sets.count <= 64 else { return nil }
        func closure(from start: Int) -> (places: UInt64, ends: Bool) {
            var seen = [Bool](repeating: false, count: program.instructions.count)
            var stack = [start]
            var places: UInt64 = 0
            var ends = false
            while let index = stack.popLast() {
                if seen[index] { continue }
                seen[index] = true
                switch program.instructions[index] {
                case .set: if let place = placeOf[index] { places |= 1 << UInt64(place) }
                case .split(let a, let b): stack += [a, b]
                case .jump(let target): stack.append(target)
                case .save: stack.append(index + 1)
                case .match: ends = true
                case .assertion: break
                }
            }
            return (places, ends)
        }
        let start = closure(from: 0)
        var following = [UInt64](repeating: 0, count: sets.count)
        var last: UInt64 = 0
        for (index, place) in placeOf {
            let next = closure(from: index + 1)
            following[place] = next.places
            if next.ends { last |= 1 << UInt64(place) }
        }
        self.sets = sets
        self.following = following
        self.last = last
        first = start.places
        matchesEmpty = start.ends
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
