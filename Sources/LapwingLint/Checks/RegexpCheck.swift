import LapwingPromQL
import LapwingRegex
import LapwingRules
import LapwingSeries
import LapwingText

/// Regular expressions where a plain matcher would do.
enum RegexpCheck: LintCheck {
    static let name = "promql/regexp"
    static let summary = "matchers with a regular expression that is a literal, matches everything or nothing, or is anchored once more"

    static func look(at part: AnalyzedExpression, of rule: LintedRule, _ findings: inout LintFindings) {
        guard case .vectorSelector(let selector) = part.expression else { return }
        for matcher in selector.matchers {
            guard let expression = matcher.expression else { continue }
            let isPositive = matcher.operation == .matches
            let plain = isPositive ? Matcher.Operation.equal : .notEqual
            if expression.matchesEverything {
                isPositive
                    ? report("\(matcher) matches everything", .information, "leave the matcher out")
                    : report("\(matcher) matches nothing", .warning, nil)
            } else if let literals = expression.literals, literals.count == 1 {
                report(
                    "the regular expression of \(matcher) is a literal", .information,
                    "write \(Labels.nameText(matcher.name))\(plain.rawValue)\(GoQuote.quote(literals[0]))")
            } else if matcher.value.hasPrefix("^") || (matcher.value.hasSuffix("$") && !matcher.value.hasSuffix("\\$")) {
                report("\(matcher) is anchored at both ends without ^ and $", .information, "leave ^ and $ out")
            }
            func report(_ message: String, _ severity: Diagnostic.Severity, _ help: String?) {
                let range = matcher.range(in: rule.rule.query.text, selector.range) ?? selector.range
                let subject = severity == .information ? matcher.description : nil
                findings.report(message, severity, in: range, selector: selector, subject: subject, help: help)
            }
        }
    }
}

extension Matcher {
    /// Where the matcher stands in the text of its selector; nil where it is written in an unusual way.
    func range(in query: String, _ selector: SourceRange) -> SourceRange? {
        let bytes = Array(query.utf8)
        let name = Array(name.utf8)
        let operation = Array(self.operation.rawValue.utf8)
        var start = selector.lowerBound
        while start + name.count < selector.upperBound {
            defer { start += 1 }
            guard bytes[start..<(start + name.count)].elementsEqual(name) else { continue }
            var end = start + name.count
            while end < selector.upperBound, bytes[end] == 0x20 { end += 1 }
            guard end + operation.count < selector.upperBound else { return nil }
            guard bytes[end..<(end + operation.count)].elementsEqual(operation) else { continue }
            end += operation.count
            while end < selector.upperBound, bytes[end] == 0x20 { end += 1 }
            let opening = end
            end += 1
            while end < selector.upperBound, bytes[end] != bytes[opening] { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
            guard end < selector.upperBound else { return nil }
            if (try? GoQuote.unquote(Array(bytes[opening...end]))) == Array(value.utf8) { return SourceRange(start, end + 1) }
        }
        return nil
    }
}
