public import LapwingText

/// Changes to a YAML text that leave every other byte as it is: comments, quotes, order and white space.
///
/// Changes are gathered and made together when `text` is asked for; each goes by `root`, so that no part of it can be changed twice.
public struct YAMLEditor: Sendable {
    public let source: SourceText
    /// The document as it is read, before any change.
    public let root: YAMLNode
    private var changes: [(range: SourceRange, text: String)] = []
    /// Where brackets and braces are, inside which indentation means nothing.
    private let flowRanges: [SourceRange]

    /// - Parameter passesOverOthers: whether further documents stay as they are.
    /// - Throws: the first thing wrong with the text, or where a second document starts.
    public init(_ source: SourceText, limits: YAMLLimits = YAMLLimits(), passesOverOthers: Bool = false) throws(SourceError) {
        self.source = source
        if passesOverOthers, let first = try YAML.documents(in: source, limits: limits).first {
            root = first.root
        } else {
            root = try YAML.document(in: source, limits: limits).root
        }
        flowRanges = Self.flowRanges(in: root)
    }

    public var isChanged: Bool { !changes.isEmpty }

    /// The text with all changes made.
    ///
    /// - Complexity: O(bytes + changes × log changes).
    public var text: String {
        var result: [UInt8] = []
        var end = 0
        // What is put in comes before what is taken away at the same place.
        let places = changes.enumerated().sorted { a, b in
            (a.element.range.lowerBound, a.element.range.upperBound, a.offset) < (
                b.element.range.lowerBound, b.element.range.upperBound, b.offset
            )
        }
        for (range, text) in places.map(\.element) {
            result += source.bytes[end..<range.lowerBound]
            result += text.utf8
            end = range.upperBound
        }
        return String(decoding: result + source.bytes[end...], as: UTF8.self)
    }

    /// Gives a scalar another text, in its own style where that can hold it; a folded text of several lines becomes a literal one.
    ///
    /// - Throws: where the node is an alias, has an anchor, is nothing in a place where nothing can be put in, or was changed before.
    public mutating func replaceText(of node: YAMLNode, with text: String) throws(SourceError) {
        try expectUnchanged(node)
        if let scalar = node.scalar, scalar.text.utf8.elementsEqual(text.utf8), !scalar.isNull || text.isEmpty {
            return
        }
        try rewriteText(of: node, with: text, isText: node.scalar.map { $0.isString || $0.isNull } ?? true)
    }

    mutating func rewriteText(of node: YAMLNode, with text: String, isText: Bool) throws(SourceError) {
        guard let scalar = node.scalar else { throw fault("a \(node.kindName) stands here, and no text", node) }
        try expectOwn(node)
        if scalar.style == .literal || scalar.style == .folded, try rewriteBlock(node, scalar, with: text) { return }
        let style = scalar.style == .literal || scalar.style == .folded ? .doubleQuoted : scalar.style
        let line = ScalarWriter.line(text, style, isInFlow: isInFlow(node), isText: isText)
        // Where nothing is written stands the byte behind the colon or dash.
        try change(node.range, to: node.range.count == 0 ? " " + line : line)
    }

    /// Replaces header and lines of a block scalar; a comment behind the header stays.
    private mutating func rewriteBlock(_ node: YAMLNode, _ scalar: YAMLScalar, with text: String) throws(SourceError) -> Bool {
        guard let margin = textColumn(of: scalar), margin > 0 else { return false }
        let step = node.tag == nil ? blockParent(of: node).map { margin - $0 } : nil
        guard let block = BlockText(text, isFolded: scalar.style == .folded, step: step) else { return false }
        var headerEnd = node.range.lowerBound
        while headerEnd < source.bytes.count, !Mark.isBlank(source.bytes[headerEnd]) { headerEnd += 1 }
        let lineEnd = lineEnd(from: headerEnd)
        let stated = source.bytes[node.range.lowerBound..<headerEnd].contains {
            $0 >= UInt8(ascii: "1") && $0 <= UInt8(ascii: "9")
        }
        // What is stated of the indentation still holds, as the margin is the same.
        var header = block.header
        if stated, let step, !header.contains(String(step)) {
            header.insert(contentsOf: String(step), at: header.index(after: header.startIndex))
        }
        if stated, step == nil { return false }
        try change(SourceRange(node.range.lowerBound, headerEnd), to: header)
        let spaces = String(repeating: " ", count: margin)
        let newline = newline(at: lineEnd)
        let lines = block.lines.map { $0.isEmpty ? newline : newline + spaces + $0 }.joined()
        let end = max(lineEnd, node.range.upperBound)
        try change(
            SourceRange(lineEnd, end), to: end == source.bytes.count && !header.hasSuffix("-") ? lines + newline : lines
        )
        return true
    }

