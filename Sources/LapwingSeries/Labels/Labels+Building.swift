extension Labels {
    /// Changes to a label set, gathered and then made at once.
    ///
    /// - Complexity: each change O(labels); `labels` O(bytes).
    public struct Builder: Sendable {
        private var pairs: [Label]

        public init(_ base: Labels = .empty) { pairs = Array(base) }

        public subscript(name: String) -> String? {
            get { pairs.first { LabelCoding.equal($0.name, name) }?.value }
            set { set(name, newValue ?? "") }
        }

        /// Sets a label; an empty value removes it.
        public mutating func set(_ name: String, _ value: String) {
            if let index = pairs.firstIndex(where: { LabelCoding.equal($0.name, name) }) {
                if value.isEmpty { pairs.remove(at: index) } else { pairs[index].value = value }
            } else if !value.isEmpty {
                pairs.append(Label(name: name, value: value))
            }
        }

        public mutating func remove(_ name: String) { set(name, "") }

        /// The labels as they stand, in no order.
        public var current: [Label] { pairs }

        public var labels: Labels { Labels(pairs) }
    }

    /// These labels with one set to another value; an empty value removes it.
    public func setting(_ name: String, _ value: String) -> Labels {
        var builder = Builder(self)
        builder.set(name, value)
        return builder.labels
    }

    /// These labels and those of `other`, which win where both have one.
    /// - Complexity: O(bytes), without a string.
    public func merging(_ other: Labels) -> Labels {
        if other.isEmpty { return self }
        if isEmpty { return other }
        let mine = encoded.span
        let theirs = other.encoded.span
        var result: [UInt8] = []
        result.reserveCapacity(encoded.count + other.encoded.count)
        var iterator = LabelCoding.PairIterator()
        var otherIterator = LabelCoding.PairIterator()
        var pair = iterator.next(in: mine)
        var otherPair = otherIterator.next(in: theirs)
        var start = 0
        var otherStart = 0
        while pair != nil || otherPair != nil {
            let order: Int
            switch (pair, otherPair) {
            case (let a?, let b?): order = LabelCoding.compare(mine.extracting(a.name), theirs.extracting(b.name))
            case (_?, nil): order = -1
            case (nil, _): order = 1
            }
            if order < 0, let end = pair?.value.upperBound { result.append(contentsOf: encoded[start..<end]) }
            if order >= 0, let end = otherPair?.value.upperBound {
                result.append(contentsOf: other.encoded[otherStart..<end])
                otherStart = end
                otherPair = otherIterator.next(in: theirs)
            }
            if order <= 0, let end = pair?.value.upperBound {
                start = end
                pair = iterator.next(in: mine)
            }
        }
        return Labels(encoded: result)
    }
}
