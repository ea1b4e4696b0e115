import LapwingText

/// Nodes that indentation delimits (YAML 1.2.2, chapter 8).
extension YAMLParser {
    /// Reads a node inside a collection whose entries start in column `parent` (−1 for a document).
    ///
    /// - Parameters:
    ///   - isCompact: whether a block collection may start in this line, as after `- `.
    ///   - allowsZeroIndent: whether a list may start in column `parent` itself, as below a key.
    mutating func blockNode(parent: Int, isCompact: Bool, allowsZeroIndent: Bool) throws(YAMLFailure) -> YAMLNode {
        let indicatorEnd = offset
        try enter()
        defer { depth -= 1 }
        var outer = NodeProperties()
        try skipSeparation()
        while true {
            guard try hasContent(parent: parent, allowsZeroIndent: allowsZeroIndent) else {
                return try finish(empty(at: indicatorEnd), outer, startMeasure())
            }
            let isTabbed = isAtLineStart ? line.isTabbed : isCompact && hasTab(from: indicatorEnd, to: offset)
            let place = BlockPlace(
                parent: parent, column: column, isTabbed: isTabbed,
                mayStartCollection: !isTabbed && (isAtLineStart || (isCompact && outer.isEmpty)))
            let lineStart = line.start
            let own = try properties(inFlow: false)
            if !own.isEmpty {
                try skipSeparation()
                if line.start != lineStart || isAtDocumentEnd {
                    outer = try joined(outer, own)
                    continue
                }
            }
            return try blockContent(place, outer, own)
        }
    }

    /// Where a block node's content stands.
    struct BlockPlace {
        var parent: Int
        var column: Int
        /// Whether a tab stands where only spaces may before a collection.
        var isTabbed: Bool
        var mayStartCollection: Bool
    }

    private func hasTab(from lower: Int, to upper: Int) -> Bool {
        lower < upper && bytes[lower..<upper].contains(Mark.tab)
    }

    /// Whether the token here belongs to a node inside a collection in column `parent`.
    private func hasContent(parent: Int, allowsZeroIndent: Bool) throws(YAMLFailure) -> Bool {
        if isAtDocumentEnd { return false }
        if !isAtLineStart || line.spaces > parent { return true }
        if line.isTabbed { throw tabIndentation() }
        return allowsZeroIndent && line.spaces == parent && isIndicator(Mark.sequenceEntry)
    }

    private mutating func blockContent(
        _ place: BlockPlace, _ outer: NodeProperties, _ own: NodeProperties
    ) throws(YAMLFailure) -> YAMLNode {
        let measure = startMeasure()
        if isIndicator(Mark.sequenceEntry) {
            try expectCollectionStart(place, own, "a list item")
            let isZeroIndented = place.column == place.parent
            return try finish(blockSequence(column: place.column, isZeroIndented: isZeroIndented), outer, measure)
        }
        if isIndicator(Mark.mappingKey) {
            try expectCollectionStart(place, own, "a \"? \" key")
            return try finish(blockMapping(column: place.column, firstKey: nil), outer, measure)
        }
        if current == Mark.literal || current == Mark.folded {
            return try finish(blockScalar(parent: place.parent), joined(outer, own), measure)
        }
        let start = offset
        let startLine = line.start
        let keyMeasure = startMeasure()
        let node =
            isIndicator(Mark.mappingValue)
            ? empty(at: offset) : try flowContent(parent: place.parent, inFlow: false)
        let contentEnd = offset
        skipWhite()
        guard isIndicator(Mark.mappingValue) else {
            let whole = try finish(node, joined(outer, own), measure)
            offset = contentEnd
            try expectLineEnd(after: describe(node), from: start)
            return whole
        }
        try expectImplicitKey(from: own.start ?? start, startLine: startLine, upper: contentEnd, place.parent)
        guard place.mayStartCollection else { throw misplaced("a mapping", place) }
        let key = try finish(node, own, keyMeasure)
        try deepen()
        return try finish(blockMapping(column: place.column, firstKey: key), outer, measure)
    }

    private func expectCollectionStart(
        _ place: BlockPlace, _ own: NodeProperties, _ what: String
    ) throws(YAMLFailure) {
        let range = SourceRange(offset, offset + 1)
        guard own.isEmpty else {
            throw YAMLFailure(
                "a tag or anchor in the same line before \(what)", at: range,
                help: "put it on the line above for the whole collection, or after \"\(source[range]) \" for this entry"
            )
        }
        guard place.mayStartCollection else { throw misplaced(what, place) }
    }

    private func misplaced(_ what: String, _ place: BlockPlace) -> YAMLFailure {
        let range = SourceRange(offset, offset + 1)
        if place.isTabbed {
            return line.isTabbed
                ? tabIndentation()
                : YAMLFailure("a tab before \(what)", at: range, help: "put a space in its place")
        }
        return YAMLFailure(
            "\(what) cannot start in this line", at: range,
            help: current == Mark.mappingValue
                ? "quote text that contains \": \", or start the mapping on a line of its own"
                : "start it on a line of its own")
    }

    /// Checks that what turned out to be a key is one line and not too long.
    func expectImplicitKey(
        from start: Int, startLine: Int, upper: Int, _ parent: Int
    ) throws(YAMLFailure) {
        guard line.start == startLine else { throw keyOverLines(from: start, parent: parent) }
        let count = bytes[start..<upper].reduce(0) { $1 & 0xC0 != 0x80 ? $0 + 1 : $0 }
        guard count <= limits.implicitKeyCharacters else {
            throw YAMLFailure(
                "this key has \(count) characters; at most \(limits.implicitKeyCharacters) may stand before a colon",
                at: SourceRange(start, upper), help: "write a long key after \"? \"")
        }
    }

    func describe(_ node: YAMLNode) -> String {
        if node.alias != nil { return "an alias" }
        switch node.content {
        case .sequence: return "the closing \"]\" of a list"
        case .mapping: return "the closing \"}\" of a mapping"
        case .scalar(let scalar):
            return scalar.style == .plain ? "this text" : "the closing quote of a text"
        }
    }
}
