import LapwingPromQL
import LapwingRules
import LapwingSeries

/// What a recording rule writes in a block, series by series instead of instant by instant.
struct RecordedBlock {
    private let rows: DenseRows
    private let labels: [Labels]
    private let times: [Int64]

    /// - Parameter times: the instants in milliseconds, one for each step.
    /// - Returns: nil where the instants have to be looked at one after the other: two series become one by the rule's labels, or
    ///   the answer is no vector.
    init?(_ answers: BlockAnswers, of rule: RecordingRule, times: [Int64]) {
        guard case .dense(let rows) = answers.matrix.rows else { return nil }
        labels = rule.labels(ofSeriesFor: (0..<rows.count).map { rows.labels($0) })
        guard Set(labels).count == labels.count else { return nil }
        (self.rows, self.times) = (rows, times)
    }

    /// How many samples are written to a store at once.
    private static let batchSize = 65_536

    /// Writes the samples, and a stale marker where a series ends.
    ///
    /// - Parameter present: the series that had a sample at the instant before; replaced by those that have one at the last.
    func write(to sink: any SampleSink, after present: inout Set<Labels>) throws(AppendError) {
        let gone = present.subtracting(labels).sorted()
        let references = try sink.references(for: labels + gone)
        var batch = SampleBatch()
        for reference in references[labels.count...] { batch.append(reference, time: times[0], value: StaleMarker.value) }
        var last: Set<Labels> = []
        for (row, reference) in zip(0..<rows.count, references) {
            if add(row, reference, wasPresent: present.contains(labels[row]), to: &batch) { last.insert(labels[row]) }
            if batch.count >= Self.batchSize {
                try sink.append(batch)
                batch = SampleBatch()
            }
        }
        try sink.append(batch)
        present = last
    }

    /// - Returns: whether the row has a sample at the last step.
    private func add(_ row: Int, _ reference: SeriesReference, wasPresent: Bool, to batch: inout SampleBatch) -> Bool {
        let histograms = Dictionary(uniqueKeysWithValues: rows.histograms(row).map { ($0.step, $0.histogram) })
        var isPresent = wasPresent
        for (step, value) in rows.values(row).enumerated() {
            if !DenseRows.absent.contains(value.bitPattern) {
                batch.append(reference, time: times[step], value: value)
                isPresent = true
            } else if let histogram = histograms[step] {
                batch.append(reference, time: times[step], histogram: histogram)
                isPresent = true
            } else if isPresent {
                batch.append(reference, time: times[step], value: StaleMarker.value)
                isPresent = false
            }
        }
        return isPresent
    }
}
