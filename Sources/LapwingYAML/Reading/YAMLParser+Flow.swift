import LapwingText

/// Nodes that brackets, braces and quotes delimit (YAML 1.2.2, chapter 7).
extension YAMLParser {
    /// Reads an alias, a plain or quoted scalar or a flow collection, without properties.
    mutating func flowContent(parent: Int, inFlow: Bool) throws(YAMLFailure) -> YAMLNode {
        let start = offset
        let scalar: YAMLScalar
        switch current {
        case Mark.alias: return try alias()
        case Mark.sequenceStart: return try flowSequence(parent: parent)
        case Mark.mappingStart: return try flowMapping(parent: parent)
        case Mark.doubleQuote: scalar = try doubleQuoted(parent: parent)
        case Mark.singleQuote: scalar = try singleQuoted(parent: parent)
        default: scalar = try plain(parent: parent, inFlow: inFlow)
        }
        return YAMLNode(range: SourceRange(start, offset), content: .scalar(scalar))
    }

    /// Steps over white space, comments and line breaks inside the flow collection opened at `open`.
    private mutating func flowSeparation(parent: Int, open: Int) throws(YAMLFailure) {
        let startLine = line.start
        try skipSeparation()
        if isAtDocumentEnd {
            let bracket = bytes[open] == Mark.sequenceStart ? "\"[\"" : "\"{\""
            let closing = bytes[open] == Mark.sequenceStart ? "\"]\"" : "\"}\""
            throw YAMLFailure(
                "this \(bracket) is never closed", at: SourceRange(open, open + 1),
                help: "expected \(closing) before \(offset >= end ? "the end of the text" : "the end of the document")"
                    + ", at \(position(offset))")
        }
        guard line.start != startLine, line.spaces <= parent, limits.indentsFlow else { return }
        if line.isTabbed { throw tabIndentation() }
        throw YAMLFailure(
            "this line is indented by \(spaces(line.spaces)), expected at least \(spaces(parent + 1))",
            at: SourceRange(offset, offset + 1),
            help: "it continues what was opened at \(position(open)), so it stands further in than that one's key")
    }

    private mutating func flowSequence(parent: Int) throws(YAMLFailure) -> YAMLNode {
        let open = offset
        var items: [YAMLNode] = []
        offset += 1
        while true {
            try flowSeparation(parent: parent, open: open)
            if current == Mark.sequenceEnd { break }
            items.append(try flowSequenceEntry(parent: parent, open: open))
            try flowSeparation(parent: parent, open: open)
            guard try isAtFlowComma(open: open) else { break }
            offset += 1
        }
        offset += 1
        return YAMLNode(range: SourceRange(open, offset), content: .sequence(items), isFlow: true)
    }

    /// Whether a comma follows an entry, or else the end of its collection.
    private func isAtFlowComma(open: Int) throws(YAMLFailure) -> Bool {
        let isSequence = bytes[open] == Mark.sequenceStart
        if current == Mark.collectEntry { return true }
        if current == (isSequence ? Mark.sequenceEnd : Mark.mappingEnd) { return false }
        let expected = isSequence ? "\",\" or \"]\"" : "\",\" or \"}\""
        let help: String?
        switch current {
        case Mark.mappingValue:
            help =
                isSequence
                ? "a key inside a list must stand on one line with its colon"
                : "is a comma missing before this key, or a space behind an earlier colon?"
        case Mark.sequenceStart, Mark.mappingStart: help = "is a bracket or brace part of a text? inside of what was opened such a text has to be quoted"
        case Mark.comment: help = "a comment needs a space before its \"#\""
        default: help = nil
        }
        throw YAMLFailure(
            "expected \(expected) in what was opened at \(position(open))", at: SourceRange(offset, offset + 1),
            help: help)
    }

    /// Reads an item of a flow list: a node, or a mapping of one pair.
    private mutating func flowSequenceEntry(parent: Int, open: Int) throws(YAMLFailure) -> YAMLNode {
        let start = offset
        let startLine = line.start
        let measure = startMeasure()
        let isExplicit = isIndicator(Mark.mappingKey)
        let key: YAMLNode
        if isExplicit {
            offset += 1
            try flowSeparation(parent: parent, open: open)
            key = try flowNode(parent: parent, open: open)
            try flowSeparation(parent: parent, open: open)
        } else {
            key = try flowNode(parent: parent, open: open)
            let upper = offset
            guard line.start == startLine else { return key }
            skipWhite()
            guard isFlowValue(after: key) else {
                offset = upper
                return key
            }
        }
        if !isExplicit, offset - start > limits.implicitKeyCharacters {
            throw YAMLFailure(
                "a key of more than \(limits.implicitKeyCharacters) bytes inside a list",
                at: SourceRange(start, offset), help: "write a long key after \"? \"")
        }
        try deepen()
        let value = try flowValue(after: key, parent: parent, open: open, isNested: true)
        let pair = try mapping(of: [.init(key: key, value: value)])
        let upper = max(key.range.upperBound, value.range.upperBound, start)
        return try finish(
            YAMLNode(range: SourceRange(start, upper), content: .mapping(pair), isFlow: true), NodeProperties(), measure
        )
    }

