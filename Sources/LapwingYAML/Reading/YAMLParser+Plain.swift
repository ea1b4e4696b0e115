import LapwingText

/// Scalars without quotes (YAML 1.2.2, section 7.3.3).
extension YAMLParser {
    /// Reads a plain scalar, which may go on over lines indented more than `parent`.
    mutating func plain(parent: Int, inFlow: Bool) throws(YAMLFailure) -> YAMLScalar {
        try expectPlainStart(inFlow: inFlow)
        let start = offset
        scanPlainLine(inFlow: inFlow)
        let firstEnd = offset
        var breaks: [Int] = []
        guard skipToPlainContinuation(parent: parent, inFlow: inFlow, &breaks) else {
            let text = String(decoding: bytes[start..<firstEnd], as: UTF8.self)
            return YAMLScalar(text: text, style: .plain, origin: TextOrigin(contiguousFrom: start))
        }
        var builder = TextBuilder()
        builder.copy(bytes, from: start, to: firstEnd)
        repeat {
            builder.fold(breaks)
            let lower = offset
            scanPlainLine(inFlow: inFlow)
            builder.copy(bytes, from: lower, to: offset)
        } while skipToPlainContinuation(parent: parent, inFlow: inFlow, &breaks)
        return builder.scalar(.plain, emptyAt: start)
    }

    /// Steps over the rest of a plain scalar in this line, without the white space that ends it.
    private mutating func scanPlainLine(inFlow: Bool) {
        var index = offset
        var contentEnd = offset
        while index < end {
            let byte = bytes[index]
            if Mark.isBreak(byte) { break }
            if Mark.isWhite(byte) {
                index += 1
                continue
            }
            if byte == Mark.mappingValue, endsPlain(after: index, inFlow: inFlow) { break }
            if byte == Mark.comment, index > offset, Mark.isWhite(bytes[index - 1]) { break }
            if inFlow, Mark.isFlowIndicator(byte) { break }
            index += 1
            contentEnd = index
        }
        offset = contentEnd
    }

    /// Whether the byte after `index` makes an indicator of the one at `index`.
    private func endsPlain(after index: Int, inFlow: Bool) -> Bool {
        guard index + 1 < end else { return true }
        return Mark.isBlank(bytes[index + 1]) || (inFlow && Mark.isFlowIndicator(bytes[index + 1]))
    }

    /// Steps to where a plain scalar goes on in a later line, noting the line breaks between; stays when it does not.
    private mutating func skipToPlainContinuation(parent: Int, inFlow: Bool, _ breaks: inout [Int]) -> Bool {
        let (savedOffset, savedLine) = (offset, line)
        breaks.removeAll(keepingCapacity: true)
        skipWhite()
        while offset < end, Mark.isBreak(bytes[offset]) {
            breaks.append(offset)
            skipBreak()
            if isDocumentMarker { break }
            skipWhite()
        }
        let goesOn =
            !breaks.isEmpty && !isAtDocumentEnd && line.spaces > parent && bytes[offset] != Mark.comment
            && !(bytes[offset] == Mark.mappingValue && endsPlain(after: offset, inFlow: inFlow))
            && !(inFlow && Mark.isFlowIndicator(bytes[offset]))
        if !goesOn { (offset, line) = (savedOffset, savedLine) }
        return goesOn
    }

    private func expectPlainStart(inFlow: Bool) throws(YAMLFailure) {
        guard let byte = current else { return }
        let range = SourceRange(offset, offset + 1)
        let text = source[range]
        switch byte {
        case Mark.sequenceEntry, Mark.mappingKey, Mark.mappingValue:
            guard endsPlain(after: offset, inFlow: inFlow) else { return }
            throw YAMLFailure(
                "\"\(text)\" cannot start a value here", at: range,
                help: inFlow ? "inside brackets items stand between commas; quote a lone \"\(text)\"" : nil)
        case UInt8(ascii: "@"), UInt8(ascii: "`"):
            throw YAMLFailure(
                "\"\(text)\" is reserved and cannot start a plain text", at: range, help: "quote the text")
        case Mark.directive where offset == line.start: throw directiveInside()
        case Mark.directive, Mark.anchor, Mark.tag, Mark.alias, Mark.literal, Mark.folded, Mark.collectEntry,
            Mark.sequenceEnd, Mark.mappingEnd:
            throw YAMLFailure("\"\(text)\" cannot start a plain text", at: range, help: "quote the text")
        case Mark.comment:
            throw YAMLFailure("a comment needs a space before its \"#\"", at: range)
        default:
            return
        }
    }
}
