/// What a tree says about the texts that it matches whole.
struct RegexShape {
    /// Every text that matches, when they are finite and few; sorted by bytes.
    let literals: [[UInt8]]?
    let matcher: WholeMatcher?
    /// What every text that matches starts with.
    let prefix: String

    /// Texts in a list of literals; more are not worth trying one by one.
    static let maximumLiterals = 256
    /// Literals that are tried one by one.
    static let fewLiterals = 8
    /// Alternatives that are all literals, which a set of them answers for.
    static let maximumAlternatives = 1 << 17

    init(_ node: RegexNode) {
        let plain = node.plain.withoutAnchors(atStart: true, atEnd: true)
        let all = plain.literals.map { Array(Set($0)).sorted { $0.lexicographicallyPrecedes($1) } }
        literals = all.flatMap { $0.count <= Self.maximumLiterals ? $0 : nil }
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: plain.prefix.scalars)
        prefix = String(scalars)
        matcher = Self.matcher(plain, all)
    }

    /// The shape of few words with bars between, as most patterns are, without a tree; nil for others.
    init?(alternativesOf pattern: String) {
        var words: [[UInt8]] = [[]]
        for byte in pattern.utf8 {
            if byte == UInt8(ascii: "|") {
                words.append([])
            } else if Self.isOfWords(byte) {
                words[words.count - 1].append(byte)
            } else {
                return nil
            }
            if words.count > Self.fewLiterals { return nil }
        }
        words.sort { $0.lexicographicallyPrecedes($1) }
        // Of words in order, what the first and the last begin with all begin with.
        prefix = String(decoding: zip(words[0], words[words.count - 1]).prefix { $0 == $1 }.map(\.0), as: UTF8.self)
        for index in words.indices.dropFirst().reversed() where words[index] == words[index - 1] { words.remove(at: index) }
        literals = words
        matcher = words.count == 1 ? .literal(words[0]) : .fewLiterals(words)
    }

    /// Letters and digits, and what stands for itself beside them in names.
    private static func isOfWords(_ byte: UInt8) -> Bool {
        let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26
        let isDigit = byte &- UInt8(ascii: "0") < 10
        return isLetter || isDigit || "_-/:".utf8.contains(byte)
    }

    /// Nil where a table of states is as good, or better.
    private static func matcher(_ node: RegexNode, _ literals: [[UInt8]]?) -> WholeMatcher? {
        if let literals {
            if literals.count == 1 { return .literal(literals[0]) }
            if literals.count <= fewLiterals { return .fewLiterals(literals) }
            return literals.count > maximumLiterals ? .literals(Set(literals)) : nil
        }
        if case .repetition(.set(.all), let minimum, nil, _) = node, minimum <= 1 {
            return minimum == 0 ? .everything : .nonEmpty
        }
        return runs(node.parts)
    }

    /// Literals with `.*` between, before or behind.
    private static func runs(_ parts: [RegexNode]) -> WholeMatcher? {
        var runs: [[UInt8]] = [[]]
        for part in parts {
            if case .repetition(.set(.all), minimum: 0, maximum: nil, _) = part {
                runs.append([])
            } else if let bytes = part.literalBytes {
                runs[runs.count - 1] += bytes
            } else {
                return nil
            }
        }
        guard runs.count > 1 else { return nil }
        return .parts(
            prefix: runs[0], middle: runs[1..<(runs.count - 1)].filter { !$0.isEmpty }, suffix: runs[runs.count - 1])
    }
}

extension RegexNode {
    /// The same without the marks of capturing groups, and without concatenations in concatenations.
    fileprivate var plain: RegexNode {
        switch self {
        case .empty, .set, .assertion: return self
        case .group(let inner, _): return inner.plain
        case .concatenation(let parts):
            let plain = parts.flatMap { $0.plain.parts }
            return plain.count == 1 ? plain[0] : .concatenation(plain)
        case .alternation(let branches): return .alternation(branches.map(\.plain))
        case .repetition(let inner, let minimum, let maximum, let isGreedy):
            return .repetition(inner.plain, minimum: minimum, maximum: maximum, isGreedy: isGreedy)
        }
    }

