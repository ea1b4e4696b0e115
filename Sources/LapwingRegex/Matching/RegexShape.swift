/// What a tree says about the texts that it matches whole.
struct RegexShape {
    /// Every text that matches, when they are finite and few; sorted by bytes.
    let literals: [[UInt8]]?
    let matcher: WholeMatcher?
    let prefix: [UInt8]

    /// Texts in a list of literals; more are not worth trying one by one.
    static let maximumLiterals = 256

    init(_ node: RegexNode) {
        let plain = node.withoutGroups
        literals = Self.literals(of: plain).map { Array(Set($0)).sorted { $0.lexicographicallyPrecedes($1) } }
        let parts = plain.parts
        prefix = Array(parts.prefix { $0.literalBytes != nil }.compactMap(\.literalBytes).joined())
        matcher = Self.matcher(plain, parts, literals)
    }

    private static func matcher(_ node: RegexNode, _ parts: [RegexNode], _ literals: [[UInt8]]?) -> WholeMatcher? {
        if let literals { return literals.count == 1 ? .literal(literals[0]) : .literals(Set(literals)) }
        if parts.count == 1, case .repetition(.set(.all), let minimum, nil, _) = parts[0], minimum <= 1 {
            return minimum == 0 ? .everything : .nonEmpty
        }
        let sets = parts.compactMap { part -> ScalarSet? in if case .set(let set) = part { set } else { nil } }
        if sets.count == parts.count { return .sequence(sets) }
        return runs(parts)
    }

    /// Literals with `.*` between, before or behind.
    private static func runs(_ parts: [RegexNode]) -> WholeMatcher? {
        var runs: [[UInt8]] = [[]]
        for part in parts {
            if part == .repetition(.set(.all), minimum: 0, maximum: nil, isGreedy: true)
                || part == .repetition(.set(.all), minimum: 0, maximum: nil, isGreedy: false)
            {
                runs.append([])
            } else if let bytes = part.literalBytes {
                runs[runs.count - 1] += bytes
            } else {
                return nil
            }
        }
        guard runs.count > 1 else { return nil }
        return .parts(prefix: runs[0], middle: runs[1..<(runs.count - 1)].filter { !$0.isEmpty }, suffix: runs[runs.count - 1])
    }

    private static func literals(of node: RegexNode) -> [[UInt8]]? {
        switch node {
        case .empty: return [[]]
        case .set(let set):
            guard set.count <= 16 else { return nil }
            return set.ranges.flatMap { range in range.compactMap { Unicode.Scalar($0).map { Array(String($0).utf8) } } }
        case .assertion: return nil
        case .group(let inner, _): return literals(of: inner)
        case .alternation(let branches):
            var all: [[UInt8]] = []
            for branch in branches {
                guard let some = literals(of: branch), all.count + some.count <= maximumLiterals else { return nil }
                all += some
            }
            return all
        case .concatenation(let parts):
            var all: [[UInt8]] = [[]]
            for part in parts {
                guard let some = literals(of: part), all.count * some.count <= maximumLiterals else { return nil }
                all = all.flatMap { head in some.map { head + $0 } }
            }
            return all
        case .repetition(let inner, 0, 1?, _): return literals(of: inner).map { [[]] + $0 }
        case .repetition: return nil
        }
    }
}

extension RegexNode {
    /// The same without the marks of capturing groups.
    fileprivate var withoutGroups: RegexNode {
        switch self {
        case .empty, .set, .assertion: self
        case .group(let inner, _): inner.withoutGroups
        case .concatenation(let parts): .concatenation(parts.flatMap { $0.withoutGroups.parts })
        case .alternation(let branches): .alternation(branches.map(\.withoutGroups))
        case .repetition(let inner, let minimum, let maximum, let isGreedy):
            .repetition(inner.withoutGroups, minimum: minimum, maximum: maximum, isGreedy: isGreedy)
        }
    }

    /// What follows one another at the top, without anchors that a whole match implies.
    fileprivate var parts: [RegexNode] {
        guard case .concatenation(let parts) = self else { return [self] }
        var rest = parts[...]
        while rest.first == .assertion(.beginText) { rest.removeFirst() }
        while rest.last == .assertion(.endText) { rest.removeLast() }
        return Array(rest)
    }

    /// The bytes of a set of one scalar.
    fileprivate var literalBytes: [UInt8]? {
        guard case .set(let set) = self, let only = set.single, let scalar = Unicode.Scalar(only) else { return nil }
        return Array(String(scalar).utf8)
    }
}
