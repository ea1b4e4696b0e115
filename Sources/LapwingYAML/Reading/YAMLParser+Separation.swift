import LapwingText

/// White space, comments and line breaks between tokens (YAML 1.2.2, sections 6.1 to 6.7).
extension YAMLParser {
    /// Takes the line that starts at `offset` for the current one.
    mutating func beginLine() {
        var index = offset
        while index < end, bytes[index] == Mark.space { index += 1 }
        let spaces = index - offset
        while index < end, Mark.isWhite(bytes[index]) { index += 1 }
        line = Line(start: offset, spaces: spaces, contentStart: index)
    }

    /// Steps over the line break at `offset`, if one is there, and into the next line.
    mutating func skipBreak() {
        guard offset < end, Mark.isBreak(bytes[offset]) else { return }
        let isPair =
            bytes[offset] == Mark.carriageReturn && offset + 1 < end && bytes[offset + 1] == Mark.lineFeed
        offset += isPair ? 2 : 1
        beginLine()
    }

    mutating func skipWhite() {
        while offset < end, Mark.isWhite(bytes[offset]) { offset += 1 }
    }

    /// Steps over white space, comments and line breaks to the next token or the end of the document.
    mutating func skipSeparation() throws(YAMLFailure) {
        while offset < end {
            if offset == line.start, isDocumentMarker { return }
            skipWhite()
            guard let byte = current else { return }
            if byte == Mark.comment, startsComment {
                skipComment()
            } else if Mark.isBreak(byte) {
                skipBreak()
            } else {
                return
            }
        }
    }

    /// Whether the `#` at `offset` starts a comment: only at the start of a line or behind white space.
    var startsComment: Bool { offset == line.start || Mark.isWhite(bytes[offset - 1]) }

    mutating func skipComment() {
        let start = offset
        while offset < end, !Mark.isBreak(bytes[offset]) { offset += 1 }
        comments.append(SourceRange(start, offset))
    }

    /// Steps over what may follow a complete node in its line: white space and a comment.
    mutating func expectLineEnd(after what: String, from start: Int) throws(YAMLFailure) {
        skipWhite()
        guard let byte = current, !Mark.isBreak(byte) else { return }
        if byte == Mark.comment {
            guard startsComment else {
                throw YAMLFailure(
                    "a comment right after \(what)", at: SourceRange(offset, offset + 1),
                    help: "put a space before the \"#\"")
            }
            return skipComment()
        }
        var upper = offset
        while upper < end, !Mark.isBreak(bytes[upper]), upper - offset < 40 { upper += 1 }
        throw YAMLFailure(
            "text after \(what), which started at \(position(start))", at: SourceRange(offset, upper),
            help: trailingHelp(byte, after: start))
    }
}

extension YAMLParser {
    private func trailingHelp(_ byte: UInt8, after start: Int) -> String {
        if byte == Mark.sequenceEnd || byte == Mark.mappingEnd { return "there is one closing bracket too many" }
        if bytes[start] == Mark.singleQuote { return "inside single quotes, write '' for a quote" }
        if bytes[start] == Mark.doubleQuote { return "inside double quotes, write \\\" for a quote" }
        return "start it on a line of its own, or quote the whole"
    }
}

// MARK: faults of indentation

extension YAMLParser {
    /// The fault of a line whose indentation fits no collection that is open.
    func unexpectedIndentation(expected: Int?) -> YAMLFailure {
        if line.isTabbed, isAtLineStart { return tabIndentation() }
        let range = SourceRange(offset, min(offset + 1, end))
        guard let column = expected, line.spaces != column else {
            return YAMLFailure(
                "text that belongs to nothing above it", at: range,
                help: "a key needs a colon and a space behind it, a list item \"- \" before it")
        }
        return YAMLFailure(
            "this line is indented by \(spaces(line.spaces)), expected "
                + (closed.line == line.start ? "\(column) or \(spaces(closed.column))" : spaces(column)),
            at: range, help: "the entries of one list or mapping start in the same column")
    }

    /// The fault of a colon that would make a key of text begun on an earlier line.
    func keyOverLines(from start: Int, parent: Int) -> YAMLFailure {
        let range = SourceRange(offset, offset + 1)
        let first = source.position(of: start)
        guard parent >= 0, start > source.offset(ofLine: first.line) + parent else {
            return YAMLFailure(
                "a key before a colon must stand on one line; this one starts at \(position(start))", at: range,
                help: "does the line above lack its colon? Quote text that contains \": \"")
        }
        return YAMLFailure(
            "this line is indented by \(spaces(line.spaces)), so it continues what starts at \(position(start)), "
                + "and cannot hold a key", at: range,
            help: bytes[source.offset(ofLine: first.line) + parent] == Mark.sequenceEntry
                ? "text that contains \": \" must be quoted"
                : "a key beside that one is indented by \(spaces(parent)); text that contains \": \" must be quoted")
    }

    func tabIndentation() -> YAMLFailure {
        let tab = line.start + line.spaces
        return YAMLFailure(
            "a tab is used for indentation", at: SourceRange(tab, min(tab + 1, end)),
            help: "indent with spaces; YAML gives tabs no width")
    }

    func spaces(_ count: Int) -> String { count == 1 ? "1 space" : "\(count) spaces" }
}
