import LapwingPromQL
import LapwingSeries

/// The answers to one query at the instants of a block, asked for as one range.
struct BlockAnswers {
    let matrix: QueryMatrix
    /// Milliseconds since the epoch: what the query was asked for, so less any query offset.
    let start: Int64
    let step: Int64
    /// Whether there is any element, by step.
    let hasElements: [Bool]

    init(_ matrix: QueryMatrix, start: Int64, step: Int64, count: Int) {
        (self.matrix, self.start, self.step) = (matrix, start, step)
        var hasElements = [Bool](repeating: false, count: count)
        switch matrix.rows {
        case .series(let series):
            for time in series.flatMap({ $0.times + $0.histogramTimes }) { hasElements[Int((time - start) / step)] = true }
        case .dense(let rows):
            for row in 0..<rows.count {
                for (index, value) in rows.values(row).enumerated() where !DenseRows.absent.contains(value.bitPattern) { hasElements[index] = true }
                for (index, _) in rows.histograms(row) { hasElements[index] = true }
            }
        }
        self.hasElements = hasElements
    }

    /// The query's value at one step, in the order of labels.
    ///
    /// - Complexity: O(rows), more where there are histograms.
    func vector(at index: Int) -> [VectorSample] {
        guard hasElements[index] else { return [] }
        let time = start + Int64(index) * step
        guard case .dense(let rows) = matrix.rows else {
            return matrix.compactMap { series in
                series.times.firstIndex(of: time).map { VectorSample(labels: series.labels, time: time, value: series.values[$0]) }
            }
        }
        var samples: [VectorSample] = []
        for row in 0..<rows.count {
            let values = rows.values(row)
            let value = values[values.startIndex + index]
            if !DenseRows.absent.contains(value.bitPattern) {
                samples.append(VectorSample(labels: rows.labels(row), time: time, value: value))
            } else if rows.hasHistograms, let found = rows.histograms(row).first(where: { $0.step == index }) {
                samples.append(VectorSample(labels: rows.labels(row), time: time, value: 0, histogram: found.histogram))
            }
        }
        return samples
    }
}
