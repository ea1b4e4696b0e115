public import LapwingSeries
import LapwingText

extension ExpositionPage {
    /// The labels of a sample line, decoded from its series text.
    ///
    /// `le` of classic histograms and `quantile` of summaries are written as OpenMetrics does, so that `1` and `1.0`
    /// are one bucket whatever the page's format.
    /// - Parameter bytes: those that were read.
    /// - Throws: `ExpositionError` when a label is named twice or the metric's name is empty.
    /// - Complexity: O(length of the text).
    public func labels(ofLine line: Int, in bytes: Span<UInt8>) throws(ExpositionError) -> Labels {
        Labels(try labelPairs(ofLine: line, in: bytes))
    }

    /// The same with those that are empty, by which a page says that a series is to have no such label.
    ///
    /// - Throws: as `labels(ofLine:in:)`.
    public func labelPairs(ofLine line: Int, in bytes: Span<UInt8>) throws(ExpositionError) -> [Label] {
        try labelPairs(ofLine: line, in: bytes, boundsOf: kind(atLine: line))
    }

    /// The labels of a sample line as they stand there, the metric's name among them.
    ///
    /// - Parameter kind: whose bounds are to be written as OpenMetrics does; `unknown` for none.
    func labelPairs(
        ofLine line: Int, in bytes: Span<UInt8>, boundsOf kind: MetricMetadata.Kind
    ) throws(ExpositionError) -> [Label] {
        var reader = ExpositionReader(bytes, format, at: Int(offsets[line]))
        var pairs: [Label] = []
        let nameStart = reader.offset
        if reader.skipName(colons: true) {
            let name = SeriesText.decoded(bytes, nameStart, reader.offset)
            pairs.append(Label(name: LabelName.metric, value: name))
            let end = reader.offset
            reader.skipBlanks()
            if reader.current != UInt8(ascii: "{") { reader.offset = end }
        }
        if reader.current == UInt8(ascii: "{") { try reader.readLabels(into: &pairs, kind: kind) }
        try check(pairs, reader, from: Int(offsets[line]))
        return pairs
    }

    private func check(
        _ pairs: [Label], _ reader: borrowing ExpositionReader, from start: Int
    ) throws(ExpositionError) {
        if let name = Self.repeatedName(in: pairs) {
            throw reader.error("label name \(GoQuote.quote(name)) is not unique", start, reader.offset)
        }
        if pairs.contains(where: { $0.name.isEmpty || ($0.name == LabelName.metric && $0.value.isEmpty) }) {
            throw reader.error("a metric name or label name is empty", start, reader.offset)
        }
    }

    /// The first name that stands there for the second time.
    private static func repeatedName(in pairs: [Label]) -> String? {
        // As many as series have are compared with each other, which is faster than hashing them.
        if pairs.count <= 32 {
            for (index, pair) in pairs.enumerated() where pairs[..<index].contains(where: { $0.name.utf8.elementsEqual(pair.name.utf8) }) {
                return pair.name
            }
            return nil
        }
        var seen: Set<[UInt8]> = []
        return pairs.first { !seen.insert(Array($0.name.utf8)).inserted }?.name
    }

    /// The labels of an exemplar.
    ///
    /// - Throws: `ExpositionError` when a label is named twice.
    public func labels(of exemplar: ExemplarText, in bytes: Span<UInt8>) throws(ExpositionError) -> Labels {
        var reader = ExpositionReader(bytes, format, at: exemplar.labels.lowerBound)
        var pairs: [Label] = []
        try reader.readLabels(into: &pairs, kind: .unknown)
        try check(pairs, reader, from: exemplar.labels.lowerBound)
        return Labels(pairs)
    }

    /// An exemplar of the page.
    ///
    /// - Parameter sampleTime: its sample's in milliseconds since the epoch, which is its own where it states none.
    /// - Throws: `ExpositionError` when a label is named twice.
    public func exemplar(_ text: ExemplarText, in bytes: Span<UInt8>, sampleTime: Int64) throws(ExpositionError) -> Exemplar {
        let hasOwnTime = text.time != Self.noTime
        return Exemplar(
            labels: try labels(of: text, in: bytes), value: text.value, time: hasOwnTime ? text.time : sampleTime, hasOwnTime: hasOwnTime)
    }

    /// A number that is the same for pages that declare the same of their metrics, in the same order.
    ///
    /// - Complexity: O(metadata bytes), without decoding them.
    public func metadataDigest(in bytes: Span<UInt8>) -> UInt64 {
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        for line in metadata {
            let kind: UInt64
            var end = line.name.upperBound
            switch line.content {
            case .help(let text): (kind, end) = (1, text.upperBound)
            case .unit(let text): (kind, end) = (2, text.upperBound)
            case .type(let type): kind = 3 + UInt64(MetricMetadata.Kind.allCases.firstIndex(of: type) ?? 0)
            }
            let text = UInt64(hashOfBytes(bytes, line.name.lowerBound..<end))
            digest = (digest ^ text ^ kind << 32) &* 0x9E37_79B9_7F4A_7C15
            digest ^= digest >> 29
        }
        return digest
    }

    /// What the page declares of its metric families, one entry a name in the order of their first mention.
    ///
    /// - Complexity: O(metadata bytes).
    public func metricMetadata(in bytes: Span<UInt8>) -> [MetricMetadata] {
        var result: [MetricMetadata] = []
        var indices: [String: Int] = [:]
        for line in metadata {
            let name = SeriesText.unescaped(bytes, line.name.lowerBound, line.name.upperBound)
            let index = indices[name] ?? result.count
            if index == result.count {
                indices[name] = index
                result.append(MetricMetadata(name: name))
            }
            switch line.content {
            case .type(let kind): result[index].kind = kind
            case .unit(let text): result[index].unit = SeriesText.decoded(bytes, text.lowerBound, text.upperBound)
            case .help(let text):
                let quotes = format == .openMetrics
                result[index].help = SeriesText.unescaped(bytes, text.lowerBound, text.upperBound, quotes: quotes)
            }
        }
        return result
    }
}
