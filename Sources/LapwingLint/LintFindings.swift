import LapwingPromQL
import LapwingRules
import LapwingText

/// What the checks of one rule have found.
struct LintFindings {
    /// A finding, with what comments name it by.
    struct Finding {
        var diagnostic: Diagnostic
        /// The selector that it is about.
        var selector: VectorSelector?
        /// What it is about where that stands in many rules, and is to be said once in a file.
        var subject: String?
    }

    let places: RulePlaces
    var check = ""
    private(set) var found: [Finding] = []

    init(_ places: RulePlaces) { self.places = places }

    /// Something about a part of the expression.
    mutating func report(
        _ message: String, _ severity: Diagnostic.Severity = .warning, in part: SourceRange, selector: VectorSelector? = nil,
        subject: String? = nil, help: String? = nil
    ) {
        report(message, severity, at: places.expression(part), selector: selector, subject: subject, help: help)
    }

    /// Something about a part of the file.
    mutating func report(
        _ message: String, _ severity: Diagnostic.Severity = .warning, at range: SourceRange, selector: VectorSelector? = nil,
        subject: String? = nil, help: String? = nil
    ) {
        let diagnostic = Diagnostic(severity, message, at: range, help: help, check: check)
        found.append(Finding(diagnostic: diagnostic, selector: selector, subject: subject))
    }
}
