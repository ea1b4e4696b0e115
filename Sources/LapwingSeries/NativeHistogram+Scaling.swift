extension NativeHistogram {
    /// Every count and the sum multiplied; a negative factor makes a gauge.
    public func scaled(by factor: Double) -> NativeHistogram {
        var result = self
        result.zeroCount *= factor
        result.count *= factor
        result.sum *= factor
        for index in result.positiveBuckets.indices { result.positiveBuckets[index] *= factor }
        for index in result.negativeBuckets.indices { result.negativeBuckets[index] *= factor }
        if factor < 0 { result.counterResetHint = .gauge }
        return result
    }
}
