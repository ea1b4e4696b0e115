import LapwingSeries

/// Room for a chunk's samples at the end of columns, filled by index.
extension SampleColumns {
    mutating func makeRoom(forFloats count: Int) {
        times.append(contentsOf: repeatElement(0, count: count))
        values.append(contentsOf: repeatElement(0, count: count))
    }

    /// Gives back the room that was not needed.
    mutating func keep(floats count: Int) {
        times.removeLast(times.count - count)
        values.removeLast(values.count - count)
    }

    /// Start times of the floats from `first` on, where any of them is known; keeps "empty, or one for each".
    mutating func fillStarts(_ starts: [Int64], from first: Int) {
        Self.fill(&startTimes, starts, from: first, through: times.count)
    }

    mutating func fillHistogramStarts(_ starts: [Int64], from first: Int) {
        Self.fill(&histogramStartTimes, starts, from: first, through: histogramTimes.count)
    }

    private static func fill(_ column: inout [Int64], _ starts: [Int64], from first: Int, through end: Int) {
        if column.isEmpty, !starts.contains(where: { $0 != 0 }) { return }
        column.append(contentsOf: repeatElement(0, count: max(0, first - column.count)))
        column.append(contentsOf: starts)
        column.append(contentsOf: repeatElement(0, count: max(0, end - column.count)))
    }
}
