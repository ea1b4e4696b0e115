import LapwingSeries

extension StepMatrix {
    static let sameLabelset = QueryError.execution("vector cannot contain metrics with the same labelset")

    /// The matrix with metric names dropped where they are to be, rows of the same labels merged.
    ///
    /// - Throws: when two rows of the same labels have a value at the same step.
    func finished() throws(QueryError) -> StepMatrix {
        guard dropsName.contains(true) else { return try merged() }
        var named = self
        for row in 0..<rowCount where dropsName[row] { named.labels[row] = labels[row].dropping(Self.metadataNames) }
        return try named.merged()
    }

    static let metadataNames: LabelNames = [LabelName.metric, LabelName.type, LabelName.unit]

    /// Rows of the same labels as one, in the place of the first.
    func merged() throws(QueryError) -> StepMatrix {
        if rowCount < 2 { return self }
        var firstRow: [Labels: Int] = [:]
        firstRow.reserveCapacity(rowCount)
        var repeated: [(row: Int, into: Int)] = []
        for row in 0..<rowCount {
            if let first = firstRow[labels[row]] { repeated.append((row, first)) } else { firstRow[labels[row]] = row }
        }
        if repeated.isEmpty { return self }
        var result = self
        for (row, first) in repeated {
            for step in 0..<stepCount where isPresent(row * stepCount + step) {
                let target = first * stepCount + step
                if result.isPresent(target) { throw Self.sameLabelset }
                if let histogram = histogram(at: row * stepCount + step) {
                    result.set(histogram, at: target)
                } else {
                    result.values[target] = values[row * stepCount + step]
                }
            }
        }
        let gone = Set(repeated.map(\.row))
        return result.filteringRows { !gone.contains($0) }
    }

    /// The only step's cells as samples, in the order of the rows.
    func vectorSamples(at time: Int64) -> [VectorSample] {
        precondition(stepCount == 1, "an instant vector has one step")
        var samples: [VectorSample] = []
        samples.reserveCapacity(rowCount)
        for row in 0..<rowCount where isPresent(row) {
            let histogram = histogram(at: row)
            samples.append(VectorSample(labels: labels[row], time: time, value: histogram == nil ? values[row] : 0, histogram: histogram))
        }
        return samples
    }

    /// The rows as series, in the order of their labels.
    func series(on grid: StepGrid) -> [MatrixSeries] { Array(QueryMatrix(DenseRows(self, on: grid))) }
}
