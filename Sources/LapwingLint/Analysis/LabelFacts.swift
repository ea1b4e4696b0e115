import LapwingRegex
import LapwingSeries

/// What is known of the labels of an expression's result before there is any data.
struct LabelFacts: Hashable {
    /// The values that a label can have.
    enum Values: Hashable {
        case any
        case some(NameSet)

        func union(_ other: Values) -> Values {
            guard case (.some(let a), .some(let b)) = (self, other) else { return .any }
            return .some(a.union(b))
        }

        func intersection(_ other: Values) -> Values {
            switch (self, other) {
            case (.any, let values), (let values, .any): values
            case (.some(let a), .some(let b)): .some(a.intersection(b))
            }
        }

        func isDisjoint(with other: Values) -> Bool { intersection(other) == .some([]) }
    }

    /// Labels that a series may have.
    var possible: LabelSet
    /// Labels that every series has, not empty.
    var certain = LabelValues()
    /// Labels that every series has which was scraped by its own name: `job` and `instance`.
    var usual: NameSet = []

    /// No labels: what `vector(1)` and a sum have.
    static let none = LabelFacts(possible: .none)
    static let unknown = LabelFacts(possible: .all)

    func isCertain(_ name: String) -> Bool { certain[name] != nil || usual.contains(name) }

    /// The values of a label that is there.
    func values(of name: String) -> Values { certain[name] ?? .any }

    // MARK: Changes

    func keeping(_ names: NameSet) -> LabelFacts {
        LabelFacts(
            possible: possible.intersection(.only(names)), certain: certain.filter(names.contains),
            usual: usual.intersection(names))
    }

    func dropping(_ names: NameSet) -> LabelFacts {
        LabelFacts(
            possible: possible.subtracting(names), certain: certain.filter { !names.contains($0) }, usual: usual.subtracting(names))
    }

    var withoutName: LabelFacts {
        var facts = self
        facts.possible = possible.removing(LabelName.metric)
        facts.certain[LabelName.metric] = nil
        return facts
    }

    /// With a label that is set; `values` nil where it may also be removed or not be there.
    func setting(_ name: String, to values: Values?) -> LabelFacts {
        var facts = self
        facts.possible = possible.inserting(name)
        facts.usual.remove(name)
        facts.certain[name] = values
        return facts
    }

    /// With labels that are set all at once, each to something.
    func setting(_ labels: [(name: String, values: Values)]) -> LabelFacts {
        let names = NameSet(labels.map(\.name))
        var facts = self
        facts.possible = possible.union(.only(names))
        facts.usual = usual.subtracting(names)
        for label in labels { facts.certain[label.name] = label.values }
        return facts
    }

    /// Of series that come from either.
    func union(_ other: LabelFacts) -> LabelFacts {
        let certain = certain.common(with: other.certain) { $0.union($1) }
        var usual = usual.intersection(other.usual)
        for name in self.usual.union(other.usual) where isCertain(name) && other.isCertain(name) { usual.insert(name) }
        return LabelFacts(possible: possible.union(other.possible), certain: certain, usual: usual)
    }

    /// Of series for which both hold.
    func intersection(_ other: LabelFacts) -> LabelFacts {
        LabelFacts(
            possible: possible.intersection(other.possible), certain: certain.merging(other.certain) { $0.intersection($1) },
            usual: usual.union(other.usual))
    }
}

extension LabelFacts {
    /// Labels that a selector's series have by its matchers alone.
    init(_ matchers: [Matcher]) {
        self = .unknown
        for matcher in matchers {
            if Self.forbids(matcher) {
                possible = possible.subtracting([matcher.name])
            } else if !matcher.matchesEmpty {
                certain[matcher.name] = values(of: matcher.name).intersection(Self.values(of: matcher))
            }
        }
    }

    /// Whether only series without the label satisfy the matcher.
    private static func forbids(_ matcher: Matcher) -> Bool {
        switch matcher.operation {
        case .equal: matcher.value.isEmpty
        case .matches: matcher.expression?.literals == [""]
        case .matchesNot: matcher.expression?.matchesEveryNonEmpty == true
        case .notEqual: false
        }
    }

    private static func values(of matcher: Matcher) -> Values {
        switch matcher.operation {
        case .equal: .some([matcher.value])
        case .matches: (matcher.expression?.literals).map { .some(NameSet($0)) } ?? .any
        case .notEqual, .matchesNot: .any
        }
    }
}
