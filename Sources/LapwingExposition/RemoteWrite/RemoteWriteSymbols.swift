import LapwingSeries

/// Version 2.0's table of texts, and what of the last series is kept to be used again.
struct RemoteWriteSymbols {
    private static let metricName = Array(LabelName.metric.utf8)

    let source: [UInt8]
    private(set) var ranges: [Range<Int>] = []
    /// The references of the labels being read; their memory is used again from series to series.
    var references: [Int] = []
    /// Metadata that was told already: those of one family are in each of its series.
    var told: Set<RemoteWriteMetadata.Second> = []
    /// Bytes of it.
    var toldBytes = 0

    init(_ source: [UInt8]) { self.source = source }

    var count: Int { ranges.count }

    mutating func append(_ range: Range<Int>) { ranges.append(range) }

    /// Prometheus' words for references that name no labels, or nil.
    func fault(of references: [Int]) -> String? {
        if references.count % 2 != 0 { return "invalid labelRefs length \(references.count)" }
        for place in stride(from: 0, to: references.count, by: 2) {
            let (name, value) = (references[place], references[place + 1])
            if name >= ranges.count || value >= ranges.count {
                return "labelRefs \(name) (name) = \(value) (value) outside of symbols table (size \(ranges.count))"
            }
        }
        return nil
    }

    /// - Precondition: there are such symbols.
    func byteCount(of references: [Int]) -> Int {
        references.reduce(0) { total, reference in
            let (sum, isTooLarge) = total.addingReportingOverflow(ranges[reference].count)
            return isTooLarge ? Int.max : sum
        }
    }

    /// - Precondition: there is such a symbol.
    func text(_ reference: Int, _ reader: ProtobufReader) throws(ProtobufReader.Fault) -> String {
        guard let text = String(validating: source[ranges[reference]], as: UTF8.self) else { throw reader.fault("a symbol is no UTF-8") }
        return text
    }

    /// - Precondition: there is no fault of `references`.
    func labels(_ references: [Int], _ reader: ProtobufReader) throws(ProtobufReader.Fault) -> Labels {
        var labels: [Label] = []
        for place in stride(from: 0, to: references.count, by: 2) {
            labels.append(Label(name: try text(references[place], reader), value: try text(references[place + 1], reader)))
        }
        return Labels(labels)
    }

    /// The symbol of the metric's name among the references of labels.
    func metricName(in references: [Int]) -> Int? {
        for place in stride(from: 0, to: references.count - 1, by: 2) {
            let range = ranges[references[place]]
            if range.count == Self.metricName.count, source[range].elementsEqual(Self.metricName) { return references[place + 1] }
        }
        return nil
    }
}
