extension Labels {
    /// Changes to a label set, gathered and then made at once.
    ///
    /// - Complexity: each change O(labels); `labels` O(bytes).
    public struct Builder: Sendable {
        private var pairs: [Label]

        public init(_ base: Labels = .empty) { pairs = Array(base) }

        public subscript(name: String) -> String? {
            get { pairs.first { $0.name == name }?.value }
            set { set(name, newValue ?? "") }
        }

        /// Sets a label; an empty value removes it.
        public mutating func set(_ name: String, _ value: String) {
            if let index = pairs.firstIndex(where: { $0.name == name }) {
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
    public func merging(_ other: Labels) -> Labels {
        other.isEmpty ? self : isEmpty ? other : Labels(Array(self) + Array(other))
    }
}
