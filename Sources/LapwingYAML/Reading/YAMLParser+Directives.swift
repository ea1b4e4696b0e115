import LapwingText

/// `%YAML` and `%TAG` (YAML 1.2.2, section 6.8).
extension YAMLParser {
    /// Reads the directives before a document; whether there were any.
    mutating func directives() throws(YAMLFailure) -> Bool {
        var hasVersion = false
        var count = 0
        while offset == line.start, current == Mark.directive {
            count += 1
            let start = offset
            offset += 1
            let words = directiveWords()
            switch words.first?.text {
            case "YAML":
                guard !hasVersion else {
                    throw YAMLFailure("a second %YAML directive", at: SourceRange(start, offset))
                }
                hasVersion = true
                try version(words, at: SourceRange(start, offset))
            case "TAG":
                try tagHandle(words, at: SourceRange(start, offset))
            default:
                let name = words.first?.text ?? ""
                warnings.append(
                    Diagnostic(.warning, "directive %\(name) is unknown and ignored", at: SourceRange(start, offset)))
            }
            try expectLineEnd(after: "a directive", from: start)
            try skipSeparation()
        }
        return count > 0
    }

    private mutating func directiveWords() -> [(text: String, range: SourceRange)] {
        var words: [(text: String, range: SourceRange)] = []
        var upper = offset
        while true {
            skipWhite()
            guard let byte = current, !Mark.isBreak(byte), byte != Mark.comment || !startsComment else { break }
            let start = offset
            while offset < end, !Mark.isBlank(bytes[offset]) { offset += 1 }
            words.append((String(decoding: bytes[start..<offset], as: UTF8.self), SourceRange(start, offset)))
            upper = offset
        }
        offset = upper
        return words
    }

    private mutating func version(_ words: [(text: String, range: SourceRange)], at range: SourceRange)
        throws(YAMLFailure)
    {
        let parts = words.count == 2 ? words[1].text.split(separator: ".", omittingEmptySubsequences: false) : []
        let isNumeric = parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(Mark.isDigit) }
        guard isNumeric else {
            throw YAMLFailure("expected a version, as in \"%YAML 1.2\"", at: range)
        }
        guard parts[0] == "1" else {
            throw YAMLFailure("YAML \(words[1].text) is not known", at: words[1].range, help: "this reads YAML 1.2")
        }
        if parts[1] != "2" {
            warnings.append(
                Diagnostic(.warning, "YAML \(words[1].text) is read as YAML 1.2", at: words[1].range))
        }
    }

    private mutating func tagHandle(_ words: [(text: String, range: SourceRange)], at range: SourceRange)
        throws(YAMLFailure)
    {
        guard words.count == 3, Self.isTagHandle(words[1].text) else {
            throw YAMLFailure(
                "expected a handle and a prefix, as in \"%TAG !e! tag:example.com,2000:\"", at: range)
        }
        guard tagHandles[words[1].text] == nil else {
            throw YAMLFailure("a second %TAG directive for \(words[1].text)", at: words[1].range)
        }
        tagHandles[words[1].text] = words[2].text
    }

    /// Whether it is `!`, `!!` or a word between two `!`.
    private static func isTagHandle(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.first == Mark.tag, bytes.last == Mark.tag else { return false }
        return bytes.count <= 2 || bytes[1..<(bytes.count - 1)].allSatisfy(Mark.isWord)
    }
}