    private mutating func flowMapping(parent: Int) throws(YAMLFailure) -> YAMLNode {
        let open = offset
        var entries: [YAMLMapping.Entry] = []
        offset += 1
        while true {
            try flowSeparation(parent: parent, open: open)
            if current == Mark.mappingEnd { break }
            let isExplicit = isIndicator(Mark.mappingKey)
            if isExplicit {
                offset += 1
                try flowSeparation(parent: parent, open: open)
            } else if current == Mark.collectEntry {
                throw nothingBeforeComma(open: open)
            }
            let key = try flowNode(parent: parent, open: open)
            try flowSeparation(parent: parent, open: open)
            let value = try flowValue(after: key, parent: parent, open: open, isNested: false)
            entries.append(.init(key: key, value: value))
            try flowSeparation(parent: parent, open: open)
            guard try isAtFlowComma(open: open) else { break }
            offset += 1
        }
        offset += 1
        return YAMLNode(
            range: SourceRange(open, offset), content: .mapping(try mapping(of: entries)), isFlow: true)
    }

    /// Whether a colon here belongs to `key`: after quotes and brackets it needs no space behind it.
    private func isFlowValue(after key: YAMLNode) -> Bool {
        guard current == Mark.mappingValue else { return false }
        return isQuotedOrBracketed(key) || isFlowValueIndicator
    }

    private func isQuotedOrBracketed(_ node: YAMLNode) -> Bool {
        if node.alias != nil { return false }
        return node.isFlow || node.scalar.map { $0.style != .plain } ?? false
    }

    /// Whether a colon stands here that cannot be part of a plain scalar.
    private var isFlowValueIndicator: Bool {
        isIndicator(Mark.mappingValue)
            || (current == Mark.mappingValue && Mark.isFlowIndicator(bytes[offset + 1]))
    }

    /// Reads the value after a key, or nothing where no colon follows.
    private mutating func flowValue(
        after key: YAMLNode, parent: Int, open: Int, isNested: Bool
    ) throws(YAMLFailure) -> YAMLNode {
        if isNested { try enter() }
        defer { if isNested { depth -= 1 } }
        guard isFlowValue(after: key) else {
            return try finish(empty(at: key.range.upperBound), NodeProperties(), startMeasure())
        }
        offset += 1
        let colonEnd = offset
        try flowSeparation(parent: parent, open: open)
        if current == Mark.collectEntry || current == Mark.sequenceEnd || current == Mark.mappingEnd {
            return try finish(empty(at: colonEnd), NodeProperties(), startMeasure())
        }
        return try flowNode(parent: parent, open: open)
    }

    /// Reads a node inside a flow collection, with its properties; an empty one before a colon or an end.
    private mutating func flowNode(parent: Int, open: Int) throws(YAMLFailure) -> YAMLNode {
        try enter()
        defer { depth -= 1 }
        let measure = startMeasure()
        let start = offset
        var all = NodeProperties()
        while let byte = current, byte == Mark.anchor || byte == Mark.tag {
            let more = try properties(inFlow: true)
            all = try joined(all, more)
            try flowSeparation(parent: parent, open: open)
        }
        let isEnd =
            current == Mark.collectEntry || current == Mark.sequenceEnd || current == Mark.mappingEnd
            || isFlowValueIndicator
        if isEnd {
            if all.isEmpty, current == Mark.collectEntry { throw nothingBeforeComma(open: open) }
            if all.isEmpty, !isFlowValueIndicator, start == offset, current != closing(of: open) {
                throw mismatched(open: open)
            }
            return try finish(empty(at: offset), all, measure)
        }
        return try finish(flowContent(parent: parent, inFlow: true), all, measure)
    }

    private func closing(of open: Int) -> UInt8 {
        bytes[open] == Mark.sequenceStart ? Mark.sequenceEnd : Mark.mappingEnd
    }

    private func mismatched(open: Int) -> YAMLFailure {
        let found = source[SourceRange(offset, offset + 1)]
        let opened = source[SourceRange(open, open + 1)]
        return YAMLFailure(
            "\"\(found)\" does not close the \"\(opened)\" opened at \(position(open))",
            at: SourceRange(offset, offset + 1))
    }

    private func nothingBeforeComma(open: Int) -> YAMLFailure {
        YAMLFailure(
            "nothing stands before this comma", at: SourceRange(offset, offset + 1),
            help: "in what was opened at \(position(open)); write null or \"\" for an empty entry")
    }
}
