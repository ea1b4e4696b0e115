extension NativeHistogram {
    /// Every count and the sum multiplied; a negative factor makes a gauge.
    public func scaled(by factor: Double) -> NativeHistogram {
        var result = self
        result.multiply(by: factor)
        return result
    }

    /// Source: Prometheus 3.14 `model/histogram/float_histogram.go`, `Mul`.
    public mutating func multiply(by factor: Double) {
        zeroCount *= factor
        count *= factor
        sum *= factor
        for index in positiveBuckets.indices { positiveBuckets[index] *= factor }
        for index in negativeBuckets.indices { negativeBuckets[index] *= factor }
        if factor < 0 { counterResetHint = .gauge }
    }

    /// Every count and the sum divided; zero takes all buckets away, a negative divisor makes a gauge.
    ///
    /// Source: `Div`.
    public mutating func divide(by divisor: Double) {
        zeroCount /= divisor
        count /= divisor
        sum /= divisor
        if divisor == 0 {
            (positiveSpans, positiveBuckets, negativeSpans, negativeBuckets) = ([], [], [], [])
            return
        }
        for index in positiveBuckets.indices { positiveBuckets[index] /= divisor }
        for index in negativeBuckets.indices { negativeBuckets[index] /= divisor }
        if divisor < 0 { counterResetHint = .gauge }
    }

    /// Whether any count, or the sum, has outgrown what a number can hold.
    var hasOverflow: Bool {
        zeroCount.isInfinite || count.isInfinite || sum.isInfinite || positiveBuckets.contains(where: \.isInfinite)
            || negativeBuckets.contains(where: \.isInfinite) || customValues.contains(where: \.isInfinite)
    }
}
