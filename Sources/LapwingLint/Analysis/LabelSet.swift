/// A set of label names that may be all but some.
enum LabelSet: Hashable {
    case only(NameSet)
    case allBut(NameSet)

    static let all = LabelSet.allBut([])
    static let none = LabelSet.only([])

    func contains(_ name: String) -> Bool {
        switch self {
        case .only(let names): names.contains(name)
        case .allBut(let names): !names.contains(name)
        }
    }

    func union(_ other: LabelSet) -> LabelSet {
        switch (self, other) {
        case (.only(let a), .only(let b)): .only(a.union(b))
        case (.allBut(let a), .allBut(let b)): .allBut(a.intersection(b))
        case (.only(let some), .allBut(let excluded)), (.allBut(let excluded), .only(let some)): .allBut(excluded.subtracting(some))
        }
    }

    func intersection(_ other: LabelSet) -> LabelSet {
        switch (self, other) {
        case (.only(let a), .only(let b)): .only(a.intersection(b))
        case (.allBut(let a), .allBut(let b)): .allBut(a.union(b))
        case (.only(let some), .allBut(let excluded)), (.allBut(let excluded), .only(let some)): .only(some.subtracting(excluded))
        }
    }

    func subtracting(_ names: NameSet) -> LabelSet { intersection(.allBut(names)) }

    func removing(_ name: String) -> LabelSet {
        switch self {
        case .only(var names):
            names.remove(name)
            return .only(names)
        case .allBut(var names):
            names.insert(name)
            return .allBut(names)
        }
    }

    func inserting(_ name: String) -> LabelSet { union(.only([name])) }
}
