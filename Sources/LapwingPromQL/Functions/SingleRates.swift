import LapwingSeries

/// `rate` and `increase` at one instant, of many series at once: those of one scrape have their samples at the same times, so that what
/// there is to know of these is found out once.
struct SingleRates: Sendable {
    /// The window in a column of times.
    private struct Window: Sendable {
        var low: Int
        var last: Int
        var spans: RateWindow
        /// Of a change that is extended on both sides.
        var factor: Double
    }

    private let kind: RateKind
    private var bounds: WindowBounds
    /// By the table's columns of times; nil where there are fewer than two samples.
    private var windows: [Window?] = []

    /// The cell of a row that has to be computed by itself, since its values do not merely ascend; no function has such a result.
    static let unknown = StepMatrix.histogramCell

    /// Nil for other functions, and for several steps.
    init?(_ kernel: WindowKernel, _ frame: WindowFrame) {
        guard let kind = RateKind(kernel), kind.isCounter, frame.grid.count == 1 else { return nil }
        self.kind = kind
        bounds = WindowBounds(frame)
    }

    /// Replaces `cells` by what the rows of a table come to.
    /// - Complexity: O(samples).
    mutating func fill(_ cells: inout [Double], _ table: SampleTable) {
        windows.removeAll(keepingCapacity: true)
        for column in 0..<table.columnCount { windows.append(window(table.times(ofColumn: column))) }
        cells.removeAll(keepingCapacity: true)
        cells.reserveCapacity(table.count)
        let (values, windows) = (table.values.span, windows.span)
        for row in 0..<table.count {
            let (places, column) = (table.places(of: row), table.column(of: row))
            guard column >= 0, values.extracting(places).ascends else {
                cells.append(Self.unknown)
                continue
            }
            guard let window = windows[column] else {
                cells.append(StepMatrix.absent)
                continue
            }
            let first = values[places.lowerBound + window.low]
            let change = values[places.lowerBound + window.last] - first
            let isPlain = window.spans.interval * first >= window.spans.toStart * change
            cells.append(
                isPlain
                    ? change * window.factor
                    : window.spans.extrapolated(change, first: first, kind, bounds.frame))
        }
    }

    private mutating func window(_ times: [Int64]) -> Window? {
        bounds.update(times)
        let (low, high) = (Int(bounds.low[0]), Int(bounds.high[0]))
        guard high - low > 1 else { return nil }
        let spans = RateWindow(bounds.frame, 0, times, low, high)
        return Window(low: low, last: high - 1, spans: spans, factor: spans.factor(kind, bounds.frame))
    }
}
