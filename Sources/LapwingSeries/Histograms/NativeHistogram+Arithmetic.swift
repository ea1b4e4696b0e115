extension NativeHistogram {
    /// What should be known about a sum or a difference.
    public struct Remarks: OptionSet, Sendable, Hashable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// One histogram says that its counter was reset, the other that it was not.
        public static let resetsCollide = Remarks(rawValue: 1)
        /// Custom bounds differ: the result has those that are common to both.
        public static let boundsReconciled = Remarks(rawValue: 2)
    }

    /// Adds another histogram: at the coarser schema of the two, the wider zero bucket, the common custom bounds.
    ///
    /// - Throws: `incompatibleSchemas` when one is exponential and the other is not; nothing has changed then.
    /// - Complexity: O(buckets of both). Source: Prometheus 3.14 `model/histogram/float_histogram.go`, `Add`.
    @discardableResult
    public mutating func add(_ other: NativeHistogram) throws(NativeHistogramError) -> Remarks {
        var losses: Losses?
        return try combine(with: other, sign: 1, &losses)
    }

    /// Subtracts another histogram; the reset hint becomes what it would for a sum. Source: `Sub`.
    @discardableResult
    public mutating func subtract(_ other: NativeHistogram) throws(NativeHistogramError) -> Remarks {
        var losses: Losses?
        return try combine(with: other, sign: -1, &losses)
    }

    /// Adds, or subtracts for a sign of -1; with losses, also keeps what rounding loses (`KahanAdd`).
    mutating func combine(
        with other: NativeHistogram, sign: Double, _ losses: inout Losses?
    ) throws(NativeHistogramError) -> Remarks {
        guard usesCustomBuckets == other.usesCustomBuckets else { throw .incompatibleSchemas }
        var remarks: Remarks = settleHint(with: other.counterResetHint) ? .resetsCollide : []
        if !usesCustomBuckets {
            let zero = reconcileZeroBucket(with: other, &losses)
            accumulate(\.zeroCount, \.zeroCount, sign * zero.count, &losses)
            if losses != nil { accumulate(\.zeroCount, \.zeroCount, sign * zero.loss, &losses) }
        }
        accumulate(\.count, \.count, sign * other.count, &losses)
        accumulate(\.sum, \.sum, sign * other.sum, &losses)
        if usesCustomBuckets, customValues != other.customValues {
            remarks.insert(.boundsReconciled)
            combineAtCommonBounds(with: other, sign, &losses)
        } else {
            combineBuckets(with: other, sign, &losses)
        }
        return remarks
    }

    private mutating func accumulate(
        _ field: WritableKeyPath<NativeHistogram, Double>, _ loss: WritableKeyPath<Losses, Double>, _ value: Double, _ losses: inout Losses?
    ) {
        guard var lost = losses?[keyPath: loss] else {
            self[keyPath: field] += value
            return
        }
        increment(&self[keyPath: field], &lost, by: value)
        losses?[keyPath: loss] = lost
    }

    /// - Returns: whether the hints contradict one another. Source: `adjustCounterReset`.
    private mutating func settleHint(with other: CounterResetHint) -> Bool {
        if other == counterResetHint || counterResetHint == .gauge { return false }
        if other == .gauge {
            counterResetHint = .gauge
            return false
        }
        let isCollision = counterResetHint != .unknown && other != .unknown
        counterResetHint = .unknown
        return isCollision
    }

    // MARK: Buckets

    private mutating func combineBuckets(with other: NativeHistogram, _ sign: Double, _ losses: inout Losses?) {
        let tracksLosses = losses != nil
        let shift = usesCustomBuckets ? 0 : Int64(schema) - Int64(other.schema)
        var positive = BucketSide(positiveSpans, positiveBuckets, losses: losses?.positive ?? [])
        var negative = BucketSide(negativeSpans, negativeBuckets, losses: losses?.negative ?? [])
        var otherPositive = other.positive
        var otherNegative = other.negative
        // The arrays are held once, so that they are changed where they are.
        (positiveBuckets, negativeBuckets) = ([], [])
        losses?.positive = []
        losses?.negative = []
        if shift > 0 {
            (positive, negative) = (positive.reduced(by: shift), negative.reduced(by: shift))
            schema = other.schema
        } else if shift < 0 {
            if tracksLosses {
                otherPositive.losses = [Double](repeating: 0, count: otherPositive.counts.count)
                otherNegative.losses = [Double](repeating: 0, count: otherNegative.counts.count)
            }
            (otherPositive, otherNegative) = (otherPositive.reduced(by: -shift), otherNegative.reduced(by: -shift))
        }
        let (schema, threshold) = (schema, zeroThreshold)
        let isExponential = Self.exponentialSchemas.contains(schema)
        let isInZeroBucket = { (index: Int64) in isExponential && Self.exponentialBound(index, schema: schema) <= threshold }
        positive.add(otherPositive, sign: sign, tracksLosses: tracksLosses, skipping: isInZeroBucket)
        negative.add(otherNegative, sign: sign, tracksLosses: tracksLosses, skipping: isInZeroBucket)
        losses?.positive = positive.losses
        losses?.negative = negative.losses
        (self.positive, self.negative) = (positive, negative)
    }
}
