public import LapwingText

/// Lists and mappings: entries that are as they should be stay as they are written.
extension YAMLEditor {
    /// Makes a node hold a value, changing as little as possible. The order of a mapping's keys and of a list's items is that of the text.
    ///
    /// - Throws: where that would change a node with an anchor or an alias, or one that was changed before.
    public mutating func update(_ node: YAMLNode, to value: YAMLValue) throws(SourceError) {
        try expectUnchanged(node)
        if value.isHeld(by: node) { return }
        switch (value, node.content) {
        case (.text(let text), .scalar(let scalar)):
            try rewriteText(of: node, with: text, isText: scalar.isString || scalar.isNull)
        case (.plain(let text), .scalar): try rewriteText(of: node, with: text, isText: false)
        case (.mapping(let entries), .mapping(let mapping)) where !entries.isEmpty && !mapping.isEmpty:
            try update(node, mapping, to: entries)
        case (.list(let values), .sequence(let items)) where !values.isEmpty && !items.isEmpty:
            try update(node, items, to: values)
        default: try replace(node, with: value)
        }
    }

    /// Makes an entry of a mapping hold a value; one that is missing comes last.
    ///
    /// - Throws: where `node` is no mapping of at least one entry, or as `update` does.
    public mutating func set(_ key: String, of node: YAMLNode, to value: YAMLValue) throws(SourceError) {
        guard let mapping = node.mapping, let last = mapping.entries.last(where: { !$0.isMerged }) else {
            throw fault("no mapping stands here", node)
        }
        if let entry = mapping.entry(key), !entry.isMerged { return try update(entry.value, to: value) }
        try expectOwn(node)
        try append([(key, value)], to: node, behind: last, column: column(of: mapping.entries[0].key.range.lowerBound))
    }

    // MARK: Mappings

    private mutating func update(
        _ node: YAMLNode, _ mapping: YAMLMapping, to entries: [(key: String, value: YAMLValue)]
    ) throws(SourceError) {
        try expectOwn(node)
        let own = mapping.entries.filter { !$0.isMerged }
        guard own.contains(where: { entry in entries.contains { $0.key == entry.key.scalar?.text } }) else {
            return try replace(node, with: .mapping(entries))
        }
        let isKept = { (entry: YAMLMapping.Entry) in entries.contains { $0.key == entry.key.scalar?.text } }
        for entry in own {
            if let value = entries.first(where: { $0.key == entry.key.scalar?.text })?.value {
                try update(entry.value, to: value)
            }
        }
        try remove(
            own.indices.filter { !isKept(own[$0]) }, of: own.map { $0.key.range.union($0.value.range) }, from: node)
        let missing = entries.filter { entry in
            mapping[entry.key].map { isMerged(entry.key, in: mapping) && !entry.value.isHeld(by: $0) } ?? true
        }
        guard !missing.isEmpty, let first = own.first, let last = own.last(where: isKept) else { return }
        try append(missing, to: node, behind: last, column: column(of: first.key.range.lowerBound))
    }

    private mutating func append(
        _ entries: [(key: String, value: YAMLValue)], to node: YAMLNode, behind last: YAMLMapping.Entry, column: Int
    ) throws(SourceError) {
        if node.isFlow {
            try change(
                SourceRange(at: last.value.range.upperBound),
                to: entries.map { ", " + ValueWriter.flow(key: $0.key, $0.value) }.joined())
        } else {
            try append(ValueWriter.lines(.mapping(entries)), behind: last.value, column: column)
        }
    }

    private func isMerged(_ key: String, in mapping: YAMLMapping) -> Bool { mapping.entry(key)?.isMerged ?? false }

    // MARK: Lists

    private mutating func update(_ node: YAMLNode, _ items: [YAMLNode], to values: [YAMLValue]) throws(SourceError) {
        try expectOwn(node)
        let partners = Self.partners(of: values, among: items)
        for (value, index) in zip(values, partners) {
            if let index { try update(items[index], to: value) }
        }
        let taken = Set(partners.compactMap { $0 })
        let starts = try items.map { item throws(SourceError) in
            node.isFlow ? item.range.lowerBound : try dash(of: item)
        }
        let ranges = zip(starts, items).map { SourceRange($0, $1.range.upperBound) }
        try remove(items.indices.filter { !taken.contains($0) }, of: ranges, from: node)
        let added = zip(values, partners).filter { $0.1 == nil }.map(\.0)
        guard !added.isEmpty, let first = starts.first, let last = items.last else { return }
        if node.isFlow {
            try change(SourceRange(at: last.range.upperBound), to: added.map { ", " + ValueWriter.flow($0) }.joined())
        } else {
            try append(ValueWriter.lines(.list(added)), behind: last, column: column(of: first))
        }
    }

