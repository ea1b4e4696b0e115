/// Text as it may stand in an element or a quoted attribute of XML or HTML.
enum MarkupText {
    /// Characters that XML 1.0 has no way to say become replacement characters.
    static func escaped(_ text: String) -> String { escaped(text, alsoBreaks: false) }

    /// The same for an attribute, where a reader of XML takes a bare line break or tab for a space.
    ///
    /// Source: XML 1.0, fifth edition, sections 2.2 and 3.3.3.
    static func attribute(_ text: String) -> String { escaped(text, alsoBreaks: true) }

    private static func escaped(_ text: String, alsoBreaks: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\r": result += "&#13;"
            case "\n" where alsoBreaks: result += "&#10;"
            case "\t" where alsoBreaks: result += "&#9;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case "\0"..<" ", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
