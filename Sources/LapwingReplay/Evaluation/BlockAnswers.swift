public import LapwingPromQL
public import LapwingSeries

/// The answers to one query at the instants of a block, asked for as one range.
public struct BlockAnswers: Sendable {
    /// Instants that are asked for at once: enough that each costs a small part of asking for it alone.
    public static let steps = 2048

    let matrix: QueryMatrix
    /// Milliseconds since the epoch: what the query was asked for, so less any query offset.
    let start: Int64
    let step: Int64
    /// Whether there is any element, by step.
    let hasElements: [Bool]
    /// Whether other elements may be there than at the step before, by step.
    let isOther: [Bool]

    /// Nil where the instants have to be asked for one by one: the query means something else over a range, or fails at one of them.
    public init?(
        _ query: PreparedQuery, _ engine: QueryEngine, over snapshot: any SeriesSnapshot, from start: Timestamp, step: Duration,
        count: Int
    ) {
        guard !query.expression.asksForItsQuery else { return nil }
        let end = start.advanced(byMilliseconds: step.milliseconds * Int64(count - 1))
        guard let result = try? engine.range(query, from: start, through: end, step: step, over: snapshot), case .matrix(let matrix) = result.value
        else { return nil }
        self.init(matrix, start: start.milliseconds, step: step.milliseconds, count: count)
    }

    private init(_ matrix: QueryMatrix, start: Int64, step: Int64, count: Int) {
        (self.matrix, self.start, self.step) = (matrix, start, step)
        var hasElements = [Bool](repeating: false, count: count)
        var isOther = [Bool](repeating: true, count: count)
        switch matrix.rows {
        case .series(let series):
            for time in series.flatMap({ $0.times + $0.histogramTimes }) { hasElements[Int((time - start) / step)] = true }
        case .dense(let rows):
            for index in isOther.indices.dropFirst() { isOther[index] = rows.hasHistograms }
            for row in 0..<rows.count {
                Self.look(at: rows.values(row).span, &hasElements, &isOther)
                for (index, _) in rows.histograms(row) { hasElements[index] = true }
            }
        }
        (self.hasElements, self.isOther) = (hasElements, isOther)
    }

    private static func look(at values: Span<Double>, _ hasElements: inout [Bool], _ isOther: inout [Bool]) {
        var was = false
        for index in values.indices {
            let isThere = !DenseRows.absent.contains(values[index].bitPattern)
            if isThere { hasElements[index] = true }
            if isThere != was { isOther[index] = true }
            was = isThere
        }
    }

    /// The last instant that was asked for.
    public var end: Timestamp { Timestamp(milliseconds: start + step * Int64(hasElements.count - 1)) }

    /// The query's value at an instant; nil where that is none of the block's.
    public func vector(at time: Timestamp) -> [VectorSample]? {
        let (index, rest) = (time.milliseconds - start).quotientAndRemainder(dividingBy: step)
        guard rest == 0, hasElements.indices.contains(Int(index)) else { return nil }
        return vector(at: Int(index))
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
