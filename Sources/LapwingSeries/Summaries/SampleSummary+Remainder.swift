extension SampleSummary {
    /// What is left of a stretch without stale markers when its first samples are taken away: all that is additive is subtracted.
    ///
    /// - Precondition: all parts of the stretch itself hold.
    /// - Parameters:
    ///   - removed: how many go, at least one and fewer than there are.
    ///   - values: those that go, and the first that stays.
    ///   - time: of the first that stays.
    ///   - parts: what holds afterwards.
    /// - Returns: nil where the others have to be looked at: an extreme may be among those that go, or sums are not exact.
    /// - Complexity: O(removed), about half a nanosecond for each of them and each part.
    public func removing(_ removed: Int, _ values: Span<Double>, leaving time: Int64, _ parts: SummaryParts) -> SampleSummary? {
        var rest = self
        rest.counted -= Int32(clamping: removed)
        (rest.firstTime, rest.first) = (time, values[removed])
        var gone = SampleSummary()
        (gone.first, gone.last) = (values[0], values[removed])
        // What lies between the last that goes and the first that stays goes too.
        if parts.contains(.falls) {
            if resets > 0 { gone.takeFalls(values, 0..<(removed + 1)) }
            guard rest.removeFalls(gone) else { return nil }
        }
        if parts.contains(.changes) {
            gone.takeChanges(values, 0..<(removed + 1))
            rest.changes -= gone.changes
        }
        if !parts.isDisjoint(with: .extremes) {
            gone.takeExtremes(values, 0..<removed)
            if parts.contains(.minimum), !(gone.minimum > minimum) {
                // Of numbers that never fall, as a counter's mostly are, the first that stays is the least.
                guard resets == 0, largestExponent < 0x7ff else { return nil }
                rest.minimum = values[removed]
            }
            if parts.contains(.maximum), !(gone.maximum < maximum) { return nil }
        }
        if parts.contains(.sum) {
            guard hasExactSum else { return nil }
            gone.takeSum(values, 0..<removed)
            let (total, lost) = Self.exactSum(sum, -gone.sum)
            (rest.sum, rest.lost) = Self.exactSum(total, self.lost - gone.lost + lost)
        }
        return rest
    }

    /// - Returns: false where what is left of the correction is not exact.
    private mutating func removeFalls(_ gone: SampleSummary) -> Bool {
        resets -= gone.resets
        if resets == 0 {
            correction = 0
            isWhole = Self.isWholeNumber(first) && Self.isWholeNumber(last)
        } else if gone.resets > 0 {
            guard isWhole, gone.isWhole else { return false }
            correction -= gone.correction
        }
        return true
    }
}
