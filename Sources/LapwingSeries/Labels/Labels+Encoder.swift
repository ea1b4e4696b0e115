extension Labels {
    /// Labels put together from bytes, as a reader of an index finds them: in the order of their names, as a rule.
    ///
    /// - Complexity: O(bytes), without a string; where the names are out of order as `Labels.init(_:)`.
    public struct Encoder: Sendable {
        private var encoded: [UInt8] = []
        private var lastName = 0..<0
        private var isOrdered = true

        public init() {}

        public mutating func append(name: Span<UInt8>, value: Span<UInt8>) {
            if isOrdered, !encoded.isEmpty {
                isOrdered = LabelCoding.compare(encoded.span.extracting(lastName), name) < 0
            }
            isOrdered = isOrdered && !value.isEmpty
            Self.append(name, to: &encoded)
            lastName = (encoded.count - name.count)..<encoded.count
            Self.append(value, to: &encoded)
        }

        /// What was appended since the last time.
        public mutating func finish() -> Labels {
            defer {
                encoded.removeAll(keepingCapacity: true)
                lastName = 0..<0
                isOrdered = true
            }
            let labels = Labels(encoded: Array(encoded))
            return isOrdered ? labels : Labels(Array(labels))
        }

        private static func append(_ text: Span<UInt8>, to encoded: inout [UInt8]) {
            LabelCoding.appendLength(text.count, to: &encoded)
            for index in text.indices { encoded.append(text[index]) }
        }
    }
}
