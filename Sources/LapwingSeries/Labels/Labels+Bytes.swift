extension Labels {
    /// Hands the bytes of every name and value to `body`, in order; makes no string.
    ///
    /// - Complexity: O(labels).
    public func forEachPair(_ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Void) {
        let span = encoded.span
        var iterator = LabelCoding.PairIterator()
        while let pair = iterator.next(in: span) { body(span.extracting(pair.name), span.extracting(pair.value)) }
    }
}
