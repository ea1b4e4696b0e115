/// Text as it may stand in an element or a quoted attribute of XML or HTML.
enum MarkupText {
    /// Control characters, which XML has no way to say, become replacement characters.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar.value < 0x20 && scalar != "\n" && scalar != "\t" ? "\u{FFFD}" : scalar)
            }
        }
        return result
    }
}