    /// For each value the item that becomes it: those that hold one already, then the most alike, then whichever is left.
    private static func partners(of values: [YAMLValue], among items: [YAMLNode]) -> [Int?] {
        var partners = [Int?](repeating: nil, count: values.count)
        var free = Array(items.indices)
        func pair(_ place: Int, _ index: Int) {
            partners[place] = index
            free.removeAll { $0 == index }
        }
        for (place, value) in values.enumerated() {
            if let index = free.first(where: { value.isHeld(by: items[$0]) }) { pair(place, index) }
        }
        for (place, value) in values.enumerated() where partners[place] == nil {
            let scores = free.map { (index: $0, score: value.likeness(to: items[$0])) }
            if let best = scores.max(by: { ($0.score, -$0.index) < ($1.score, -$1.index) }) { pair(place, best.index) }
        }
        return partners
    }

    /// The dash before an item of a list in lines.
    private func dash(of item: YAMLNode) throws(SourceError) -> Int {
        var offset = item.range.lowerBound
        while offset > 0, source.bytes[offset - 1] == Mark.space || Mark.isBreak(source.bytes[offset - 1]) {
            offset -= 1
        }
        guard offset > 0, source.bytes[offset - 1] == UInt8(ascii: "-") else {
            throw fault("no dash stands before this", item)
        }
        return offset - 1
    }

    // MARK: Lines

    /// Takes away some of a collection's elements, of which it keeps at least one.
    private mutating func remove(_ indices: [Int], of elements: [SourceRange], from node: YAMLNode) throws(SourceError)
    {
        var rest = indices[...]
        while let first = rest.first {
            var next = first
            while rest.first == next { (next, rest) = (next + 1, rest.dropFirst()) }
            let start = elements[first].lowerBound
            if !node.isFlow, source.bytes[lineStart(of: start)..<start].allSatisfy({ $0 == Mark.space }) {
                for index in first..<next {
                    try removeLines(from: elements[index].lowerBound, to: elements[index].upperBound)
                }
            } else if next < elements.count {
                try change(SourceRange(start, elements[next].lowerBound), to: "")
            } else if node.isFlow, first > 0 {
                try change(SourceRange(elements[first - 1].upperBound, elements[next - 1].upperBound), to: "")
            } else {
                throw fault("what stands here cannot be taken away", node)
            }
        }
    }

    private mutating func removeLines(from start: Int, to end: Int) throws(SourceError) {
        var upper = lineEnd(from: end)
        if upper < source.bytes.count { upper += newline(at: upper).utf8.count }
        try change(SourceRange(lineStart(of: start), upper), to: "")
    }

    private mutating func append(_ lines: [String], behind node: YAMLNode, column: Int) throws(SourceError) {
        let end = lineEnd(from: node.range.upperBound)
        let newline = newline(at: end)
        try change(SourceRange(at: end), to: lines.map { newline + String(repeating: " ", count: column) + $0 }.joined())
    }

    /// Writes a value in the place of a whole node.
    private mutating func replace(_ node: YAMLNode, with value: YAMLValue) throws(SourceError) {
        try expectOwn(node)
        // From behind the colon or dash, so that lines can follow it.
        var start = node.range.lowerBound
        while start > 0, source.bytes[start - 1] == Mark.space || Mark.isBreak(source.bytes[start - 1]) { start -= 1 }
        let isBehindColon = start > 0 && source.bytes[start - 1] == UInt8(ascii: ":")
        if isInFlow(node) || value.isEmptyCollection || !isBehindColon {
            let lower = isBehindColon ? start : node.range.lowerBound
            return try change(
                SourceRange(lower, node.range.upperBound), to: (lower == start ? " " : "") + ValueWriter.flow(value))
        }
        switch value {
        case .text, .plain: try change(SourceRange(start, node.range.upperBound), to: " " + ValueWriter.flow(value))
        case .list, .mapping:
            // Below the key, which is the first thing on its line but for dashes.
            var column = 0
            let line = lineStart(of: start)
            while line + column < start,
                source.bytes[line + column] == Mark.space
                    || (source.bytes[line + column] == UInt8(ascii: "-")
                        && source.bytes[line + column + 1] == Mark.space)
            {
                column += 1
            }
            let margin = newline(at: lineEnd(from: start)) + String(repeating: " ", count: column + 2)
            // A comment behind the node comes to stand behind the last line, where a block text would take it for its own.
            let end = node.range.upperBound
            let isLast = source.bytes[end..<lineEnd(from: end)].allSatisfy(Mark.isWhite)
            try change(
                SourceRange(start, end), to: ValueWriter.lines(value, usesBlocks: isLast).map { margin + $0 }.joined())
        }
    }
}
