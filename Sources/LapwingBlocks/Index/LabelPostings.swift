import LapwingRegex
import LapwingSeries

/// Something that lists series by label: a block's index, or the head's.
protocol LabelPostings {
    /// Every series, ascending.
    func all() throws(ReadError) -> [UInt32]
    func postings(_ name: String, _ value: String) throws(ReadError) -> [UInt32]
    /// The series of every value of a label that is wanted, one list for each.
    func postings(_ name: String, where isWanted: (Span<UInt8>) -> Bool) throws(ReadError) -> [[UInt32]]
    /// How many values a label has.
    func valueCount(_ name: String) throws(ReadError) -> Int
    func labels(_ series: UInt32) throws(ReadError) -> Labels
}

extension LabelPostings {
    /// The series that satisfy every matcher, ascending.
    ///
    /// Matchers that an absent label cannot satisfy choose series, the others take some of those away. Where few are
    /// left, their own labels are asked instead of all values of a label.
    /// Source: Prometheus 3.14 `tsdb/querier.go`, `PostingsForMatchers`.
    func series(matching matchers: [Matcher]) throws(ReadError) -> [UInt32] {
        let choosing = matchers.filter { !$0.matchesEmpty }
        var found: [UInt32]?
        for matcher in choosing.filter({ $0.operation == .equal }) + choosing.filter({ $0.operation != .equal }) {
            guard let current = found else {
                found = try chosen(by: matcher)
                continue
            }
            if current.isEmpty { return [] }
            found = try isCheaper(matcher, for: current) ? filtered(current, matcher) : Postings.intersection(current, chosen(by: matcher))
        }
        var result = if let found { found } else { try all() }
        for matcher in matchers where matcher.matchesEmpty && !result.isEmpty {
            if matcher.operation == .matches, matcher.expression?.matchesEverything ?? false { continue }
            result = try isCheaper(matcher, for: result) ? filtered(result, matcher) : Postings.difference(result, refused(by: matcher))
        }
        return result
    }

    /// Whether asking the series one by one costs less than asking the values.
    private func isCheaper(_ matcher: Matcher, for series: [UInt32]) throws(ReadError) -> Bool {
        if matcher.operation == .equal, !matcher.value.isEmpty { return false }
        if matcher.operation == .notEqual, !matcher.value.isEmpty { return false }
        if matcher.expression?.literals != nil { return false }
        return try valueCount(matcher.name) / 4 > series.count
    }

    private func filtered(_ series: [UInt32], _ matcher: Matcher) throws(ReadError) -> [UInt32] {
        var result: [UInt32] = []
        for number in series where matcher.matches(try labels(number)) { result.append(number) }
        return result
    }

    /// The series that have the label with a value that satisfies the matcher.
    private func chosen(by matcher: Matcher) throws(ReadError) -> [UInt32] {
        if matcher.operation == .equal { return try postings(matcher.name, matcher.value) }
        if matcher.operation == .matches, let literals = matcher.expression?.literals { return try union(of: matcher.name, literals) }
        return Postings.union(try postings(matcher.name) { matcher.matches($0) })
    }

    /// The series that have the label with a value that does not satisfy the matcher.
    private func refused(by matcher: Matcher) throws(ReadError) -> [UInt32] {
        if matcher.operation == .notEqual { return try postings(matcher.name, matcher.value) }
        if matcher.operation == .matchesNot, let literals = matcher.expression?.literals { return try union(of: matcher.name, literals) }
        return Postings.union(try postings(matcher.name) { !matcher.matches($0) })
    }

    private func union(of name: String, _ literals: [String]) throws(ReadError) -> [UInt32] {
        var lists: [[UInt32]] = []
        for literal in literals { lists.append(try postings(name, literal)) }
        return Postings.union(lists)
    }
}
