import LapwingSeries

/// The rows of a matrix that are buckets of one classic histogram, by ascending bounds.
struct ClassicLayout {
    /// The labels of the buckets but for `le`.
    var labels: Labels
    private(set) var bounds: [Double] = []
    private(set) var rows: [Int] = []
    /// Whether each bound is there once.
    private(set) var isPlain = true

    init(labels: Labels, _ buckets: [(bound: Double, row: Int)]) {
        self.labels = labels
        // A bound that is no number comes last, so that the order is one.
        let sorted = buckets.sorted { $0.bound < $1.bound || (!$0.bound.isNaN && $1.bound.isNaN) }
        bounds = sorted.map(\.bound)
        rows = sorted.map(\.row)
        isPlain = zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }
    }

    /// Whether each bound is there once, and the last one takes in everything.
    var isWhole: Bool { isPlain && bounds.count > 1 && bounds.last == .infinity }
}
