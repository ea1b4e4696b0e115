import LapwingSeries

/// The value of one series' expression over all steps: one row of a `StepMatrix`, before it is known whether it stays.
struct StepRow: Sendable {
    /// One cell for each step; absent and histogram cells are marked as in a matrix.
    var values: [Double]
    /// By step.
    var histograms: [Int: NativeHistogram] = [:]

    init(stepCount: Int) { values = Array(repeating: StepMatrix.absent, count: stepCount) }

    var stepCount: Int { values.count }

    func isPresent(_ step: Int) -> Bool { values[step].bitPattern != StepMatrix.absentBits }

    /// - Complexity: O(1) where the last step has a value, else O(steps).
    var isEmpty: Bool {
        for value in values.reversed() where value.bitPattern != StepMatrix.absentBits { return false }
        return true
    }

    /// Whether there is a float at every step.
    var isWhole: Bool {
        if !histograms.isEmpty { return false }
        let cells = values.span
        var absent: UInt64 = 0
        for step in 0..<cells.count { absent |= cells[step].bitPattern == StepMatrix.absentBits ? 1 : 0 }
        return absent == 0
    }

    func histogram(at step: Int) -> NativeHistogram? {
        values[step].bitPattern == StepMatrix.histogramCellBits ? histograms[step] : nil
    }

    mutating func set(_ histogram: NativeHistogram, at step: Int) {
        values[step] = StepMatrix.histogramCell
        histograms[step] = histogram
    }

    mutating func clear() {
        for step in values.indices { values[step] = StepMatrix.absent }
        if !histograms.isEmpty { histograms = [:] }
    }

    /// Takes over a row of a matrix of as many steps.
    mutating func copy(row: Int, of matrix: StepMatrix) {
        let base = row * matrix.stepCount
        for step in values.indices { values[step] = matrix.values[base + step] }
        if histograms.isEmpty && matrix.histograms.isEmpty { return }
        histograms = [:]
        for step in values.indices { if let histogram = matrix.histogram(at: base + step) { histograms[step] = histogram } }
    }

    /// Takes over the only cell of another row for every step.
    mutating func spread(_ single: StepRow) {
        for step in values.indices { values[step] = single.values[0] }
        histograms = [:]
        if let histogram = single.histogram(at: 0) { for step in values.indices { histograms[step] = histogram } }
    }
}
