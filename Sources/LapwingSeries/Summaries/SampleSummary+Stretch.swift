extension SampleSummary {
    /// Adds samples that follow all others: one loop for each part, so that nobody pays for what is not asked for.
    ///
    /// - Parameter parts: what holds afterwards; the others are of no meaning.
    /// - Complexity: O(samples), about half a nanosecond for each of them and each part; sums of what are no whole numbers six.
    public mutating func add(_ values: Span<Double>, at times: Span<Int64>, _ places: Range<Int>, _ parts: SummaryParts) {
        if places.isEmpty || add(values, places, parts, from: times[places.lowerBound], to: times[places.upperBound - 1]) { return }
        for place in places { add(values[place], at: times[place]) }
    }

    /// Adds samples of which only the first and the last time are known.
    ///
    /// - Parameter places: of the samples, at least one.
    /// - Returns: false where a stale marker is among them; nothing is added then.
    public mutating func add(_ values: Span<Double>, _ places: Range<Int>, _ parts: SummaryParts, from start: Int64, to end: Int64) -> Bool {
        if Self.hasStaleMarkers(values, places) { return false }
        var stretch = SampleSummary()
        stretch.counted = Int32(clamping: places.count)
        (stretch.firstTime, stretch.first) = (start, values[places.lowerBound])
        (stretch.lastTime, stretch.last) = (end, values[places.upperBound - 1])
        if parts.contains(.falls) { stretch.takeFalls(values, places) }
        if parts.contains(.changes) { stretch.takeChanges(values, places) }
        if !parts.isDisjoint(with: .extremes) { stretch.takeExtremes(values, places) }
        if parts.contains(.sum) { stretch.takeSum(values, places) }
        add(stretch)
        return true
    }

    private static func hasStaleMarkers(_ values: Span<Double>, _ places: Range<Int>) -> Bool {
        var found: UInt64 = 0
        for place in places { found |= values[place].bitPattern == StaleMarker.bits ? 1 : 0 }
        return found != 0
    }

    mutating func takeFalls(_ values: Span<Double>, _ places: Range<Int>) {
        var fallen = 0
        for place in (places.lowerBound + 1)..<places.upperBound { fallen &+= values[place] < values[place &- 1] ? 1 : 0 }
        resets = Int32(clamping: fallen)
        // Only what may be added up has to be whole: the values at both ends and those before a fall.
        isWhole = Self.isWholeNumber(first) && Self.isWholeNumber(last)
        if fallen == 0 { return }
        for place in (places.lowerBound + 1)..<places.upperBound where values[place] < values[place - 1] {
            correction += values[place - 1]
            isWhole = isWhole && Self.isWholeNumber(values[place - 1]) && correction < 0x1p53
        }
    }

    mutating func takeChanges(_ values: Span<Double>, _ places: Range<Int>) {
        var changed = 0
        for place in (places.lowerBound + 1)..<places.upperBound {
            let (value, before) = (values[place], values[place &- 1])
            changed &+= value == before || (value != value && before != before) ? 0 : 1
        }
        changes = Int32(clamping: changed)
    }

    mutating func takeExtremes(_ values: Span<Double>, _ places: Range<Int>) {
        (minimum, maximum) = (first, first)
        for place in places {
            let value = values[place]
            minimum = value < minimum || minimum != minimum ? value : minimum
            maximum = value > maximum || maximum != maximum ? value : maximum
        }
    }

    mutating func takeSum(_ values: Span<Double>, _ places: Range<Int>) {
        var broken = 0
        for place in places {
            let value = values[place]
            let exponent = UInt16(truncatingIfNeeded: value.bitPattern >> 52) & 0x7ff
            largestExponent = max(largestExponent, exponent)
            smallestExponent = min(smallestExponent, value == 0 ? 0x7ff : exponent)
            broken |= Self.isWholeNumber(value) ? 0 : 1
        }
        let bits = Int(largestExponent) - 1022 + Int.bitWidth - places.count.leadingZeroBitCount
        if broken == 0, bits <= 53 {
            // Whole numbers whose sum has 53 bits: nothing is lost on the way.
            for place in places { sum += values[place] }
            return
        }
        for place in places {
            let (total, rest) = Self.exactSum(sum, values[place])
            (sum, lost) = Self.exactSum(total, lost + rest)
        }
    }
}
