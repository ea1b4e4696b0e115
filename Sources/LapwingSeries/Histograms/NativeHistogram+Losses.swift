extension NativeHistogram {
    /// What rounding has lost of a histogram's counts and sum, beside its layout.
    struct Losses: Sendable {
        var zeroCount = 0.0
        var count = 0.0
        var sum = 0.0
        var positive: [Double]
        var negative: [Double]

        init(of histogram: NativeHistogram) {
            positive = [Double](repeating: 0, count: histogram.positiveBuckets.count)
            negative = [Double](repeating: 0, count: histogram.negativeBuckets.count)
        }

        mutating func scale(_ scaled: (Double) -> Double) {
            (zeroCount, count, sum) = (scaled(zeroCount), scaled(count), scaled(sum))
            for place in positive.indices { positive[place] = scaled(positive[place]) }
            for place in negative.indices { negative[place] = scaled(negative[place]) }
        }
    }
}
