/// One kind of mistake that rules which load can have.
protocol LintCheck: Sendable, SendableMetatype {
    /// What turns it off: pint's and promtool's name where they have the check.
    static var name: String { get }
    /// What it finds, as the manual says it.
    static var summary: String { get }
    static var need: LintNeed { get }

    static func look(at rule: LintedRule, _ findings: inout LintFindings)

    /// The same for a part of the rule's expression; outer ones come first.
    static func look(at part: AnalyzedExpression, of rule: LintedRule, _ findings: inout LintFindings)
}

/// What a check cannot be without.
public enum LintNeed: Sendable {
    case nothing, policy, data
}

extension LintCheck {
    static var need: LintNeed { .nothing }

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {}

    static func look(at part: AnalyzedExpression, of rule: LintedRule, _ findings: inout LintFindings) {}
}
