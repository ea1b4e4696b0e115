extension Labels {
    /// The set as bytes, for a file: what `init(encodedBytes:)` reads. The same set has the same bytes, in every process.
    public var encodedBytes: [UInt8] { encoded }

    /// A set that was written as bytes; nil when they are none, which says that the file is damaged.
    ///
    /// - Complexity: O(bytes).
    public init?(encodedBytes bytes: [UInt8]) {
        guard LabelCoding.isWellFormed(bytes.span) else { return nil }
        self.init(encoded: bytes)
    }
}

extension LabelCoding {
    /// Whether the bytes are whole pairs, names ascending, no value empty.
    fileprivate static func isWellFormed(_ bytes: Span<UInt8>) -> Bool {
        var offset = 0
        var last: Range<Int>?
        while offset < bytes.count {
            guard let name = checkedRange(at: offset, in: bytes), !name.isEmpty,
                let value = checkedRange(at: name.upperBound, in: bytes), !value.isEmpty
            else { return false }
            if let last, compare(bytes.extracting(last), bytes.extracting(name)) >= 0 { return false }
            last = name
            offset = value.upperBound
        }
        return true
    }

    private static func checkedRange(at offset: Int, in bytes: Span<UInt8>) -> Range<Int>? {
        guard offset < bytes.count, bytes[offset] < 255 || bytes.count - offset >= 5 else { return nil }
        let range = range(at: offset, in: bytes)
        return range.upperBound <= bytes.count && (bytes[offset] < 255 || range.count >= 255) ? range : nil
    }
}
