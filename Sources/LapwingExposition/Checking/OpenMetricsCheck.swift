import LapwingSeries
import LapwingText

/// Holds a page that can be read to the rules of OpenMetrics 1.0 about families and their samples.
struct OpenMetricsCheck {
    private(set) var diagnostics: [Diagnostic] = []
    private var family: OpenMetricsFamily?
    /// Names that families have taken, and the families' names.
    private var taken: [String: String] = [:]

    /// - Parameter isWhole: whether the page was read to its end, so that what is missing can be told.
    mutating func run(_ page: ExpositionPage, _ bytes: Span<UInt8>, isWhole: Bool) {
        var metadata = 0
        for line in 0...page.values.count {
            while metadata < page.metadata.count, page.metadata[metadata].nextLine <= line {
                check(page.metadata[metadata], bytes)
                metadata += 1
            }
            if line < page.values.count { check(line, of: page, bytes) }
        }
        if isWhole { closeFamily() }
        for exemplar in page.exemplars { check(exemplar, of: page, bytes) }
    }

    private mutating func report(_ message: String, at range: SourceRange) {
        guard diagnostics.count < ExpositionCheck.diagnosticLimit else { return }
        diagnostics.append(Diagnostic(.error, message, at: range))
    }

    // MARK: Families

    private mutating func check(_ line: ExpositionPage.MetadataLine, _ bytes: Span<UInt8>) {
        let name = SeriesText.unescaped(bytes, line.name.lowerBound, line.name.upperBound)
        if family?.name != name {
            closeFamily()
            family = OpenMetricsFamily(name: name, range: line.name)
        } else if family?.hasSamples == true {
            report("metadata of \"\(name)\" stands after its samples", at: line.name)
        }
        let isRepeated: Bool
        switch line.content {
        case .help:
            isRepeated = family?.hasHelp == true
            family?.hasHelp = true
        case .type(let kind):
            isRepeated = family?.hasType == true
            family?.hasType = true
            family?.kind = kind
        case .unit(let unit):
            isRepeated = family?.hasUnit == true
            family?.hasUnit = unit.count > 0
        }
        if isRepeated { report("metadata of \"\(name)\" is repeated", at: line.name) }
        if let family, family.hasUnit, family.kind == .info || family.kind == .stateset {
            report("a metric of type \(family.kind.rawValue) has no unit", at: line.name)
        }
    }

    private mutating func closeFamily() {
        guard var closing = family else { return }
        family = nil
        for fault in closing.finish() { report("\(fault) (\"\(closing.name)\")", at: closing.range) }
        for name in closing.names {
            if let other = taken[name] {
                report("the name \"\(name)\" is that of the metric \"\(other)\" before", at: closing.range)
                break
            }
        }
        for name in closing.names { taken[name] = closing.name }
    }

    // MARK: Samples

    private mutating func check(_ line: Int, of page: ExpositionPage, _ bytes: Span<UInt8>) {
        var reader = ExpositionReader(bytes, .openMetrics, at: Int(page.offsets[line]))
        let start = reader.offset
        do {
            let pairs = try page.labelPairs(ofLine: line, in: bytes, boundsOf: .unknown)
            try reader.skipSeries()
            let range = SourceRange(start, reader.offset)
            if range.count > 1, bytes[range.upperBound - 2] == UInt8(ascii: ",") {
                report(
                    "a comma stands before the closing brace", at: SourceRange(range.upperBound - 2, range.upperBound))
            }
            let time = try reader.timestampText()
            check(pairs, page.values[line], time, page.exemplars.contains(line: line), range)
        } catch {
            diagnostics.append(error.diagnostic)
        }
    }

    private mutating func check(
        _ pairs: [Label], _ value: Double, _ time: Double?, _ hasExemplar: Bool, _ range: SourceRange
    ) {
        let name = pairs.first { $0.name == LabelName.metric }?.value ?? ""
        if family?.suffix(of: name) == nil {
            closeFamily()
            family = OpenMetricsFamily(name: name, range: range)
        }
        let sample = OpenMetricsFamily.Sample(
            suffix: family?.suffix(of: name) ?? "", labels: pairs.filter { $0.name != LabelName.metric }, value: value,
            time: time, hasExemplar: hasExemplar, range: range)
        for fault in family?.add(sample) ?? [] { report("\(fault) (\"\(family?.name ?? "")\")", at: range) }
    }

    private mutating func check(_ exemplar: ExpositionPage.ExemplarText, of page: ExpositionPage, _ bytes: Span<UInt8>)
    {
        do {
            let length = try page.exemplar(exemplar, in: bytes, sampleTime: 0).labelCharacterCount
            if length > Exemplar.labelCharacterLimit {
                report(
                    "an exemplar's labels have \(length) characters, at most \(Exemplar.labelCharacterLimit) are allowed",
                    at: exemplar.labels)
            }
        } catch {
            diagnostics.append(error.diagnostic)
        }
    }
}

extension ExpositionReader {
    /// The timestamp of a line, in seconds as written, read from behind its series text.
    @_lifetime(self: copy self)
    fileprivate mutating func timestampText() throws(ExpositionError) -> Double? {
        var tokens: [Range<Int>] = []
        while tokens.count < 2, current == UInt8(ascii: " ") {
            let start = offset + 1
            offset = start
            while let byte = current, byte != UInt8(ascii: " "), byte != UInt8(ascii: "\n") { offset += 1 }
            tokens.append(start..<offset)
        }
        guard tokens.count == 2, bytes[tokens[1].lowerBound] != UInt8(ascii: "#") else { return nil }
        return try number(tokens[1].lowerBound, tokens[1].upperBound)
    }
}

extension [ExpositionPage.ExemplarText] {
    /// Whether a line has an exemplar; they are in the order of lines.
    fileprivate func contains(line: Int) -> Bool {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].line < line { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].line == line
    }
}
