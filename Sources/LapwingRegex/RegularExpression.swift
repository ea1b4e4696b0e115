/// A regular expression in RE2's syntax, matched in time linear in the text whatever the pattern.
///
/// text → tree → program, and beside it the shape: most expressions in use are literals, prefixes, suffixes or
/// alternations of literals, and are never run as programs. Safe to share between threads: matching changes nothing.
public struct RegularExpression: Sendable {
    public struct Options: Sendable, Hashable {
        public var dotMatchesNewline = false
        public var isCaseInsensitive = false

        public init(dotMatchesNewline: Bool = false, isCaseInsensitive: Bool = false) {
            self.dotMatchesNewline = dotMatchesNewline
            self.isCaseInsensitive = isCaseInsensitive
        }

        /// As Prometheus compiles matchers: `.` takes newlines.
        public static let prometheus = Options(dotMatchesNewline: true)
        /// As Go's `regexp.Compile` does.
        public static let go = Options()
    }

    /// A match: where it lies, and where its groups do.
    public struct Match: Sendable, Hashable {
        let slots: [Int]

        /// Byte offsets of the whole match.
        public var range: Range<Int> { slots[0]..<slots[1] }

        /// Byte offsets of a group, counted from 1; nil when it took no part. Group 0 is the whole match.
        public func range(ofGroup index: Int) -> Range<Int>? {
            guard index >= 0, 2 * index + 1 < slots.count, slots[2 * index] >= 0, slots[2 * index + 1] >= 0 else {
                return nil
            }
            return slots[2 * index]..<slots[2 * index + 1]
        }
    }

    /// Bytes of a pattern whose program is certainly not too large, where nothing in it is counted.
    private static let smallPattern = 10_000

    public let pattern: String
    public let options: Options
    /// The names of the groups by their index; empty for group 0 and for groups without a name.
    public let groupNames: [String]
    private let program: LazyProgram
    private let matcher: WholeMatcher
    /// Every text that matches whole, sorted by bytes, when they are finite and at most 256.
    public let literals: [String]?
    /// What every text that matches whole starts with; empty when nothing is certain.
    public let requiredPrefix: String

    /// - Throws: `RegularExpressionError` with Go's words.
    /// - Complexity: O(pattern), with counted repetitions written out.
    public init(_ pattern: String, options: Options = .prometheus) throws(RegularExpressionError) {
        self.pattern = pattern
        self.options = options
        let shape: RegexShape
        var tree: RegexNode?
        if !options.isCaseInsensitive, pattern.utf8.count <= Self.smallPattern, let plain = RegexShape(alternativesOf: pattern) {
            shape = plain
            groupNames = [""]
        } else {
            var parser = RegexParser(pattern, options)
            let node = try parser.parse()
            groupNames = parser.groupNames
            shape = RegexShape(node)
            tree = node
        }
        // What is matched by its shape seldom needs a program, which is then made when it does.
        let isSmall = pattern.utf8.count <= Self.smallPattern && !pattern.utf8.contains(UInt8(ascii: "{"))
        let isLater = shape.matcher != nil && isSmall
        program = if let tree, !isLater { LazyProgram(try RegexProgram(tree, pattern: pattern)) } else { LazyProgram(pattern, options) }
        literals = shape.literals.map { $0.map { String(decoding: $0, as: UTF8.self) } }
        requiredPrefix = shape.prefix
        matcher =
            shape.matcher ?? DeterministicMachine(program.value).map(WholeMatcher.states)
            ?? LazyMachine(program.value).map(WholeMatcher.lazyStates) ?? .general(program.value)
    }

    public var groupCount: Int { groupNames.count - 1 }

    /// Whether every text matches whole.
    public var matchesEverything: Bool { if case .everything = matcher { true } else { false } }

    /// Whether every text but the empty one matches whole.
    public var matchesEveryNonEmpty: Bool { if case .nonEmpty = matcher { true } else { false } }

    public var matchesEmpty: Bool { matchesWhole("") }

    /// Whether the expression matches the text from its start to its end.
    public func matchesWhole(_ text: Span<UInt8>) -> Bool { matcher.matches(text) }

    public func matchesWhole(_ text: String) -> Bool { matcher.matches(text.utf8.span) }

    /// The leftmost match, its alternatives in the order of their preference.
    public func firstMatch(in text: Span<UInt8>, from start: Int = 0) -> Match? {
        program.value.match(text, groupCount: groupCount, from: start, isAnchored: false, mustReachEnd: false).map(Match.init)
    }

    public func firstMatch(in text: String) -> Match? { firstMatch(in: text.utf8.span) }

    /// The match of the whole text with its groups.
    public func wholeMatch(_ text: String) -> Match? {
        let span = text.utf8.span
        guard matcher.matches(span) else { return nil }
        return program.value.match(span, groupCount: groupCount, from: 0, isAnchored: true, mustReachEnd: true).map(
            Match.init)
    }
}

extension RegularExpression: Hashable {
    public static func == (a: RegularExpression, b: RegularExpression) -> Bool {
        a.pattern == b.pattern && a.options == b.options
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(pattern)
        hasher.combine(options)
    }
}
