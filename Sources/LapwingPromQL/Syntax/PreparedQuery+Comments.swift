import LapwingText

extension PreparedQuery {
    /// The text without comments, which the expression does not know, and without the lines that hold nothing else; nil where there
    /// are none.
    ///
    /// - Complexity: O(bytes).
    public var textWithoutComments: String? {
        let source = Array(text.utf8)
        var lexer = Lexer(source)
        lexer.run()
        var kept: [UInt8] = []
        var end = 0
        for token in lexer.tokens {
            let start = max(end, min(token.range.lowerBound, source.count))
            kept += Self.removingComments(from: source[end..<start])
            kept += source[start..<max(start, min(token.range.upperBound, source.count))]
            end = max(start, min(token.range.upperBound, source.count))
        }
        if kept.count == source.count { return nil }
        let lines = kept.split(separator: UInt8(ascii: "\n")).filter { line in line.contains { !" \t\r".utf8.contains($0) } }
        return lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    }

    /// Between two tokens stand white space and comments alone.
    private static func removingComments(from gap: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var isComment = false
        for byte in gap {
            if byte == UInt8(ascii: "#") { isComment = true }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { isComment = false }
            if !isComment { result.append(byte) }
        }
        return result
    }
}
