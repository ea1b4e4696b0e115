import LapwingText

/// A word of a template: plain text, or an item inside an action.
struct Token: Sendable {
    enum Kind: Sendable, Hashable {
        case error
        case boolean, character, characterConstant, complex, assign, declare, end, field, identifier
        case leftDelimiter, leftParenthesis, number, pipe, rawString, rightDelimiter, rightParenthesis, space
        case string, text, variable
        // Keywords.
        case dot, block, breakKeyword, continueKeyword, define, elseKeyword, endKeyword, ifKeyword, nilKeyword
        case rangeKeyword, templateKeyword, withKeyword
    }

    var kind: Kind
    var range: SourceRange
    /// The line of the token's first byte, from 1.
    var line: Int
    /// The token's text; the message of an error.
    var text: String

    static let keywords: [String: Kind] = [
        "block": .block, "break": .breakKeyword, "continue": .continueKeyword, "define": .define,
        "else": .elseKeyword, "end": .endKeyword, "if": .ifKeyword, "nil": .nilKeyword, "range": .rangeKeyword,
        "template": .templateKeyword, "with": .withKeyword,
    ]

    /// How an error message shows the token: quoted and cut to ten characters; keywords in angle brackets.
    var shown: String {
        switch kind {
        case .end: return "EOF"
        case .error: return text
        case .dot, .block, .breakKeyword, .continueKeyword, .define, .elseKeyword, .endKeyword, .ifKeyword,
            .nilKeyword, .rangeKeyword, .templateKeyword, .withKeyword:
            return "<\(text)>"
        default:
            if text.utf8.count <= 10 { return GoQuote.quote(text) }
            return GoQuote.quote(String(String.UnicodeScalarView(text.unicodeScalars.prefix(10)))) + "..."
        }
    }
}
