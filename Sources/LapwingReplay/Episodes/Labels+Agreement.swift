public import LapwingRules
public import LapwingSeries

extension Labels {
    /// Whether no label that both have differs.
    public func agree(with other: Labels) -> Bool { allSatisfy { label in other[label.name].map { $0 == label.value } ?? true } }
}

extension AlertingRule {
    /// The names of labels that its alerts have from it, and not from what its expression finds.
    public var ownLabels: [String] { labels.map(\.name) + [LabelName.alert] }
}
