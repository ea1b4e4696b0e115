import SeededRandom

/// The twin: a pattern as a tree of its own, matched by following every way in the order of preference.
indirect enum Pattern {
    case letter(Character)
    case any
    case sequence(Pattern, Pattern)
    case choice(Pattern, Pattern)
    case star(Pattern, isGreedy: Bool)
    case optional(Pattern, isGreedy: Bool)

    var pattern: String {
        switch self {
        case .letter(let letter): String(letter)
        case .any: "."
        case .sequence(let a, let b): a.pattern + b.pattern
        case .choice(let a, let b): "(\(a.pattern)|\(b.pattern))"
        case .star(let inner, let isGreedy): "(?:\(inner.pattern))*" + (isGreedy ? "" : "?")
        case .optional(let inner, let isGreedy): "(?:\(inner.pattern))?" + (isGreedy ? "" : "?")
        }
    }

    /// Where a match from `start` can end, the preferred end first.
    func ends(_ text: [Character], _ start: Int) -> [Int] {
        switch self {
        case .letter(let letter): return start < text.count && text[start] == letter ? [start + 1] : []
        case .any: return start < text.count ? [start + 1] : []
        case .sequence(let a, let b): return Self.unique(a.ends(text, start).flatMap { b.ends(text, $0) })
        case .choice(let a, let b): return Self.unique(a.ends(text, start) + b.ends(text, start))
        case .optional(let inner, let isGreedy):
            let ends = inner.ends(text, start)
            return Self.unique(isGreedy ? ends + [start] : [start] + ends)
        case .star(let inner, let isGreedy):
            // A round that takes nothing is the last one.
            let ends = inner.ends(text, start).flatMap { $0 == start ? [start] : self.ends(text, $0) }
            return Self.unique(isGreedy ? ends + [start] : [start] + ends)
        }
    }

    var canBeEmpty: Bool { ends([], 0) == [0] }

    /// Whether a round of a repetition may take nothing. Which match is then preferred follows from Go's program rather
    /// than from a rule that a twin could have; RE2's cases judge it.
    var hasEmptyRounds: Bool {
        switch self {
        case .letter, .any: false
        case .sequence(let a, let b), .choice(let a, let b): a.hasEmptyRounds || b.hasEmptyRounds
        case .star(let inner, _): inner.canBeEmpty || inner.hasEmptyRounds
        case .optional(let inner, _): inner.hasEmptyRounds
        }
    }

    private static func unique(_ ends: [Int]) -> [Int] {
        var seen: Set<Int> = []
        return ends.filter { seen.insert($0).inserted }
    }

    func firstMatch(_ text: [Character]) -> Range<Int>? {
        for start in 0...text.count { if let end = ends(text, start).first { return start..<end } }
        return nil
    }
}

/// Patterns and texts from a seed.
struct PatternGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed) }

    mutating func next(_ bound: Int) -> Int { random.below(bound) }

    mutating func pattern(depth: Int) -> Pattern {
        if depth == 0 || next(5) == 0 { return next(4) == 0 ? .any : .letter(["a", "b", "c"][next(3)]) }
        switch next(5) {
        case 0: return .choice(pattern(depth: depth - 1), pattern(depth: depth - 1))
        case 1: return .star(pattern(depth: depth - 1), isGreedy: next(3) > 0)
        case 2: return .optional(pattern(depth: depth - 1), isGreedy: next(3) > 0)
        default: return .sequence(pattern(depth: depth - 1), pattern(depth: depth - 1))
        }
    }

    mutating func text() -> String { String((0..<next(6)).map { _ in ["a", "b", "c"][next(3)] }) }

    /// Any bytes that often look like a pattern.
    mutating func soup(_ length: Int) -> String {
        let parts = [
            "a", "b", "(", ")", "[", "]", "[^", "*", "+", "?", "{2}", "{0,3}", "{", "|", "\\", "\\d", "\\pL", "\\p{",
            "}", "-",
            "(?i", "(?:", "(?P<n>", "^", "$", "\\b", "\\Q", "\\E", ".", "é", "[[:alpha:]]", "\\x{", "\\07", "☺",
            "1000}", ":]",
        ]
        return (0..<length).map { _ in parts[next(parts.count)] }.joined()
    }
}
