public import LapwingRules
import LapwingSeries

extension AlertingRule {
    /// The names of labels that its alerts have from it, and not from what its expression finds.
    public var ownLabels: [String] { labels.map(\.name) + [LabelName.alert] }
}
