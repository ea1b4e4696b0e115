import LapwingRegex
import LapwingText

extension [RelabelRule] {
    /// The labels after all rules, in order; nil when one of them drops the set.
    public func relabeled(_ labels: Labels) -> Labels? {
        if isEmpty { return labels }
        var builder = Labels.Builder(labels)
        for rule in self where !rule.apply(to: &builder) { return nil }
        return builder.labels
    }
}

extension RelabelRule {
    /// Applies the rule.
    ///
    /// - Returns: false when the label set is to be dropped.
    public func apply(to labels: inout Labels.Builder) -> Bool {
        switch action {
        case .keep: return expression.matchesWhole(source(labels))
        case .drop: return !expression.matchesWhole(source(labels))
        case .keepequal: return LabelCoding.equal(labels[targetLabel] ?? "", source(labels))
        case .dropequal: return !LabelCoding.equal(labels[targetLabel] ?? "", source(labels))
        case .replace: replace(&labels)
        case .lowercase: labels.set(targetLabel, Self.mapped(source(labels)) { $0.lowercaseMapping })
        case .uppercase: labels.set(targetLabel, Self.mapped(source(labels)) { $0.uppercaseMapping })
        case .hashmod: labels.set(targetLabel, String(Self.hash(source(labels)) % modulus))
        case .labelmap:
            for label in labels.current.sorted(by: { $0.name < $1.name }) {
                guard let match = expression.wholeMatch(label.name) else { continue }
                labels.set(expression.expand(replacement, match: match, in: label.name), label.value)
            }
        case .labeldrop:
            for label in labels.current where expression.matchesWhole(label.name) { labels.remove(label.name) }
        case .labelkeep:
            for label in labels.current where !expression.matchesWhole(label.name) { labels.remove(label.name) }
        }
        return true
    }

    /// The last eight bytes of the MD5 digest as a number, most significant first.
    private static func hash(_ text: String) -> UInt64 {
        MD5.digest(of: Array(text.utf8)).suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private func source(_ labels: Labels.Builder) -> String {
        if sourceLabels.count == 1 { return labels[sourceLabels[0]] ?? "" }
        return sourceLabels.map { labels[$0] ?? "" }.joined(separator: separator)
    }

    private func replace(_ labels: inout Labels.Builder) {
        let source = source(labels)
        if usesDefaultPattern, !Self.hasGroups(targetLabel) {
            // The one group is the whole text: no need to match.
            if !Self.hasGroups(replacement) { return labels.set(targetLabel, replacement) }
            if replacement == Self.defaultReplacement { return labels.set(targetLabel, source) }
        }
        guard let match = expression.wholeMatch(source) else { return }
        let target = expression.expand(targetLabel, match: match, in: source)
        guard !target.isEmpty else { return }
        labels.set(target, expression.expand(replacement, match: match, in: source))
    }

    private static func hasGroups(_ template: String) -> Bool { template.utf8.contains(UInt8(ascii: "$")) }

    /// Letter by letter, as Go does: one that becomes several stays as it is.
    private static func mapped(_ text: String, _ mapping: (Unicode.Scalar.Properties) -> String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let scalars = mapping(scalar.properties).unicodeScalars
            result.append(scalars.count == 1 ? scalars.first ?? scalar : scalar)
        }
        return String(result)
    }
}
