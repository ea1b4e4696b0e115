import LapwingText

/// Lists and mappings that indentation delimits.
extension YAMLParser {
    /// Reads a list whose first `-` is here.
    mutating func blockSequence(column: Int, isZeroIndented: Bool) throws(YAMLFailure) -> YAMLNode {
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
    mutating func blockMapping(column: Int, firstKey: YAMLNode?) throws(YAMLFailure) -> YAMLNode {
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
