public import LapwingSeries

/// The series of a range vector, in the order of their labels.
///
/// A range query's come as dense rows over one grid of times, as the engine holds them; a series is made from its row
/// when it is asked for. Who writes many of them reads the rows.
public struct QueryMatrix: Sendable {
    public enum Rows: Sendable {
        case series([MatrixSeries])
        case dense(DenseRows)
    }

    public let rows: Rows

    public init(_ series: [MatrixSeries]) { rows = .series(series) }

    public init(_ rows: DenseRows) { self.rows = .dense(rows) }

    /// The first `limit` series.
    public func limited(to limit: Int) -> QueryMatrix {
        switch rows {
        case .series(let series): QueryMatrix(Array(series.prefix(limit)))
        case .dense(let dense): QueryMatrix(dense.limited(to: limit))
        }
    }
}

extension QueryMatrix: RandomAccessCollection {
    public var startIndex: Int { 0 }

    public var endIndex: Int {
        switch rows {
        case .series(let series): series.count
        case .dense(let dense): dense.count
        }
    }

    /// - Complexity: O(steps) for dense rows.
    public subscript(position: Int) -> MatrixSeries {
        switch rows {
        case .series(let series): series[position]
        case .dense(let dense): dense.series(position)
        }
    }
}

extension QueryMatrix: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: MatrixSeries...) { self.init(elements) }
}

/// Rows of one value for each step, those that have any, in the order of their labels.
public struct DenseRows: Sendable {
    /// Milliseconds since the epoch.
    public let start: Int64
    /// Milliseconds, at least 1.
    public let step: Int64
    public let stepCount: Int
    public let hasHistograms: Bool
    private let matrix: StepMatrix
    /// The rows of the matrix in the order of their labels.
    private let order: [Int]

    /// The bits of cells without a float: absent ones, and those that hold a histogram.
    public static let absent = StepMatrix.absentBits..<(StepMatrix.histogramCellBits + 1)

    init(_ matrix: StepMatrix, on grid: StepGrid) {
        precondition(matrix.stepCount == grid.count, "a matrix has the steps of its grid")
        let order = (0..<matrix.rowCount).filter { matrix.hasValues(row: $0) }.sorted { matrix.labels[$0] < matrix.labels[$1] }
        self.init(matrix, order, start: grid.start, step: grid.step)
    }

    private init(_ matrix: StepMatrix, _ order: [Int], start: Int64, step: Int64) {
        self.matrix = matrix
        self.order = order
        self.start = start
        self.step = step
        stepCount = matrix.stepCount
        hasHistograms = !matrix.histograms.isEmpty
    }

    public var count: Int { order.count }

    func limited(to limit: Int) -> DenseRows { DenseRows(matrix, Array(order.prefix(limit)), start: start, step: step) }

    public func time(_ step: Int) -> Int64 { start &+ self.step &* Int64(step) }

    public func labels(_ index: Int) -> Labels { matrix.labels[order[index]] }

    /// One value for each step; those whose bits are in `absent` are none.
    public func values(_ index: Int) -> ArraySlice<Double> { matrix.values[matrix.cells(of: order[index])] }

    /// The histograms of a row, by their steps.
    /// - Complexity: O(steps).
    public func histograms(_ index: Int) -> [(step: Int, histogram: NativeHistogram)] {
        guard hasHistograms else { return [] }
        return matrix.cells(of: order[index]).enumerated().compactMap { step, cell in matrix.histogram(at: cell).map { (step, $0) } }
    }

    func series(_ index: Int) -> MatrixSeries {
        var series = MatrixSeries(labels: labels(index))
        for (step, value) in values(index).enumerated() where !Self.absent.contains(value.bitPattern) {
            series.times.append(time(step))
            series.values.append(value)
        }
        for (step, histogram) in histograms(index) {
            series.histogramTimes.append(time(step))
            series.histograms.append(histogram)
        }
        return series
    }
}
