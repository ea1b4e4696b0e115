import Synchronization

/// The classes of `\p{…}`: Unicode's general categories from the standard library's tables, and its scripts.
///
/// Names are read as Go does since 1.25: letter case, spaces, hyphens and underscores do not count, and a category's
/// long name (`\p{Letter}`) stands for its short one.
enum UnicodeClasses {
    private static let cache = Mutex<[String: ScalarSet]>([:])

    /// The set of a category such as `L`, `Lu` or `Any`, or of a script; nil for an unknown name.
    /// - Complexity: one pass over all of Unicode (about 80 ms) for a category not asked for before.
    static func named(_ name: String) -> ScalarSet? {
        let name = canonicalName(name)
        switch name {
        case "Any": return .all
        case "Ascii": return ScalarSet([0...0x7F])
        case "Assigned": return named("Cn")?.inverted
        default: break
        }
        if let known = cache.withLock({ $0[name] }) { return known }
        let set: ScalarSet
        if let categories = categories[name] ?? aliases[name].flatMap({ categories[$0] }) {
            set = members(of: categories)
        } else if let script = UnicodeScripts.named(name) {
            set = script
        } else {
            return nil
        }
        cache.withLock { $0[name] = set }
        return set
    }

    /// A name with a capital first letter and small others, without spaces, hyphens and underscores.
    static func canonicalName(_ name: String) -> String {
        let letters = name.unicodeScalars.filter { $0 != "_" && $0 != "-" && $0 != " " }
        guard letters.allSatisfy(\.isASCII) else { return name }
        return String(String.UnicodeScalarView(letters.prefix(1))).uppercased()
            + String(String.UnicodeScalarView(letters.dropFirst())).lowercased()
    }

    private static func members(of categories: Set<Unicode.GeneralCategory>) -> ScalarSet {
        var ranges: [ClosedRange<UInt32>] = []
        var start: UInt32?
        for value in UInt32(0)...0x110000 {
            let isMember: Bool
            if let scalar = Unicode.Scalar(value) {
                isMember = categories.contains(scalar.properties.generalCategory)
            } else {
                isMember = value <= 0x10FFFF && categories.contains(.surrogate)
            }
            if isMember {
                start = start ?? value
            } else if let first = start {
                ranges.append(first...(value - 1))
                start = nil
            }
        }
        return ScalarSet(ranges)
    }

    private static let categories: [String: Set<Unicode.GeneralCategory>] = {
        var all: [String: Set<Unicode.GeneralCategory>] = [:]
        for (name, category) in byName {
            all[name] = [category]
            all[String(name.prefix(1)), default: []].insert(category)
        }
        all["Lc"] = [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter]
        return all
    }()

    private static let byName: [String: Unicode.GeneralCategory] = [
        "Lu": .uppercaseLetter, "Ll": .lowercaseLetter, "Lt": .titlecaseLetter, "Lm": .modifierLetter,
        "Lo": .otherLetter, "Mn": .nonspacingMark, "Mc": .spacingMark, "Me": .enclosingMark, "Nd": .decimalNumber,
        "Nl": .letterNumber, "No": .otherNumber, "Pc": .connectorPunctuation, "Pd": .dashPunctuation,
        "Ps": .openPunctuation, "Pe": .closePunctuation, "Pi": .initialPunctuation, "Pf": .finalPunctuation,
        "Po": .otherPunctuation, "Sm": .mathSymbol, "Sc": .currencySymbol, "Sk": .modifierSymbol, "So": .otherSymbol,
        "Zs": .spaceSeparator, "Zl": .lineSeparator, "Zp": .paragraphSeparator, "Cc": .control, "Cf": .format,
        "Cs": .surrogate, "Co": .privateUse, "Cn": .unassigned,
    ]

    /// The long names of `PropertyValueAliases.txt`, canonical.
    private static let aliases: [String: String] = [
        "Letter": "L", "Casedletter": "Lc", "Uppercaseletter": "Lu", "Lowercaseletter": "Ll", "Titlecaseletter": "Lt",
        "Modifierletter": "Lm", "Otherletter": "Lo", "Mark": "M", "Combiningmark": "M", "Nonspacingmark": "Mn",
        "Spacingmark": "Mc", "Enclosingmark": "Me", "Number": "N", "Decimalnumber": "Nd", "Digit": "Nd",
        "Letternumber": "Nl", "Othernumber": "No", "Punctuation": "P", "Punct": "P", "Connectorpunctuation": "Pc",
        "Dashpunctuation": "Pd", "Openpunctuation": "Ps", "Closepunctuation": "Pe", "Initialpunctuation": "Pi",
        "Finalpunctuation": "Pf", "Otherpunctuation": "Po", "Symbol": "S", "Mathsymbol": "Sm", "Currencysymbol": "Sc",
        "Modifiersymbol": "Sk", "Othersymbol": "So", "Separator": "Z", "Spaceseparator": "Zs", "Lineseparator": "Zl",
        "Paragraphseparator": "Zp", "Other": "C", "Control": "Cc", "Cntrl": "Cc", "Format": "Cf", "Surrogate": "Cs",
        "Privateuse": "Co", "Unassigned": "Cn",
    ]
}
