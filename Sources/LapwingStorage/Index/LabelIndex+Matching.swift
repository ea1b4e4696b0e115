import LapwingRegex
import LapwingSeries

extension LabelIndex {
    /// The series that satisfy every matcher, in ascending order of ordinals.
    ///
    /// Matchers that an absent label cannot satisfy choose series; the others take some of those away. Where few are
    /// left, their own labels are asked instead of all values of a label.
    /// - Parameter first: only series with this ordinal or a later one are looked for.
    /// - Complexity: O(1) where no such series satisfies an equality, as when other metrics' series were made.
    func ordinals(matching matchers: [Matcher], from first: UInt32 = 0) -> [UInt32] {
        let subtracting = matchers.filter(\.matchesEmpty)
        let choosing = matchers.filter { !$0.matchesEmpty }
        // Equalities first: they cost one look-up.
        let equalities = choosing.filter { $0.operation == .equal }.map { values(of: $0.name).series($0.value) }.sorted { $0.count < $1.count }
        let others = choosing.filter { $0.operation != .equal }
        var result: OrdinalSet?
        for postings in equalities {
            let set = OrdinalSet(postings, from: first)
            result = result.map { $0.intersection(set) } ?? set
            if result?.isEmpty ?? false { return [] }
        }
        for matcher in others { result = result.map { keeping($0, matcher, first) } ?? chosen(by: matcher, first) }
        var left = result ?? OrdinalSet(all, from: first)
        for matcher in subtracting { left = removing(left, matcher, first) }
        return Array(left)
    }

    private func keeping(_ set: OrdinalSet, _ matcher: Matcher, _ first: UInt32) -> OrdinalSet {
        asks(set, matcher) ? satisfying(set, matcher) : set.intersection(chosen(by: matcher, first))
    }

    private func removing(_ set: OrdinalSet, _ matcher: Matcher, _ first: UInt32) -> OrdinalSet {
        asks(set, matcher) ? satisfying(set, matcher) : set.subtracting(refused(by: matcher, first))
    }

    /// Whether there are fewer series than values to look at.
    private func asks(_ set: OrdinalSet, _ matcher: Matcher) -> Bool { set.count < values(of: matcher.name).count }

    private func satisfying(_ set: OrdinalSet, _ matcher: Matcher) -> OrdinalSet {
        set.filter { table.labels($0).map { matcher.matches($0) } ?? false }
    }

    /// The series that have the label with a value that satisfies the matcher.
    private func chosen(by matcher: Matcher, _ first: UInt32) -> OrdinalSet {
        let values = values(of: matcher.name)
        if matcher.operation == .equal { return OrdinalSet(values.series(matcher.value), from: first) }
        if matcher.operation == .matches, let literals = matcher.expression?.literals { return Self.series(values, of: literals, first) }
        return Self.series(values, first) { matcher.matches($0) }
    }

    /// The series that have the label with a value that does not satisfy the matcher.
    private func refused(by matcher: Matcher, _ first: UInt32) -> OrdinalSet {
        let values = values(of: matcher.name)
        if matcher.operation == .notEqual { return OrdinalSet(values.series(matcher.value), from: first) }
        if matcher.operation == .matches, matcher.expression?.matchesEverything ?? false { return OrdinalSet() }
        if matcher.operation == .matchesNot, let literals = matcher.expression?.literals { return Self.series(values, of: literals, first) }
        return Self.series(values, first) { !matcher.matches($0) }
    }

    private static func series(_ values: LabelValues, of literals: [String], _ first: UInt32) -> OrdinalSet {
        OrdinalSet(anyOf: literals.map { values.series($0) }, from: first)
    }

    private static func series(_ values: LabelValues, _ first: UInt32, where isWanted: (Span<UInt8>) -> Bool) -> OrdinalSet {
        var lists: [Postings] = []
        values.forEach { value, series in if series.reaches(first), isWanted(value) { lists.append(series) } }
        return OrdinalSet(anyOf: lists, from: first)
    }
}
