/// Capital and small letters as Go's `strings.ToUpper`, `strings.ToLower` and `cases.Title` change them: one character
/// for one, so that `ß` stays.
enum LetterCase {
    static func upper(_ text: String) -> String { mapped(text) { $0.properties.uppercaseMapping } }

    /// `İ` becomes a plain `i`.
    static func lower(_ text: String) -> String {
        mapped(text) { $0 == "\u{130}" ? "i" : $0.properties.lowercaseMapping }
    }

    /// The first letter of each word as a capital, the others as they are.
    static func title(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var isInsideWord = false
        var wasJoiner = false
        for scalar in text.unicodeScalars {
            if scalar.properties.isCased {
                if isInsideWord {
                    result.append(scalar)
                } else {
                    result.append(contentsOf: scalar.properties.titlecaseMapping.unicodeScalars)
                }
                isInsideWord = true
                wasJoiner = false
                continue
            }
            result.append(scalar)
            let isJoiner = ["'", "\u{2019}", ".", ":", "\u{B7}"].contains(scalar)
            let continues = isContinuing(scalar)
            if !continues, !isJoiner || wasJoiner { isInsideWord = false }
            wasJoiner = isJoiner
        }
        return String(result)
    }

    /// Letters without case, digits, marks and underscores stand inside a word.
    private static func isContinuing(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .otherLetter, .modifierLetter, .decimalNumber, .nonspacingMark, .spacingMark, .enclosingMark,
            .connectorPunctuation, .format:
            true
        default: false
        }
    }

    private static func mapped(_ text: String, _ mapping: (Unicode.Scalar) -> String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let mapped = mapping(scalar).unicodeScalars
            result.append(mapped.count == 1 ? mapped[mapped.startIndex] : scalar)
        }
        return String(result)
    }
}
