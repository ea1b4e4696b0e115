import LapwingText

/// A recursive-descent reader of the grammar of YAML 1.2.2 that makes the tree as it goes.
///
/// It reads each byte a fixed number of times: where the grammar would have it go back (a plain scalar that ends
/// before blank lines, a key known only by its colon), it keeps what it has read and decides afterwards.
struct YAMLParser {
    let source: SourceText
    var bytes: [UInt8]
    let end: Int
    let limits: YAMLLimits

    var offset = 0
    /// The line that `offset` is in.
    var line = Line()

    /// The collection that last ended because a line was indented less, and that line's start.
    var closed: (column: Int, line: Int) = (0, -1)

    /// Collections open around `offset`.
    var depth = 0
    /// The deepest that the node being read goes, aliases followed.
    var deepest = 0
    var nodeCount = 0
    var anchors: [String: Anchor] = [:]
    /// Of all documents, those of the same name too.
    var anchorCount = 0
    /// Anchors of nodes that are not complete yet, which no alias may name.
    var openAnchors: [String] = []
    var tagHandles: [String: String] = [:]
    var comments: [SourceRange] = []
    var warnings: [Diagnostic] = []
    /// Bytes from a list on below which a second thread, which reads part of it, is not worth its start; the first such list alone is looked at.
    var leastAhead = 32 << 10

    struct Line {
        var start = 0
        /// Spaces that it starts with: its indentation.
        var spaces = 0
        /// Its first byte that is neither space nor tab.
        var contentStart = 0

        /// Whether tabs stand where indentation is, which then ends before them.
        var isTabbed: Bool { contentStart != start + spaces }
    }

    init(_ source: SourceText, limits: YAMLLimits) {
        self.source = source
        bytes = source.bytes
        end = source.bytes.count
        self.limits = limits
    }

    var current: UInt8? { offset < end ? bytes[offset] : nil }
    /// Whether nothing but white space stands before `offset` in its line.
    var isAtLineStart: Bool { offset == line.contentStart }
    var column: Int { offset - line.start }

    /// Whether the document ends here: at the end of the text, or at a line that starts with `---` or `...`.
    var isAtDocumentEnd: Bool { offset >= end || (offset == line.start && isDocumentMarker) }

    var isDocumentMarker: Bool { isMarker(Mark.sequenceEntry) || isMarker(UInt8(ascii: ".")) }

    func isMarker(_ byte: UInt8) -> Bool {
        offset == line.start && offset + 2 < end && bytes[offset] == byte && bytes[offset + 1] == byte
            && bytes[offset + 2] == byte && (offset + 3 == end || Mark.isBlank(bytes[offset + 3]))
    }

    /// Whether `byte` stands here as an indicator, with white space or nothing behind it.
    func isIndicator(_ byte: UInt8) -> Bool {
        offset < end && bytes[offset] == byte && (offset + 1 == end || Mark.isBlank(bytes[offset + 1]))
    }

    func position(_ offset: Int) -> String {
        let position = source.position(of: offset)
        return "line \(position.line), column \(position.column)"
    }
}

// MARK: documents

extension YAMLParser {
    mutating func documents() throws(YAMLFailure) -> [YAMLDocument] {
        var documents: [YAMLDocument] = []
        skipByteOrderMark()
        while true {
            try skipSeparation()
            if offset >= end { break }
            if isMarker(UInt8(ascii: ".")) {
                try skipDocumentEnd()
                continue
            }
            documents.append(try document())
        }
        if var last = documents.popLast() {
            last.comments += comments
            documents.append(last)
        }
        return documents
    }

    private mutating func document() throws(YAMLFailure) -> YAMLDocument {
        let start = min(offset, line.start + line.spaces)
        (anchors, openAnchors, tagHandles) = ([:], [], [:])
        let hasDirectives = try directives()
        let hasStartMarker = isMarker(Mark.sequenceEntry)
        if hasStartMarker {
            offset += 3
        } else if hasDirectives {
            throw YAMLFailure(
                "expected \"---\" after the directives", at: SourceRange(at: min(offset, end)),
                help: "a \"%\" line belongs to the document that a \"---\" line after it starts")
        }
        let root = try blockNode(parent: -1, isCompact: false, allowsZeroIndent: false)
        let contentEnd = offset
        try skipSeparation()
        guard isAtDocumentEnd else { throw contentAfterRoot() }
        var upper = max(root.range.upperBound, min(contentEnd, end), start)
        let hasEndMarker = isMarker(UInt8(ascii: "."))
        if hasEndMarker {
            try skipDocumentEnd()
            upper = offset
        }
        defer { (comments, warnings) = ([], []) }
        return YAMLDocument(
            root: root, range: SourceRange(start, upper), comments: comments, warnings: warnings,
            hasStartMarker: hasStartMarker, hasEndMarker: hasEndMarker)
    }

    private mutating func skipDocumentEnd() throws(YAMLFailure) {
        let start = offset
        offset += 3
        try expectLineEnd(after: "the \"...\" that ends a document", from: start)
    }

    private func contentAfterRoot() -> YAMLFailure {
        current == Mark.directive ? directiveInside() : unexpectedIndentation(expected: nil)
    }

    func directiveInside() -> YAMLFailure {
        YAMLFailure(
            "a directive inside a document", at: SourceRange(offset, offset + 1),
            help: "end the document above with a line \"...\"; text that starts with \"%\" must be quoted")
    }

    private mutating func skipByteOrderMark() {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
        beginLine()
    }
}
