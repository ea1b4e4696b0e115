import LapwingSeries
import LapwingText

/// Prometheus' text format, 0.0.4 and 1.0.0, as leniently as Prometheus reads it: blanks between any parts, comments,
/// blank lines, a last line without a line break.
extension ExpositionReader {
    @_lifetime(self: copy self)
    mutating func readText(into page: inout ExpositionPage, known: inout SeriesTexts) throws(ExpositionError) {
        var previous: Int32 = -1
        while true {
            skipBlanks()
            guard let byte = current else { return }
            switch byte {
            case UInt8(ascii: "\n"): offset += 1
            case UInt8(ascii: "#"): try readTextComment(into: &page)
            default:
                previous = try readSeries(after: previous, into: &page, known: &known)
                do {
                    try readTextSample(into: &page)
                } catch {
                    page.dropLineWithoutValue()
                    throw error
                }
            }
        }
    }

    /// Reads `VALUE` or `VALUE TIMESTAMP` and the line break.
    @_lifetime(self: copy self)
    private mutating func readTextSample(into page: inout ExpositionPage) throws(ExpositionError) {
        skipBlanks()
        let end = textValueEnd()
        guard end > offset else { throw unexpected("value after metric") }
        let value = try number(offset, end)
        offset = end
        skipBlanks()
        var time = ExpositionPage.noTime
        if let byte = current, byte != UInt8(ascii: "\n") {
            time = try readTextTimestamp()
            skipBlanks()
            guard current == nil || current == UInt8(ascii: "\n") else {
                throw unexpected("next entry after timestamp")
            }
        }
        offset += 1
        page.values.append(value)
        page.times.append(time)
    }

    private func textValueEnd() -> Int {
        var index = offset
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t")
                || byte == UInt8(ascii: "{")
            {
                break
            }
            index += 1
        }
        return index
    }

    /// Milliseconds as digits alone: Prometheus takes no sign here.
    @_lifetime(self: copy self)
    private mutating func readTextTimestamp() throws(ExpositionError) -> Int64 {
        let start = offset
        var time: Int64 = 0
        while let byte = current, byte &- UInt8(ascii: "0") <= 9 {
            let (product, tooLong) = time.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = product.addingReportingOverflow(Int64(byte &- UInt8(ascii: "0")))
            offset += 1
            if tooLong || overflow { throw error("timestamp out of range", start, offset) }
            time = sum
        }
        guard offset > start else { throw unexpected("timestamp or new record") }
        return time
    }

    /// Reads a line that starts with `#`: HELP, TYPE, or a comment, which is everything else.
    @_lifetime(self: copy self)
    private mutating func readTextComment(into page: inout ExpositionPage) throws(ExpositionError) {
        offset += 1
        let afterHash = offset
        skipBlanks()
        let isHelp = offset > afterHash && skip(word: "HELP")
        let isType = !isHelp && offset > afterHash && skip(word: "TYPE")
        let afterWord = offset
        skipBlanks()
        guard isHelp || isType, offset > afterWord else {
            offset = lineEnd() + 1
            return
        }
        let name = try readMetadataName(after: isHelp ? "HELP" : "TYPE")
        let end = lineEnd()
        // The one byte after the name separates; whatever follows is text, blanks included.
        let text = SourceRange(min(blankLineStart(end), end), end)
        offset = end + 1
        if isHelp {
            try checkHelp(text)
            page.append(metadata: .help(text), of: name)
        } else {
            page.append(metadata: .type(try metricKind(text)), of: name)
        }
    }

    /// Where the text after a metadata name starts; its end when there are only blanks.
    private func blankLineStart(_ end: Int) -> Int {
        var index = offset
        while index < end, bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "\t") { index += 1 }
        return index == end ? end : offset + 1
    }

    func lineEnd() -> Int {
        var index = offset
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
        return index
    }
}

extension ExpositionPage {
    mutating func append(metadata content: MetadataLine.Content, of name: SourceRange) {
        metadata.append(MetadataLine(name: name, content: content, nextLine: series.count))
    }

    /// Takes back a line whose series was read but whose value cannot be.
    mutating func dropLineWithoutValue() {
        guard series.count > values.count else { return }
        series.removeLast()
        offsets.removeLast()
        if newLines.last == series.count { newLines.removeLast() }
    }
}
