import LapwingSeries

/// The value of a vector expression over all steps: one dense row for each series.
///
/// Absent is the stale marker, which no result may hold. A cell that holds a histogram has `histogramCell` and its
/// histogram in `histograms`, so that matrices of floats alone pay nothing for them.
struct StepMatrix: Sendable {
    let stepCount: Int
    var labels: [Labels] = []
    /// Whether a row loses its metric's name when the query ends: names are dropped last, as upstream's delayed
    /// removal has it, so that `label_replace` can still read them.
    var dropsName: [Bool] = []
    /// Row by row, `stepCount` cells each.
    var values: [Double] = []
    /// By the cell's index in `values`.
    var histograms: [Int: NativeHistogram] = [:]

    static let absentBits = StaleMarker.bits
    static let absent = StaleMarker.value
    static let histogramCellBits: UInt64 = 0x7ff0_0000_0000_0003
    static let histogramCell = Double(bitPattern: histogramCellBits)

    init(stepCount: Int) { self.stepCount = stepCount }

    var rowCount: Int { labels.count }

    func cells(of row: Int) -> Range<Int> { (row * stepCount)..<((row + 1) * stepCount) }

    /// Adds a row without values.
    mutating func appendRow(_ rowLabels: Labels, dropsName rowDropsName: Bool) {
        labels.append(rowLabels)
        dropsName.append(rowDropsName)
        values.append(contentsOf: repeatElement(Self.absent, count: stepCount))
    }

    /// Takes the last row away when no step of it has a value.
    mutating func removeLastRowIfEmpty() {
        let first = (rowCount - 1) * stepCount
        for cell in first..<values.count where values[cell].bitPattern != Self.absentBits { return }
        labels.removeLast()
        dropsName.removeLast()
        values.removeLast(stepCount)
    }

    mutating func set(_ histogram: NativeHistogram, at cell: Int) {
        values[cell] = Self.histogramCell
        histograms[cell] = histogram
    }

    func isPresent(_ cell: Int) -> Bool { values[cell].bitPattern != Self.absentBits }

    /// A cell's histogram; nil for floats and absent cells.
    func histogram(at cell: Int) -> NativeHistogram? {
        values[cell].bitPattern == Self.histogramCellBits ? histograms[cell] : nil
    }

    /// Whether any step of a row has a value.
    func hasValues(row: Int) -> Bool {
        for cell in cells(of: row) where values[cell].bitPattern != Self.absentBits { return true }
        return false
    }

    /// The same cells under other rows' labels, each row kept where `keep` says so.
    func filteringRows(_ keep: (Int) -> Bool) -> StepMatrix {
        var result = StepMatrix(stepCount: stepCount)
        for row in 0..<rowCount where keep(row) { result.appendCopy(of: self, row: row, labels: labels[row], dropsName: dropsName[row]) }
        return result
    }

    /// Adds a row of another matrix under other labels.
    mutating func appendCopy(of other: StepMatrix, row: Int, labels rowLabels: Labels, dropsName rowDropsName: Bool) {
        let base = values.count
        labels.append(rowLabels)
        dropsName.append(rowDropsName)
        values.append(contentsOf: other.values[other.cells(of: row)])
        guard !other.histograms.isEmpty else { return }
        for (index, cell) in other.cells(of: row).enumerated() {
            if let histogram = other.histogram(at: cell) { histograms[base + index] = histogram }
        }
    }

    /// One step's cells spread over `count` steps: what does not depend on the step is computed once.
    func spread(over count: Int) -> StepMatrix {
        precondition(stepCount == 1, "only one step can be spread")
        var result = StepMatrix(stepCount: count)
        result.labels = labels
        result.dropsName = dropsName
        result.values.reserveCapacity(rowCount * count)
        for row in 0..<rowCount {
            let base = result.values.count
            result.values.append(contentsOf: repeatElement(values[row], count: count))
            if let histogram = histogram(at: row) { for step in 0..<count { result.histograms[base + step] = histogram } }
        }
        return result
    }
}
