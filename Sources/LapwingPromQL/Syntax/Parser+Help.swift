import LapwingText

extension Parser {
    /// What the current token, which may not stand where it does, may have been meant to be.
    var help: String? {
        let word = text(current)
        switch current.kind {
        case .assign: return "== compares two values; = stands between a label and its value, inside braces"
        case .equalRegex, .notEqualRegex: return "\(word) stands between a label and an expression, inside braces"
        case .colon: return "a : stands between the range and the step of a subquery"
        case .identifier, .metricIdentifier: return helpWithWord(word)
        case .number, .duration: return helpWithNumber
        case .string: return isBehind(.rightBrace) || isBehind(.identifier) ? "labels are matched inside braces: name{label=\"value\"}" : nil
        case .leftBracket: return "a range stands in brackets behind a selector: name[5m]"
        case .leftBrace: return isBehind(.rightBracket) ? "matchers stand before the range: name{label=\"value\"}[5m]" : nil
        default: return nil
        }
    }

    private func isBehind(_ kind: Token.Kind) -> Bool { position > 0 && tokens[min(position, tokens.count) - 1].kind == kind }

    private func helpWithWord(_ word: String) -> String? {
        let keywords = Token.words.compactMap { name, kind -> String? in
            switch kind {
            case .binary, .keyword: name
            default: nil
            }
        }.sorted()
        if let near = Spelling.nearest(to: word.lowercased(), in: keywords) { return "did you mean \(near)?" }
        switch contexts.last?.expected.isEmpty {
        case false: return "a duration is written like 5m or 1h30m"
        default: return position > 0 ? "an operator is missing before it" : nil
        }
    }

    private var helpWithNumber: String? {
        if isBehind(.identifier) || isBehind(.rightBrace) { return "an operator is missing, or a range in brackets: [\(text(current))]" }
        return position > 0 ? "an operator is missing before it" : nil
    }
}
