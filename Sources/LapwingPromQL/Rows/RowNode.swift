import LapwingSeries
import LapwingText

/// A vector expression each of whose rows depends on one series alone, so that it is computed row by row: nothing is
/// kept between its stages, and rows can be worked on at the same time.
///
/// Everything that is the same for all rows (series found, scalars, grids) is settled before the first row.
indirect enum RowNode: Sendable {
    case latest(LatestNode)
    /// A row of a vector that was computed before.
    case matrix(StepMatrix)
    case window(WindowNode)
    case elementwise(ElementKernel, parameters: [[Double]], RowNode)
    case withScalar(BinaryPlan, scalars: [Double], scalarIsLeft: Bool, RowNode)
    case negated(RowNode)
    /// One step's cell, which is the same at every step.
    case once(RowNode)
}

/// The newest sample of a series at each step.
final class LatestNode: Sendable {
    enum Reading: Sendable {
        case value
        /// When it was taken, in seconds.
        case time
        /// When the counting that it continues began, in seconds; 0 unknown.
        case startTime
    }

    let series: any SeriesSet
    let frame: WindowFrame
    let reading: Reading
    /// Whether of histograms only count and sum are asked.
    let readsHistogramCounts: Bool

    init(_ series: any SeriesSet, _ frame: WindowFrame, _ reading: Reading, readsHistogramCounts: Bool = false) {
        self.series = series
        self.frame = frame
        self.reading = reading
        self.readsHistogramCounts = readsHistogramCounts
    }
}

/// A range function over a series' samples, or over the rows of a subquery.
final class WindowNode: Sendable {
    enum Source: Sendable {
        case series(any SeriesSet)
        case subquery(RowNode, StepGrid)
    }

    let kernel: WindowKernel
    let source: Source
    let frame: WindowFrame
    let parameters: [[Double]]
    /// Where the range vector stands in the query.
    let range: SourceRange
    /// Where the first of the parameters stands.
    let parameterRange: SourceRange?
    /// Whether of histograms only count and sum are asked.
    let readsHistogramCounts: Bool
    /// Whether every series is known to be called as a counter is.
    let hasCounterName: Bool

    init(
        _ kernel: WindowKernel, _ source: Source, _ frame: WindowFrame, _ parameters: [[Double]], _ range: SourceRange,
        _ parameterRange: SourceRange?, readsHistogramCounts: Bool = false, hasCounterName: Bool = false
    ) {
        self.kernel = kernel
        self.source = source
        self.frame = frame
        self.parameters = parameters
        self.range = range
        self.parameterRange = parameterRange
        self.readsHistogramCounts = readsHistogramCounts
        self.hasCounterName = hasCounterName
    }
}

/// Rows that are known before any sample is read: their labels, and how to compute each.
struct RowPipeline: Sendable {
    var root: RowNode
    let labels: [Labels]
    /// Whether every row loses its metric's name, or each row by itself where it comes from a matrix.
    var dropsAllNames: Bool
    let dropsName: [Bool]
    /// Nanoseconds that a row takes, by a rough estimate.
    var rowCost: Int

    var rowCount: Int { labels.count }

    func dropsName(_ row: Int) -> Bool { dropsAllNames || (!dropsName.isEmpty && dropsName[row]) }
}
