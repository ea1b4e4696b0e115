/// Whether a whole text matches: the shapes that real matchers have, and a machine for the rest.
enum WholeMatcher: Sendable {
    case everything
    case nonEmpty
    case literal([UInt8])
    /// So few texts that making a table of states would cost more than it saves.
    case fewLiterals([[UInt8]])
    /// Too many texts for a table of states.
    case literals(Set<[UInt8]>)
    /// Starts and ends with these, and has them in order between, anything else around.
    case parts(prefix: [UInt8], middle: [[UInt8]], suffix: [UInt8])
    /// A table of states, when they are few.
    case states(DeterministicMachine)
    /// States found as texts lead to them.
    case lazyStates(LazyMachine)
    case general(RegexProgram)

    func matches(_ text: Span<UInt8>) -> Bool {
        switch self {
        case .everything: return true
        case .nonEmpty: return text.count > 0
        case .literal(let bytes): return text.count == bytes.count && hasBytes(text, at: 0, bytes)
        case .fewLiterals(let texts):
            for bytes in texts where text.count == bytes.count && hasBytes(text, at: 0, bytes) { return true }
            return false
        case .literals(let set): return set.contains((0..<text.count).map { text[$0] })
        case .parts(let prefix, let middle, let suffix): return matchesParts(text, prefix, middle, suffix)
        case .states(let machine): return machine.matches(text)
        case .lazyStates(let machine): return machine.matches(text)
        case .general(let program):
            return program.match(text, groupCount: 0, from: 0, isAnchored: true, mustReachEnd: true) != nil
        }
    }
}

private func hasBytes(_ text: Span<UInt8>, at offset: Int, _ bytes: [UInt8]) -> Bool {
    guard offset >= 0, offset + bytes.count <= text.count else { return false }
    for index in 0..<bytes.count where text[offset + index] != bytes[index] { return false }
    return true
}

private func matchesParts(_ text: Span<UInt8>, _ prefix: [UInt8], _ middle: [[UInt8]], _ suffix: [UInt8]) -> Bool {
    guard text.count >= prefix.count + suffix.count, hasBytes(text, at: 0, prefix),
        hasBytes(text, at: text.count - suffix.count, suffix)
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
