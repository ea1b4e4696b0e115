extension String {
    /// Digits with noughts before them, `width` of both together at least.
    public func zeroPadded(to width: Int) -> String {
        String(repeating: "0", count: max(0, width - utf8.count)) + self
    }
}
