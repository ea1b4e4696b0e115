public import LapwingRegex
import LapwingText

/// One rule that rewrites or drops a label set: an entry of `relabel_configs`, `metric_relabel_configs` or
/// `alert_relabel_configs`.
///
/// Source: Prometheus `model/relabel/relabel.go` at v3.14.
public struct RelabelRule: Sendable, Hashable {
    public enum Action: String, Sendable, Hashable, CaseIterable {
        case replace, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep, lowercase, uppercase
    }

    public static let defaultPattern = "(.*)"
    public static let defaultReplacement = "$1"
    public static let defaultSeparator = ";"

    public let action: Action
    /// The labels whose values, joined by `separator`, the rule looks at.
    public let sourceLabels: [String]
    public let separator: String
    /// Anchored at both ends.
    public let expression: RegularExpression
    /// What `hashmod` takes the hash modulo.
    public let modulus: UInt64
    public let targetLabel: String
    /// What a match is replaced by; `$1`, `${1}` and `${name}` stand for captured groups.
    public let replacement: String

    let usesDefaultPattern: Bool

    /// - Throws: `RelabelRuleError` when the fields do not go together.
    public init(
        _ action: Action = .replace, sourceLabels: [String] = [], separator: String = Self.defaultSeparator,
        pattern: String = Self.defaultPattern, modulus: UInt64 = 0, targetLabel: String = "",
        replacement: String = Self.defaultReplacement
    ) throws(RelabelRuleError) {
        self.action = action
        self.sourceLabels = sourceLabels
        self.separator = separator
        self.modulus = modulus
        self.targetLabel = targetLabel
        self.replacement = replacement
        usesDefaultPattern = pattern == Self.defaultPattern
        do { expression = try RegularExpression(pattern) } catch {
            throw RelabelRuleError("\(GoQuote.quote(pattern)) is no regular expression: \(error)", key: "regex")
        }
        try checkTarget()
        try checkFieldsOfEqual()
        try checkFieldsOfLabels()
    }

    private func checkTarget() throws(RelabelRuleError) {
        if action == .hashmod, modulus == 0 {
            throw RelabelRuleError("relabel configuration for hashmod requires non-zero modulus", key: "modulus")
        }
        switch action {
        case .replace, .hashmod, .lowercase, .uppercase, .keepequal, .dropequal:
            if targetLabel.isEmpty {
                throw RelabelRuleError("relabel configuration for \(action) action requires 'target_label' value", key: "target_label")
            }
        case .labelmap:
            if replacement.isEmpty { throw RelabelRuleError("\"\" is invalid 'replacement' for labelmap action", key: "replacement") }
        case .keep, .drop, .labeldrop, .labelkeep: break
        }
        if [.lowercase, .uppercase, .keepequal, .dropequal].contains(action), replacement != Self.defaultReplacement {
            throw RelabelRuleError("'replacement' can not be set for \(action) action", key: "replacement")
        }
    }

    private func checkFieldsOfEqual() throws(RelabelRuleError) {
        guard action == .keepequal || action == .dropequal else { return }
        guard usesDefaultPattern, modulus == 0, separator == Self.defaultSeparator,
            replacement == Self.defaultReplacement
        else {
            throw RelabelRuleError(
                "\(action) action requires only 'source_labels' and `target_label`, and no other fields", key: "action")
        }
    }

    private func checkFieldsOfLabels() throws(RelabelRuleError) {
        guard action == .labeldrop || action == .labelkeep else { return }
        guard sourceLabels.isEmpty, targetLabel.isEmpty, modulus == 0, separator == Self.defaultSeparator,
            replacement == Self.defaultReplacement
        else { throw RelabelRuleError("\(action) action requires only 'regex', and no other fields", key: "action") }
    }
}

/// Why a relabelling rule cannot be, in Prometheus' words.
public struct RelabelRuleError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    /// Of the rule's keys the one that it is about; it may be missing.
    public var key: String

    init(_ message: String, key: String) {
        self.message = message
        self.key = key
    }

    public var description: String { message }
}