    /// What follows one another.
    fileprivate var parts: [RegexNode] {
        switch self {
        case .concatenation(let parts): parts
        case .empty: []
        default: [self]
        }
    }

    /// The same without the anchors that matching a whole text implies.
    fileprivate func withoutAnchors(atStart: Bool, atEnd: Bool) -> RegexNode {
        switch self {
        case .assertion(.beginText) where atStart: return .empty
        case .assertion(.endText) where atEnd: return .empty
        case .alternation(let branches):
            return .alternation(branches.map { $0.withoutAnchors(atStart: atStart, atEnd: atEnd) })
        case .concatenation(let parts):
            var rest = parts[...]
            while atStart, rest.first == .assertion(.beginText) { rest.removeFirst() }
            while atEnd, rest.last == .assertion(.endText) { rest.removeLast() }
            let last = rest.endIndex - 1
            let plain = rest.indices.flatMap { index in
                rest[index].withoutAnchors(atStart: atStart && index == rest.startIndex, atEnd: atEnd && index == last)
                    .parts
            }
            return plain.count == 1 ? plain[0] : plain.isEmpty ? .empty : .concatenation(plain)
        case .empty, .set, .assertion, .group, .repetition: return self
        }
    }

    /// The bytes of a set of one scalar; not of U+FFFD, which bytes that are no UTF-8 match too.
    fileprivate var literalBytes: [UInt8]? {
        guard case .set(let set) = self, let only = set.single, only != 0xFFFD, let scalar = Unicode.Scalar(only) else {
            return nil
        }
        return Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    /// Every text that matches, when they are finite and few.
    fileprivate var literals: [[UInt8]]? {
        switch self {
        case .empty: return [[]]
        case .set(let set):
            guard set.count <= 16, !set.contains(0xFFFD) else { return nil }
            return set.ranges.flatMap { $0.compactMap { RegexNode.set(ScalarSet($0)).literalBytes } }
        case .alternation(let branches):
            var all: [[UInt8]] = []
            for branch in branches {
                guard let some = branch.literals, all.count + some.count <= RegexShape.maximumAlternatives else {
                    return nil
                }
                all += some
            }
            return all
        case .concatenation(let parts):
            var all: [[UInt8]] = [[]]
            for part in parts {
                guard let some = part.literals else { return nil }
                if all.count == 1, some.count == 1 {
                    all[0] += some[0]
                } else {
                    guard all.count == 1 || all.count * some.count <= RegexShape.maximumLiterals else { return nil }
                    all = all.flatMap { head in some.map { head + $0 } }
                }
            }
            return all
        case .repetition(let inner, 0, 1?, _): return inner.literals.map { [[]] + $0 }
        case .group(let inner, _): return inner.literals
        case .assertion, .repetition: return nil
        }
    }

    /// The scalars that every match starts with, and whether they are all of it.
    fileprivate var prefix: (scalars: [Unicode.Scalar], isWhole: Bool) {
        switch self {
        case .empty: return ([], true)
        case .set(let set):
            guard literalBytes != nil, let scalar = set.single.flatMap(Unicode.Scalar.init) else { return ([], false) }
            return ([scalar], true)
        case .concatenation(let parts):
            var all: [Unicode.Scalar] = []
            for part in parts {
                let next = part.prefix
                all += next.scalars
                if !next.isWhole { return (all, false) }
            }
            return (all, true)
        case .alternation(let branches):
            guard var (common, isWhole) = branches.first?.prefix else { return ([], false) }
            for branch in branches.dropFirst() where !common.isEmpty || isWhole {
                let next = branch.prefix
                let shared = zip(common, next.scalars).prefix { $0 == $1 }.count
                isWhole = isWhole && next.isWhole && shared == common.count && shared == next.scalars.count
                common.removeLast(common.count - shared)
            }
            return (common, isWhole)
        case .repetition(let inner, let minimum, _, _): return minimum > 0 ? (inner.prefix.scalars, false) : ([], false)
        case .group(let inner, _): return inner.prefix
        case .assertion: return ([], false)
        }
    }
}
