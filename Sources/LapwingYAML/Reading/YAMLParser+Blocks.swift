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
    private func expectImplicitKey(
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

// MARK: collections

extension YAMLParser {
    /// Reads a list whose first `-` is here.
    private mutating func blockSequence(column: Int, isZeroIndented: Bool) throws(YAMLFailure) -> YAMLNode {
        let start = offset
        let items = try listItems(column: column, isZeroIndented: isZeroIndented, from: start)
        let upper = items.last?.range.upperBound ?? start
        return YAMLNode(range: SourceRange(start, max(upper, start + 1)), content: .sequence(items))
    }

    /// Reads the items of a list that starts at `start`, from the `-` that is here on.
    mutating func listItems(column: Int, isZeroIndented: Bool, from start: Int) throws(YAMLFailure) -> [YAMLNode] {
        var ahead: ListAhead?
        if end - offset >= leastAhead {
            ahead = ListAhead(of: self, column: column, isZeroIndented: isZeroIndented)
            leastAhead = .max
        }
        defer { ahead?.abandon() }
        var items: [YAMLNode] = []
        while true {
            offset += 1
            items.append(try blockNode(parent: column, isCompact: true, allowsZeroIndent: false))
            guard try isAtNextEntry(column: column) else { break }
            if let ahead, offset == ahead.start, let rest = ahead.rest(after: self), takeOver(rest.parser) { return items + rest.items }
            if isIndicator(Mark.sequenceEntry) { continue }
            if isZeroIndented { break }
            throw YAMLFailure(
                "expected \"- \" for the next item of the list that starts at \(position(start))",
                at: SourceRange(offset, offset + 1))
        }
        return items
    }

    /// Goes on where another reader stopped that began here; not where both together have read too much.
    private mutating func takeOver(_ other: YAMLParser) -> Bool {
        guard nodeCount + other.nodeCount <= limits.nodes else { return false }
        nodeCount += other.nodeCount
        comments += other.comments
        deepest = max(deepest, other.deepest)
        anchors.merge(other.anchors) { $1 }
        (offset, line, closed) = (other.offset, other.line, other.closed)
        return true
    }

    /// Whether another entry of the collection in this column follows.
    private mutating func isAtNextEntry(column: Int) throws(YAMLFailure) -> Bool {
        try skipSeparation()
        if isAtDocumentEnd { return false }
        if line.spaces < column {
            closed = (column, line.start)
            return false
        }
        guard line.spaces == column, !line.isTabbed else { throw unexpectedIndentation(expected: column) }
        return true
    }

    /// Reads a mapping from its first key, which is read already (and its colon is here) unless `?` is here.
    private mutating func blockMapping(column: Int, firstKey: YAMLNode?) throws(YAMLFailure) -> YAMLNode {
        let start = firstKey.map { min($0.range.lowerBound, offset) } ?? offset
        var entries: [YAMLMapping.Entry] = []
        entries.reserveCapacity(4)
        var key = firstKey
        while true {
            if let key {
                offset += 1
                let value = try blockNode(parent: column, isCompact: false, allowsZeroIndent: true)
                entries.append(.init(key: key, value: value))
            } else {
                entries.append(try explicitEntry(column: column))
            }
            guard try isAtNextEntry(column: column) else { break }
            key = isIndicator(Mark.mappingKey) ? nil : try implicitKey(column: column, mapping: start)
        }
        let upper = entries.last.map { max($0.key.range.upperBound, $0.value.range.upperBound) } ?? start
        return YAMLNode(
            range: SourceRange(start, max(start, upper)), content: .mapping(try mapping(of: entries)))
    }

    /// Reads `? key`, and `: value` if that follows.
    private mutating func explicitEntry(column: Int) throws(YAMLFailure) -> YAMLMapping.Entry {
        offset += 1
        let key = try blockNode(parent: column, isCompact: true, allowsZeroIndent: true)
        let keyEnd = min(offset, end)
        let isFollowed = try isAtNextEntry(column: column)
        guard isFollowed, isIndicator(Mark.mappingValue) else {
            return .init(key: key, value: try finish(empty(at: keyEnd), NodeProperties(), startMeasure()))
        }
        offset += 1
        return .init(key: key, value: try blockNode(parent: column, isCompact: true, allowsZeroIndent: true))
    }

    /// Reads a key up to its colon.
    private mutating func implicitKey(column: Int, mapping: Int) throws(YAMLFailure) -> YAMLNode {
        if isIndicator(Mark.sequenceEntry) {
            throw YAMLFailure(
                "a list item among the keys of the mapping that starts at \(position(mapping))",
                at: SourceRange(offset, offset + 1), help: "indent the list, or give it a key of its own")
        }
        try enter()
        defer { depth -= 1 }
        let measure = startMeasure()
        let start = offset
        let startLine = line.start
        let own = try properties(inFlow: false)
        let isEmpty = isIndicator(Mark.mappingValue) || current.map(Mark.isBreak) ?? true
        let node = isEmpty ? empty(at: offset) : try flowContent(parent: column, inFlow: false)
        let upper = offset
        skipWhite()
        guard isIndicator(Mark.mappingValue) else { throw missingColon(start, upper) }
        try expectImplicitKey(from: start, startLine: startLine, upper: upper, -1)
        return try finish(node, own, measure)
    }

    private func missingColon(_ start: Int, _ upper: Int) -> YAMLFailure {
        let range = SourceRange(start, upper)
        if let colon = bytes[start..<upper].firstIndex(of: Mark.mappingValue) {
            return YAMLFailure(
                "this key has no space after its colon", at: SourceRange(colon, colon + 1),
                help: "write \"key: value\" with a space")
        }
        if current == Mark.mappingValue {
            return YAMLFailure(
                "this colon has no space behind it", at: SourceRange(offset, offset + 1),
                help: "write \"key: value\" with a space")
        }
        return YAMLFailure(
            "expected a colon after this key", at: range,
            help: "write \"key: value\"; text that continues the line above must be indented more than its key")
    }
}
