import Synchronization

/// The classes of `\p{…}`: Unicode's general categories, from the standard library's tables.
///
/// Scripts (`\p{Greek}`) are not among the standard library's properties, and are refused by name.
enum UnicodeClasses {
    private static let cache = Mutex<[String: ScalarSet]>([:])

    /// The set of a category such as `L`, `Lu` or `Any`; nil for an unknown name.
    /// - Complexity: one pass over all of Unicode (about 50 ms) for a name not asked for before.
    static func named(_ name: String) -> ScalarSet? {
        if name == "Any" { return .all }
        guard let categories = categories(name) else { return nil }
        if let known = cache.withLock({ $0[name] }) { return known }
        var ranges: [ClosedRange<UInt32>] = []
        var start: UInt32?
        for value in UInt32(0)...0x110000 {
            let isMember: Bool
            if let scalar = Unicode.Scalar(value) {
                isMember = categories.contains(scalar.properties.generalCategory)
            } else {
                isMember = value <= 0xDFFF && value >= 0xD800 && categories.contains(.surrogate)
            }
            if isMember {
                start = start ?? value
            } else if let first = start {
                ranges.append(first...(value - 1))
                start = nil
            }
        }
        let set = ScalarSet(ranges)
        cache.withLock { $0[name] = set }
        return set
    }

    private static func categories(_ name: String) -> Set<Unicode.GeneralCategory>? {
        if let category = byName[name] { return [category] }
        let members = byName.filter { $0.key.hasPrefix(name) && name.utf8.count == 1 }.map(\.value)
        return members.isEmpty ? nil : Set(members)
    }

    private static let byName: [String: Unicode.GeneralCategory] = [
        "Lu": .uppercaseLetter, "Ll": .lowercaseLetter, "Lt": .titlecaseLetter, "Lm": .modifierLetter, "Lo": .otherLetter,
        "Mn": .nonspacingMark, "Mc": .spacingMark, "Me": .enclosingMark, "Nd": .decimalNumber, "Nl": .letterNumber, "No": .otherNumber,
        "Pc": .connectorPunctuation, "Pd": .dashPunctuation, "Ps": .openPunctuation, "Pe": .closePunctuation,
        "Pi": .initialPunctuation, "Pf": .finalPunctuation, "Po": .otherPunctuation, "Sm": .mathSymbol, "Sc": .currencySymbol,
        "Sk": .modifierSymbol, "So": .otherSymbol, "Zs": .spaceSeparator, "Zl": .lineSeparator, "Zp": .paragraphSeparator,
        "Cc": .control, "Cf": .format, "Cs": .surrogate, "Co": .privateUse,
    ]
}
