/// The values of a page's open samples, sample by sample: those of one scrape stand side by side, as a batch brings them and an instant
/// reads them, so that memory is gone through in its order.
struct OpenValues: Sendable {
    /// All series' first samples, then all their second ones, and so on.
    private var cells: [Double] = []
    /// Series that there is room for.
    private var width = 0
    /// Samples of each that there is room for.
    private(set) var depth = 0

    var byteCount: Int { cells.capacity * MemoryLayout<Double>.stride }

    subscript(place: Int, sample: Int) -> Double {
        @inline(__always) get { cells[sample &* width &+ place] }
        @inline(__always) set { cells[sample &* width &+ place] = newValue }
    }

    /// Makes room for so many series.
    mutating func widen(to count: Int) {
        if count <= width { return }
        let (old, before) = (cells, width)
        width = max(count, min(2 * before, SeriesPage.capacity))
        cells = Array(repeating: 0, count: width * depth)
        for cell in old.indices { cells[cell / before * width + cell % before] = old[cell] }
    }

    /// Makes room for so many samples of each series.
    mutating func deepen(to count: Int) {
        if count <= depth { return }
        depth = count
        // Reserved exactly: there are many pages.
        cells.reserveCapacity(width * depth)
        cells.append(contentsOf: repeatElement(0, count: width * depth - cells.count))
    }

    /// Adds the values of some of a series' samples to a column.
    func append(_ samples: Range<Int>, of place: Int, to column: inout [Double]) {
        if samples.isEmpty { return }
        column.append(addingCapacity: samples.count) { output in
            for sample in samples { output.append(self[place, sample]) }
        }
    }

    /// Puts `count` samples of a series, which begin with `first`, in front of all others of it.
    mutating func moveToFront(_ count: Int, from first: Int, of place: Int) {
        for sample in 0..<count { self[place, sample] = self[place, first + sample] }
    }
}
