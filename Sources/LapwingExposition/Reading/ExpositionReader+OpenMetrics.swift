import LapwingSeries
import LapwingText

/// OpenMetrics 1.0 as leniently as Prometheus reads it: its lines and their order within themselves, not the rules
/// about families, which `OpenMetricsCheck` adds.
extension ExpositionReader {
    @_lifetime(self: copy self)
    mutating func readOpenMetrics(into page: inout ExpositionPage, known: inout SeriesTexts) throws(ExpositionError) {
        var previous: Int32 = -1
        while true {
            guard let byte = current else { throw missingEnd() }
            if byte == UInt8(ascii: "#") {
                if try readOpenMetricsComment(into: &page) { return }
                continue
            }
            previous = try readSeries(after: previous, into: &page, known: &known)
            do {
                try readOpenMetricsSample(into: &page)
            } catch {
                page.dropLineWithoutValue()
                throw error
            }
        }
    }

    private func missingEnd() -> ExpositionError {
        error("data does not end with # EOF", bytes.count, bytes.count, showsLine: false)
    }

    /// Reads ` VALUE`, ` VALUE TIMESTAMP`, either with an exemplar behind it, and the line break.
    @_lifetime(self: copy self)
    private mutating func readOpenMetricsSample(into page: inout ExpositionPage) throws(ExpositionError) {
        let value = try readNumber("value after metric")
        var time = ExpositionPage.noTime
        if current == UInt8(ascii: " "), !exemplarIsNext {
            time = milliseconds(try readNumber("timestamp or new record", finite: "timestamp"))
        }
        if exemplarIsNext { try readExemplar(into: &page) }
        try endLine("next entry after timestamp")
        page.values.append(value)
        page.times.append(time)
    }

    /// Reads a space and the number behind it.
    @_lifetime(self: copy self)
    private mutating func readNumber(
        _ expected: String, finite name: String? = nil
    ) throws(ExpositionError) -> Double {
        guard current == UInt8(ascii: " ") else { throw unexpected(expected) }
        offset += 1
        var end = offset
        while end < bytes.count, bytes[end] != UInt8(ascii: " "), bytes[end] != UInt8(ascii: "\n") { end += 1 }
        guard end > offset else { throw unexpected(expected) }
        let value = try number(offset, end)
        if let name, !value.isFinite {
            throw error("invalid \(name) \(GoNumber.text(value))", offset, end, showsLine: false)
        }
        offset = end
        return value
    }

    /// Seconds as milliseconds, cut towards zero as Prometheus cuts them; stops at the ends of time.
    ///
    /// What is a whole millisecond but for the rounding of floats is not cut, so that a time we wrote is read back.
    private func milliseconds(_ seconds: Double) -> Int64 {
        let scaled = seconds * 1000
        let nearest = scaled.rounded()
        let cut = (scaled - nearest).magnitude < 0.001 ? nearest : scaled.rounded(.towardZero)
        return cut >= 9.2e18 ? Int64.max : cut <= -9.2e18 ? Int64.min + 1 : Int64(cut)
    }

    @_lifetime(self: copy self)
    private mutating func endLine(_ expected: String) throws(ExpositionError) {
        guard let byte = current else { throw missingEnd() }
        guard byte == UInt8(ascii: "\n") else { throw unexpected(expected) }
        offset += 1
    }

    /// Whether ` # {` stands here.
    private var exemplarIsNext: Bool {
        bytes.count - offset >= 4 && bytes[offset] == UInt8(ascii: " ") && bytes[offset + 1] == UInt8(ascii: "#")
            && bytes[offset + 2] == UInt8(ascii: " ") && bytes[offset + 3] == UInt8(ascii: "{")
    }

    @_lifetime(self: copy self)
    private mutating func readExemplar(into page: inout ExpositionPage) throws(ExpositionError) {
        offset += 3
        let start = offset
        _ = try skipLabels(name: true, ofExemplar: true)
        let labels = SourceRange(start, offset)
        let value = try readNumber("value after exemplar labels")
        var time = ExpositionPage.noTime
        if current == UInt8(ascii: " ") {
            time = milliseconds(try readNumber("timestamp or comment", finite: "exemplar timestamp"))
        }
        page.exemplars.append(.init(line: page.values.count, labels: labels, value: value, time: time))
    }

    /// Reads a line that starts with `#`; true when it was `# EOF`, which has to be the last.
    @_lifetime(self: copy self)
    private mutating func readOpenMetricsComment(into page: inout ExpositionPage) throws(ExpositionError) -> Bool {
        let start = offset
        if skip(word: "# EOF") {
            if current == UInt8(ascii: "\n") { offset += 1 }
            if offset < bytes.count { throw error("unexpected data after # EOF", offset, lineEnd(), showsLine: false) }
            return true
        }
        let keyword: String
        if skip(word: "# HELP ") {
            keyword = "HELP"
        } else if skip(word: "# TYPE ") {
            keyword = "TYPE"
        } else if skip(word: "# UNIT ") {
            keyword = "UNIT"
        } else {
            let found = text(start, lineEnd())
            throw error(
                "expected a valid start token (a sample, # HELP, # TYPE, # UNIT or # EOF), got \(found)", start,
                lineEnd(), showsLine: false)
        }
        let name = try readMetadataName(after: keyword)
        let end = lineEnd()
        guard current == UInt8(ascii: " "), end < bytes.count else { throw unexpected("text in \(keyword)") }
        let text = SourceRange(offset + 1, end)
        offset = end + 1
        try appendMetadata(keyword, name, text, to: &page)
        return false
    }

    private func appendMetadata(
        _ keyword: String, _ name: SourceRange, _ text: SourceRange, to page: inout ExpositionPage
    ) throws(ExpositionError) {
        switch keyword {
        case "HELP":
            try checkHelp(text)
            page.append(metadata: .help(text), of: name)
        case "TYPE": page.append(metadata: .type(try metricKind(text)), of: name)
        default:
            try checkUnit(text, of: name)
            page.append(metadata: .unit(text), of: name)
        }
    }

    /// A unit is the last part of its metric's name.
    private func checkUnit(_ unit: SourceRange, of name: SourceRange) throws(ExpositionError) {
        guard unit.count > 0 else { return }
        var isSuffix = unit.count < name.count
        if isSuffix {
            let start = name.upperBound - unit.count
            isSuffix = bytes[start - 1] == UInt8(ascii: "_")
            for index in 0..<unit.count where bytes[start + index] != bytes[unit.lowerBound + index] {
                isSuffix = false
            }
        }
        guard !isSuffix else { return }
        let found = text(unit.lowerBound, unit.upperBound)
        let metric = text(name.lowerBound, name.upperBound)
        throw error(
            "unit \(found) not a suffix of metric \(metric)", unit.lowerBound, unit.upperBound, showsLine: false)
    }
}
