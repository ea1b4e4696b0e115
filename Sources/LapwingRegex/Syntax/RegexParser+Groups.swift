/// What stands in parentheses: groups with and without names, and flags.
extension RegexParser {
    mutating func parseGroup() throws(RegularExpressionError) -> RegexNode? {
        let start = position
        advance()
        if current == "?" { return try parseSpecialGroup(start) }
        groupNames.append("")
        let index = groupNames.count - 1
        return .group(try parseGroupBody(), index: index)
    }

    private mutating func parseGroupBody() throws(RegularExpressionError) -> RegexNode {
        let node = try parseAlternation()
        guard skip(")") else {
            throw RegularExpressionError("missing closing )", text(0..<pattern.count), at: range(0..<pattern.count))
        }
        return node
    }

    private mutating func parseSpecialGroup(_ start: Int) throws(RegularExpressionError) -> RegexNode? {
        if peek(1) == "P" && peek(2) == "<" && peek(3) != nil || peek(1) == "<" && peek(2) != nil {
            advance(peek(1) == "P" ? 3 : 2)
            let nameStart = position
            while current != nil, current != ">" { advance() }
            let name = text(nameStart..<position)
            guard skip(">") else {
                throw RegularExpressionError(
                    "invalid named capture", text(start..<pattern.count), at: range(start..<pattern.count))
            }
            let isWord = !name.isEmpty && name.unicodeScalars.allSatisfy { ScalarSet.word.contains($0.value) }
            guard isWord else { throw failure("invalid named capture", from: start) }
            groupNames.append(name)
            let index = groupNames.count - 1
            return .group(try parseGroupBody(), index: index)
        }
        advance()
        var changed = flags
        var isNegative = false
        var sawFlag = false
        while let scalar = current {
            advance()
            switch scalar {
            case "i": changed.foldsCase = !isNegative
            case "m": changed.isMultiline = !isNegative
            case "s": changed.dotMatchesNewline = !isNegative
            case "U": changed.isUngreedy = !isNegative
            case "-":
                if isNegative { throw failure("invalid or unsupported Perl syntax", from: start) }
                isNegative = true
                sawFlag = false
                continue
            case ")", ":":
                if isNegative, !sawFlag { throw failure("invalid or unsupported Perl syntax", from: start) }
                if scalar == ")" {
                    flags = changed
                    return nil
                }
                let outer = flags
                flags = changed
                let node = try parseGroupBody()
                flags = outer
                return node
            default: throw failure("invalid or unsupported Perl syntax", from: start)
            }
            sawFlag = true
        }
        throw failure("invalid or unsupported Perl syntax", from: start)
    }
}
