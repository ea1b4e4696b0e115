import LapwingSeries
import LapwingText

extension ExpositionReader {
    /// Steps over the text of a sample line's series and returns its number.
    ///
    /// - Parameter previous: the number of the last line's series, -1 at the start of the page.
    @_lifetime(self: copy self)
    mutating func readSeries(
        after previous: Int32, into page: inout ExpositionPage, known: inout SeriesTexts
    ) throws(ExpositionError) -> Int32 {
        let start = offset
        let expected = known.successor(of: previous)
        if expected >= 0, stands(expected, in: known) {
            page.offsets.append(Int32(start))
            page.series.append(expected)
            return expected
        }
        try skipSeries()
        let before = known.count
        let number = known.number(of: start..<offset, in: bytes)
        if number < 0 {
            throw error("the series texts of one target pass \(SeriesTexts.byteLimit) bytes", start, offset)
        }
        known.link(number, after: previous)
        if known.count > before { page.newLines.append(page.series.count) }
        page.offsets.append(Int32(start))
        page.series.append(number)
        return number
    }

    /// Whether the text that is expected stands here and ends here; steps over it.
    @_lifetime(self: copy self)
    private mutating func stands(_ expected: Int32, in known: SeriesTexts) -> Bool {
        guard known.stands(expected, at: offset, in: bytes) else { return false }
        let end = offset + known.range(of: expected).count
        if bytes[end - 1] != UInt8(ascii: "}") {
            // A bare name also starts longer names and names with labels, which may stand behind blanks.
            var next = end
            while next < bytes.count, bytes[next] == UInt8(ascii: " ") || bytes[next] == UInt8(ascii: "\t") {
                next += 1
            }
            guard next > end, next < bytes.count, bytes[next] != UInt8(ascii: "{") else { return false }
        }
        offset = end
        return true
    }

    /// Steps over `name`, `name{…}` or `{"name",…}`.
    @_lifetime(self: copy self)
    mutating func skipSeries() throws(ExpositionError) {
        let start = offset
        let hasName = skipName(colons: true)
        let end = offset
        if hasName { skipBlanks() }
        if current == UInt8(ascii: "{") {
            guard try skipLabels(name: hasName) else { throw error("metric name not set", start, offset) }
        } else if hasName {
            offset = end
        } else {
            throw unexpected("a valid start token")
        }
    }

    /// Steps over the name of a metadata line, which may be quoted, and returns where it stands without quotes.
    @_lifetime(self: copy self)
    mutating func readMetadataName(after keyword: String) throws(ExpositionError) -> SourceRange {
        let start = offset
        if current == UInt8(ascii: "\"") {
            guard try skipQuoted(allowsLineBreaks: true) else { throw unexpected("metric name after \(keyword)") }
            return SourceRange(start + 1, offset - 1)
        }
        guard skipName(colons: true) else { throw unexpected("metric name after \(keyword)") }
        return SourceRange(start, offset)
    }

    /// The type that a TYPE line's text names; blanks around it are part of it, as in Prometheus.
    func metricKind(_ range: SourceRange) throws(ExpositionError) -> MetricMetadata.Kind {
        let found = SeriesText.decoded(bytes, range.lowerBound, range.upperBound)
        for (word, kind) in format.typeWords where word == found { return kind }
        let allowed = format.typeWords.map(\.word).joined(separator: ", ")
        throw error(
            "invalid metric type \(text(range.lowerBound, range.upperBound)), expected one of \(allowed)",
            range.lowerBound, range.upperBound, showsLine: false)
    }

    /// Steps over `word` when it stands here.
    @_lifetime(self: copy self)
    mutating func skip(word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard bytes.count - offset >= count else { return false }
        let matches = word.withUTF8Buffer { buffer in
            for index in 0..<count where bytes[offset + index] != buffer[index] { return false }
            return true
        }
        if matches { offset += count }
        return matches
    }
}
