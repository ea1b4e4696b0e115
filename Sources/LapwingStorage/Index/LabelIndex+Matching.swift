import LapwingRegex
import LapwingSeries

extension LabelIndex {
    /// The series that satisfy every matcher, in ascending order of ordinals.
    ///
    /// Matchers that an absent label cannot satisfy choose series; the others take some of those away. Where few are
    /// left, their own labels are asked instead of all values of a label.
    func ordinals(matching matchers: [Matcher]) -> [UInt32] {
        var candidates: [UInt32]?
        let (subtracting, choosing) = partition(matchers)
        for matcher in choosing {
            if let current = candidates {
                if current.isEmpty { return [] }
                if matcher.operation != .equal, values(of: Symbol(matcher.name)).count > current.count {
                    candidates = current.filter { table.labels($0).map { matcher.matches($0) } ?? false }
                    continue
                }
                candidates = Ordinals.intersection(current, chosen(by: matcher))
            } else {
                candidates = chosen(by: matcher)
            }
        }
        var result = candidates ?? all
        for matcher in subtracting where !result.isEmpty {
            if values(of: Symbol(matcher.name)).count > result.count {
                result = result.filter { table.labels($0).map { matcher.matches($0) } ?? false }
            } else {
                result = Ordinals.difference(result, refused(by: matcher))
            }
        }
        return result
    }

    /// Equalities first: they cost one look-up.
    private func partition(_ matchers: [Matcher]) -> (subtracting: [Matcher], choosing: [Matcher]) {
        let subtracting = matchers.filter(\.matchesEmpty)
        let choosing = matchers.filter { !$0.matchesEmpty }
        return (
            subtracting,
            choosing.filter { $0.operation == .equal } + choosing.filter { $0.operation != .equal }
        )
    }

    /// The series that have the label with a value that satisfies the matcher.
    private func chosen(by matcher: Matcher) -> [UInt32] {
        let values = values(of: Symbol(matcher.name))
        if matcher.operation == .equal { return values[Symbol(matcher.value)] ?? [] }
        if matcher.operation == .matches, let literals = matcher.expression?.literals {
            return lists(in: values, of: literals)
        }
        return lists(in: values) { Self.satisfies(matcher, $0) }
    }

    /// The series that have the label with a value that does not satisfy the matcher.
    private func refused(by matcher: Matcher) -> [UInt32] {
        let values = values(of: Symbol(matcher.name))
        if matcher.operation == .notEqual { return values[Symbol(matcher.value)] ?? [] }
        if matcher.operation == .matches, matcher.expression?.matchesEverything ?? false { return [] }
        if matcher.operation == .matchesNot, let literals = matcher.expression?.literals {
            return lists(in: values, of: literals)
        }
        return lists(in: values) { !Self.satisfies(matcher, $0) }
    }

    private func lists(in values: [Symbol: [UInt32]], of literals: [String]) -> [UInt32] {
        Ordinals.union(ofDisjoint: Set(literals.map { Symbol($0) }).compactMap { values[$0] })
    }

    private func lists(in values: [Symbol: [UInt32]], where isWanted: (Symbol) -> Bool) -> [UInt32] {
        var lists: [[UInt32]] = []
        for (value, ordinals) in values where isWanted(value) { lists.append(ordinals) }
        return Ordinals.union(ofDisjoint: lists)
    }

    /// As `Matcher.matches`, of bytes.
    private static func satisfies(_ matcher: Matcher, _ value: Symbol) -> Bool {
        switch matcher.operation {
        case .equal: value.bytes.elementsEqual(matcher.value.utf8)
        case .notEqual: !value.bytes.elementsEqual(matcher.value.utf8)
        case .matches: matcher.expression?.matchesWhole(value.bytes.span) ?? false
        case .matchesNot: !(matcher.expression?.matchesWhole(value.bytes.span) ?? true)
        }
    }
}
