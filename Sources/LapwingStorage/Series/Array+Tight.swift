extension Array {
    /// Appends with room for an eighth more rather than for twice as many: there is one of these for each series.
    mutating func appendTightly(_ element: Element) {
        if count == capacity { reserveCapacity(count + 1 + count / 8) }
        append(element)
    }
}
