import LapwingText

/// The tag and anchor before a node (YAML 1.2.2, section 6.9).
struct NodeProperties {
    var tag: String?
    var anchor: String?
    /// Where the first of them starts.
    var start: Int?

    var isEmpty: Bool { start == nil }
}

extension YAMLParser {
    /// Reads the properties that follow each other in this line.
    mutating func properties(inFlow: Bool) throws(YAMLFailure) -> NodeProperties {
        var properties = NodeProperties()
        while let byte = current, byte == Mark.anchor || byte == Mark.tag {
            let start = offset
            if byte == Mark.anchor {
                let name = try anchorName()
                guard properties.anchor == nil else { throw second("anchor", at: SourceRange(start, offset)) }
                properties.anchor = name
                openAnchors.append(name)
            } else {
                let tag = try tag()
                guard properties.tag == nil else { throw second("tag", at: SourceRange(start, offset)) }
                properties.tag = tag
            }
            properties.start = properties.start ?? start
            try expectPropertyEnd(from: start, inFlow: inFlow)
            skipWhite()
        }
        return properties
    }

    /// Properties on two lines before one node.
    func joined(_ outer: NodeProperties, _ inner: NodeProperties) throws(YAMLFailure) -> NodeProperties {
        let place = SourceRange(at: inner.start ?? offset)
        if outer.tag != nil, inner.tag != nil { throw second("tag", at: place) }
        if outer.anchor != nil, inner.anchor != nil { throw second("anchor", at: place) }
        return NodeProperties(
            tag: outer.tag ?? inner.tag, anchor: outer.anchor ?? inner.anchor, start: outer.start ?? inner.start)
    }

    private func second(_ what: String, at range: SourceRange) -> YAMLFailure {
        YAMLFailure("a second \(what) for one node", at: range, help: "a node has one \(what) at most")
    }

    private func expectPropertyEnd(from start: Int, inFlow: Bool) throws(YAMLFailure) {
        guard let byte = current, !Mark.isBlank(byte) else { return }
        if inFlow, Mark.isFlowIndicator(byte) { return }
        throw YAMLFailure(
            "expected white space after \"\(source[SourceRange(start, offset)])\"", at: SourceRange(offset, offset + 1))
    }

    /// Reads the name after `&` or `*`.
    mutating func anchorName() throws(YAMLFailure) -> String {
        let start = offset
        offset += 1
        while offset < end, !Mark.isBlank(bytes[offset]), !Mark.isFlowIndicator(bytes[offset]) { offset += 1 }
        guard offset > start + 1 else {
            throw YAMLFailure(
                "expected a name after \"\(source[SourceRange(start, offset)])\"", at: SourceRange(start, offset),
                help: "text that starts with \"&\" or \"*\" must be quoted")
        }
        return String(decoding: bytes[(start + 1)..<offset], as: UTF8.self)
    }

    /// Reads a tag and resolves its handle.
    private mutating func tag() throws(YAMLFailure) -> String {
        let start = offset
        offset += 1
        if current == UInt8(ascii: "<") { return try verbatimTag(from: start) }
        while offset < end, Mark.isWord(bytes[offset]) { offset += 1 }
        guard current == Mark.tag else {
            offset = start + 1
            let suffix = try tagSuffix()
            guard !suffix.isEmpty else { return "!" }
            return (tagHandles["!"] ?? "!") + suffix
        }
        offset += 1
        let handle = String(decoding: bytes[start..<offset], as: UTF8.self)
        guard let prefix = tagHandles[handle] ?? (handle == "!!" ? "tag:yaml.org,2002:" : nil) else {
            throw YAMLFailure(
                "tag handle \(handle) is not defined in this document", at: SourceRange(start, offset),
                help: "define it before the document's \"---\": %TAG \(handle) tag:example.com,2000:")
        }
        let suffix = try tagSuffix()
        guard !suffix.isEmpty else {
            throw YAMLFailure("expected a name after \(handle)", at: SourceRange(start, offset))
        }
        return prefix + suffix
    }

    private mutating func verbatimTag(from start: Int) throws(YAMLFailure) -> String {
        offset += 1
        let name = offset
        while offset < end, !Mark.isBlank(bytes[offset]), bytes[offset] != Mark.folded { offset += 1 }
        guard current == Mark.folded, offset > name else {
            throw YAMLFailure("this tag has no closing \">\"", at: SourceRange(start, offset))
        }
        offset += 1
        return String(decoding: bytes[name..<(offset - 1)], as: UTF8.self)
    }

    /// Reads the characters of a tag after its handle, with `%` escapes decoded.
    private mutating func tagSuffix() throws(YAMLFailure) -> String {
        var text: [UInt8] = []
        while offset < end {
            let byte = bytes[offset]
            if Mark.isBlank(byte) || Mark.isFlowIndicator(byte) || byte == Mark.tag { break }
            if byte == Mark.directive {
                guard offset + 2 < end, let high = Hexadecimal.digit(bytes[offset + 1]),
                    let low = Hexadecimal.digit(bytes[offset + 2])
                else {
                    throw YAMLFailure(
                        "expected two hexadecimal digits after \"%\" in a tag", at: SourceRange(offset, offset + 1))
                }
                text.append(high << 4 | low)
                offset += 3
            } else {
                text.append(byte)
                offset += 1
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
