import LapwingText

/// Literal and folded scalars (YAML 1.2.2, section 8.1).
extension YAMLParser {
    private enum Chomping { case strip, clip, keep }

    private struct BlockHeader {
        var chomping = Chomping.clip
        /// The indentation stated, relative to the parent's.
        var indentation: Int?
    }

    /// Reads a block scalar whose `|` or `>` is here.
    mutating func blockScalar(parent: Int) throws(YAMLFailure) -> YAMLNode {
        let start = offset
        let style: YAMLScalar.Style = current == Mark.literal ? .literal : .folded
        let header = try blockHeader()
        let headerEnd = offset
        try expectLineEnd(after: "the header of a block text", from: start)
        skipBreak()
        let indentation: Int
        if let stated = header.indentation {
            indentation = max(parent, 0) + stated
        } else {
            indentation = try detectIndentation(parent: parent)
        }
        var builder = TextBuilder()
        let upper = blockLines(&builder, header.chomping, indentation: indentation, isFolded: style == .folded)
        return YAMLNode(
            range: SourceRange(start, max(upper, headerEnd)),
            content: .scalar(builder.scalar(style, emptyAt: headerEnd)))
    }

    private mutating func blockHeader() throws(YAMLFailure) -> BlockHeader {
        var header = BlockHeader()
        var hasChomping = false
        offset += 1
        while let byte = current, !Mark.isBlank(byte) {
            if !hasChomping, byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") {
                header.chomping = byte == UInt8(ascii: "+") ? .keep : .strip
                hasChomping = true
            } else if header.indentation == nil, byte >= UInt8(ascii: "1"), byte <= UInt8(ascii: "9") {
                header.indentation = Int(byte - UInt8(ascii: "0"))
            } else {
                throw YAMLFailure(
                    "\"\(source[SourceRange(offset, offset + 1)])\" in the header of a block text",
                    at: SourceRange(offset, offset + 1),
                    help: "after \"|\" or \">\" stand at most \"+\" or \"-\" and a digit from 1 to 9, then a new line")
            }
            offset += 1
        }
        return header
    }

    /// The indentation of a block text by its first line that is not blank; leaves `offset` where it was.
    private mutating func detectIndentation(parent: Int) throws(YAMLFailure) -> Int {
        let (savedOffset, savedLine) = (offset, line)
        defer { (offset, line) = (savedOffset, savedLine) }
        var longestBlank = 0
        var longestBlankAt = offset
        while offset < end, !isDocumentMarker {
            let textStart = line.start + line.spaces
            let isBlank = textStart >= end || Mark.isBreak(bytes[textStart])
            guard isBlank else {
                if line.spaces <= parent {
                    if line.isTabbed { throw tabIndentation() }
                    break
                }
                guard longestBlank <= line.spaces else {
                    throw YAMLFailure(
                        "this blank line has \(spaces(longestBlank)), more than the first line of text below it"
                            + " (\(spaces(line.spaces)))",
                        at: SourceRange(longestBlankAt, longestBlankAt + longestBlank),
                        help: "remove its spaces, or state the indentation, as in \"|2\"")
                }
                return line.spaces
            }
            if line.spaces > longestBlank { (longestBlank, longestBlankAt) = (line.spaces, line.start) }
            offset = textStart
            skipBreak()
        }
        return max(parent + 1, longestBlank)
    }

    /// Reads the lines of a block text; where the last one with text ends.
    private mutating func blockLines(
        _ builder: inout TextBuilder, _ chomping: Chomping, indentation: Int, isFolded: Bool
    ) -> Int {
        var breaks: [Int] = []
        var hasText = false
        var wasSpaced = false
        var upper = 0
        while offset < end, !isDocumentMarker {
            let textStart = line.start + min(line.spaces, indentation)
            if textStart >= end || Mark.isBreak(bytes[textStart]) {
                offset = textStart
                endBlockLine(&breaks)
                continue
            }
            guard line.spaces >= indentation else { break }
            let isSpaced = Mark.isWhite(bytes[textStart])
            if isFolded, hasText, !isSpaced, !wasSpaced {
                builder.fold(breaks)
            } else {
                for offset in breaks { builder.append(Mark.lineFeed, at: offset) }
            }
            breaks.removeAll(keepingCapacity: true)
            offset = textStart
            while offset < end, !Mark.isBreak(bytes[offset]) { offset += 1 }
            builder.copy(bytes, from: textStart, to: offset)
            (hasText, wasSpaced, upper) = (true, isSpaced, offset)
            endBlockLine(&breaks)
        }
        switch chomping {
        case .strip: break
        case .clip: if hasText, let first = breaks.first { builder.append(Mark.lineFeed, at: first) }
        case .keep: for offset in breaks { builder.append(Mark.lineFeed, at: offset) }
        }
        return upper
    }

    /// Notes the break at the end of a line and steps over it; the end of the text ends a line as a break does.
    private mutating func endBlockLine(_ breaks: inout [Int]) {
        if offset > line.start || offset < end { breaks.append(offset) }
        skipBreak()
    }
}
