public import LapwingSeries

extension Labels {
    /// Whether no label that both have differs.
    public func agree(with other: Labels) -> Bool { allSatisfy { label in other[label.name].map { $0 == label.value } ?? true } }
}
