/// The search for the ranks of two values among buckets that come in ascending order.
struct RankSearch {
    let lower: Double
    let upper: Double
    private var lowerRank: Double?
    private var upperRank: Double?

    init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    var isDone: Bool { lowerRank != nil && upperRank != nil }

    /// Looks at the bucket from `start` to `end`, below which `rank` observations lie.
    mutating func look(_ start: Double, _ end: Double, _ rank: Double, _ interpolated: (Double) -> Double) {
        if lowerRank == nil, start >= lower { lowerRank = rank }
        if upperRank == nil, start >= upper { upperRank = rank }
        if isDone { return }
        if lowerRank == nil, start < lower, end > lower { lowerRank = interpolated(lower) }
        if upperRank == nil, start < upper, end > upper { upperRank = interpolated(upper) }
    }

    /// How many observations lie between the two; what was not found lies above all buckets.
    func difference(limit: Double) -> Double {
        func limited(_ rank: Double?) -> Double {
            guard let rank, !(rank > limit) else { return limit }
            return rank
        }
        return limited(upperRank) - limited(lowerRank)
    }
}