    /// Where the lines of a block scalar begin.
    private func textColumn(of scalar: YAMLScalar) -> Int? {
        guard let offset = scalar.text.utf8.enumerated().first(where: { $0.element != Mark.lineFeed })?.offset else {
            return nil
        }
        return column(of: scalar.sourceOffset(ofTextOffset: offset))
    }

    /// The column of the collection whose value or item a block scalar is, by the line of its header.
    private func blockParent(of node: YAMLNode) -> Int? {
        let start = node.range.lowerBound - column(of: node.range.lowerBound)
        var offset = start
        var indicator: Int?
        while offset < node.range.lowerBound {
            let byte = source.bytes[offset]
            if byte == Mark.space {
                offset += 1
            } else if "-?:".utf8.contains(byte), source.bytes[offset + 1] == Mark.space {
                indicator = offset - start
                offset += 1
            } else {
                return offset - start
            }
        }
        return indicator
    }

    // MARK: Places

    /// - Throws: where the range overlaps with one that was changed before; what is put in between the two does not.
    mutating func change(_ range: SourceRange, to text: String) throws(SourceError) {
        if changes.contains(where: { Self.overlap($0.range, range) }) { throw fault("this was changed already", at: range) }
        changes.append((range, text))
    }

    /// A second change would go by what stood here before the first.
    func expectUnchanged(_ node: YAMLNode) throws(SourceError) {
        let range = node.range
        if changes.contains(where: { Self.overlap($0.range, range) || (range.count == 0 && $0.range == range) }) {
            throw fault("this was changed already", node)
        }
    }

    private static func overlap(_ a: SourceRange, _ b: SourceRange) -> Bool { a.lowerBound < b.upperBound && b.lowerBound < a.upperBound }

    func fault(_ message: String, _ node: YAMLNode) -> SourceError { fault(message, at: node.range) }

    private func fault(_ message: String, at range: SourceRange) -> SourceError {
        SourceError(source, [Diagnostic(message, at: range, help: "change it by hand", check: "yaml/editing")])
    }

    /// What is written once and used in several places, or not written at all, is not changed for one of them.
    func expectOwn(_ node: YAMLNode) throws(SourceError) {
        if let alias = node.alias { throw fault("*\(alias) stands for what is written elsewhere", node) }
        if let anchor = node.anchor { throw fault("&\(anchor) may be used elsewhere", node) }
        guard node.range.count == 0 else { return }
        let before = node.range.lowerBound > 0 ? source.bytes[node.range.lowerBound - 1] : 0
        if before != UInt8(ascii: ":"), before != UInt8(ascii: "-") { throw fault("nothing is written here", node) }
    }

    func isInFlow(_ node: YAMLNode) -> Bool {
        flowRanges.contains { $0.lowerBound < node.range.lowerBound && node.range.upperBound < $0.upperBound }
    }

    private static func flowRanges(in node: YAMLNode) -> [SourceRange] {
        if node.alias != nil { return [] }
        if node.isFlow { return [node.range] }
        switch node.content {
        case .scalar: return []
        case .sequence(let items): return items.flatMap(flowRanges)
        case .mapping(let mapping):
            return mapping.entries.filter { !$0.isMerged }.flatMap { flowRanges(in: $0.key) + flowRanges(in: $0.value) }
        }
    }

    /// In bytes from the start of its line.
    func column(of offset: Int) -> Int { offset - lineStart(of: offset) }

    func lineStart(of offset: Int) -> Int {
        var start = offset
        while start > 0, !Mark.isBreak(source.bytes[start - 1]) { start -= 1 }
        return start
    }

    func lineEnd(from offset: Int) -> Int {
        var end = offset
        while end < source.bytes.count, !Mark.isBreak(source.bytes[end]) { end += 1 }
        return end
    }

    /// As the line there ends.
    func newline(at lineEnd: Int) -> String {
        lineEnd + 1 < source.bytes.count && source.bytes[lineEnd] == UInt8(ascii: "\r")
            && source.bytes[lineEnd + 1] == Mark.lineFeed ? "\r\n" : "\n"
    }
}
