import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingText

/// What comments in a rule file say about the lint: pint's, with `lapwing` or `pint` before them.
///
///     # pint disable promql/rate            the rule below, around or beside it
///     # pint disable promql/regexp(x{a="b"}) of selectors like this one alone
///     # pint snooze 2027-01-31 alerts/for   until then
///     # pint file/disable rule/duplicate    the whole file
///     # pint ignore/line                    and next-line, begin, end, file: these lines
struct LintComments {
    /// A check that is turned off.
    struct Disabled {
        var check: String
        /// Which findings alone, nil for all.
        var selector: [Matcher]?
        /// Column and line from 1.
        var position: SourcePosition
    }

    private var ofFile: [Disabled] = []
    private var ofRules: [Disabled] = []
    private let ignored: IgnoredLines
    private let source: SourceText
    /// Comments that say nothing that can be understood.
    private(set) var problems: [Diagnostic] = []

    init(_ source: SourceText, now: Timestamp) {
        self.source = source
        let comments = LintComment.all(in: source)
        ignored = IgnoredLines(comments, source)
        for comment in comments { read(comment, now) }
    }

    private mutating func read(_ comment: LintComment, _ now: Timestamp) {
        switch comment.command {
        case "disable", "file/disable": disable(comment, comment.argument)
        case "snooze", "file/snooze":
            let words = comment.argument.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2, let until = Self.time(words[0]) else {
                report("a snooze is a day or a time, then a check: snooze 2027-01-31 promql/rate", comment)
                return
            }
            if now < until { disable(comment, words[1].trimmed) }
        case "ignore/line", "ignore/next-line", "ignore/begin", "ignore/end", "ignore/file", "file/owner", "rule/owner", "rule/set": break
        default:
            let nearest = Spelling.nearest(to: comment.command, in: Self.commands)
            // pint may know more, and a sentence may begin with its name.
            guard comment.isOwn || nearest != nil else { return }
            report("unknown comment \(GoQuote.quote(comment.command))\(nearest.map { ", did you mean \($0)?" } ?? "")", comment)
        }
    }

    private static let commands = [
        "disable", "snooze", "file/disable", "file/snooze", "ignore/line", "ignore/next-line", "ignore/begin", "ignore/end", "ignore/file",
    ]

    private mutating func disable(_ comment: LintComment, _ match: String) {
        guard !match.isEmpty else { return report("which check is to be turned off?", comment) }
        var (check, selector) = (match, nil as [Matcher]?)
        if let open = match.firstIndex(of: "("), match.hasSuffix(")") {
            check = String(match[..<open])
            let inside = String(match[match.index(after: open)...].dropLast())
            // A tag of one of pint's servers says nothing here.
            guard !inside.hasPrefix("+"), let matchers = try? Parser.parseSelector(inside) else { return }
            selector = matchers
        }
        check = Lint.synonyms[check] ?? check
        if comment.isOwn, !Lint.checks.contains(where: { $0.name == check }) {
            let nearest = Spelling.nearest(to: check, in: Lint.checks.map(\.name)).map { ", did you mean \($0)?" } ?? ""
            report("unknown check \(GoQuote.quote(check))\(nearest)", comment)
        }
        let disabled = Disabled(check: check, selector: selector, position: source.position(of: comment.range.lowerBound))
        if comment.command.hasPrefix("file/") { ofFile.append(disabled) } else { ofRules.append(disabled) }
    }

    /// A time, or a day as its beginning in UTC.
    private static func time(_ text: String) -> Timestamp? {
        let full = text.count == 10 ? text + "T00:00:00Z" : text
        guard text.contains("-") else { return nil }
        return TimeText.milliseconds(secondsOrRFC3339: full).map { Timestamp(milliseconds: $0) }
    }

    private mutating func report(_ message: String, _ comment: LintComment) {
        problems.append(Diagnostic(.warning, message, at: comment.range, check: "lint/comment"))
    }

    // MARK: Asking

    /// The findings of a rule that no comment turns off.
    func keeping(_ findings: [LintFindings.Finding], of rule: Rule, before next: Rule?) -> [LintFindings.Finding] {
        let lines = lines(of: rule, before: next)
        return findings.filter { finding in
            if let range = finding.diagnostic.range, ignored.contains(source.position(of: range.lowerBound).line) { return false }
            return !ofFile.contains { $0.turnsOff(finding) }
                && !ofRules.contains { lines.contains($0.position) && $0.turnsOff(finding) }
        }
    }

    /// From the comments above a rule to those beside or below its last line that are indented as its fields are.
    private func lines(of rule: Rule, before next: Rule?) -> CommentPlace {
        let start = source.position(of: rule.range.lowerBound)
        let last = source.position(of: max(rule.range.lowerBound, rule.range.upperBound - 1)).line
        var first = start.line
        while first > 1, source.isCommentOrBlank(first - 1) { first -= 1 }
        let end = next.map { source.position(of: $0.range.lowerBound).line - 1 } ?? source.lineCount
        return CommentPlace(first: first, start: start, last: last, end: max(last, end), source: source)
    }
}

/// The lines whose comments are about one rule.
private struct CommentPlace {
    var first: Int
    /// Of the rule's first field, behind the dash.
    var start: SourcePosition
    var last: Int
    /// The last line before the next rule.
    var end: Int
    var source: SourceText

    func contains(_ position: SourcePosition) -> Bool {
        if position.line > last {
            return position.line <= end && position.column >= start.column
                && (last..<position.line).dropFirst().allSatisfy { source.isCommentOrBlank($0) }
        }
        guard position.line < start.line else { return position.line >= start.line }
        // What is indented as fields are belongs to the rule before.
        return position.line >= first && position.column < start.column
    }
}

extension LintComments.Disabled {
    fileprivate func turnsOff(_ finding: LintFindings.Finding) -> Bool {
        guard check == finding.diagnostic.check else { return false }
        guard let selector else { return true }
        guard let other = finding.selector else { return false }
        return selector.allSatisfy { other.matchers.contains($0) }
    }
}

extension SourceText {
    func isCommentOrBlank(_ line: Int) -> Bool {
        for byte in bytes[offset(ofLine: line)..<offset(ofLine: line + 1)] where byte != 0x20 && byte != 0x09 {
            return byte == UInt8(ascii: "#") || byte == 0x0A || byte == 0x0D
        }
        return true
    }
}

extension String {
    var trimmed: String {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
