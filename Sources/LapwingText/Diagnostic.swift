/// One thing to tell a person about a source text: what, how bad, where, and what to do.
public struct Diagnostic: Sendable, Hashable {
    public enum Severity: String, Sendable, Hashable, Comparable {
        case information, warning, error

        public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }
        private var rank: Int { self == .information ? 0 : self == .warning ? 1 : 2 }
    }

    public var severity: Severity
    public var message: String
    /// The bytes meant; nil when the whole text is.
    public var range: SourceRange?
    /// What to do about it, when that can be said in a sentence.
    public var help: String?
    /// The name of the check that found it, such as `duplicate-key`; what a linter turns off by name.
    public var check: String?

    public init(
        _ severity: Severity, _ message: String, at range: SourceRange? = nil, help: String? = nil,
        check: String? = nil
    ) {
        self.severity = severity
        self.message = message
        self.range = range
        self.help = help
        self.check = check
    }

    /// An error.
    public init(_ message: String, at range: SourceRange? = nil, help: String? = nil, check: String? = nil) {
        self.init(.error, message, at: range, help: help, check: check)
    }

    /// `file:line:column: severity: message (check)`, the one-line form that editors understand.
    public func line(in source: SourceText) -> String {
        let position = source.position(of: range?.lowerBound ?? 0)
        let suffix = check.map { " (\($0))" } ?? ""
        return "\(source.name):\(position): \(severity.rawValue): \(message)\(suffix)"
    }

    /// The one-line form, then the line of the source with carets under the bytes meant, then the help.
    ///
    ///     rules.yml:4:15: error: unknown function "rat"
    ///      4 |         expr: rat(x[5m])
    ///        |               ^~~
    ///        = help: did you mean "rate"?
    public func rendered(in source: SourceText) -> String {
        guard let range else { return line(in: source) + helpLine(indent: "  ") }
        let start = source.position(of: range.lowerBound)
        let end = source.position(of: range.upperBound)
        let text = excerpt(source.line(start.line), around: start.column)
        let number = String(start.line)
        let gutter = String(repeating: " ", count: number.count + 2)
        let lastColumn = end.line == start.line ? end.column : text.scalars.count + text.cut + 1
        let width = max(1, min(lastColumn - start.column, text.scalars.count + text.cut + 1 - start.column))
        let before = start.column - 1 - text.cut
        let shown = { (scalars: ArraySlice<Unicode.Scalar>) in String(String.UnicodeScalarView(scalars)).displayWidth }
        var underline = String(repeating: " ", count: shown(text.scalars.prefix(before))) + "^"
        underline += String(repeating: "~", count: max(1, shown(text.scalars.dropFirst(before).prefix(width))) - 1)
        return """
            \(line(in: source))
             \(number) | \(String(String.UnicodeScalarView(text.scalars)))
            \(gutter)| \(underline)\(helpLine(indent: gutter))
            """
    }

    private func helpLine(indent: String) -> String { help.map { "\n\(indent)= help: \($0)" } ?? "" }

    /// A tab as a space; what would command a terminal as a picture of it: a source need not be the reader's own.
    private static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0x09: " "
        case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
        case 0x7F: "\u{2421}"
        case 0x80..<0xA0: "\u{FFFD}"
        default: scalar
        }
    }

    /// At most 160 scalars of a line around a column, each as one that a terminal shows, so that carets stand where they should.
    private func excerpt(_ line: String, around column: Int) -> (scalars: [Unicode.Scalar], cut: Int) {
        let scalars = line.unicodeScalars.map(Self.shown)
        let limit = 160
        guard scalars.count > limit else { return (scalars, 0) }
        let lower = max(0, min(column - 1 - limit / 2, scalars.count - limit))
        return (Array(scalars[lower..<(lower + limit)]), lower)
    }
}

/// The errors of a text that could not be read: at least one diagnostic, in the order of the source.
public struct SourceError: Error, Sendable, CustomStringConvertible {
    public var source: SourceText
    public var diagnostics: [Diagnostic]

    public init(_ source: SourceText, _ diagnostics: [Diagnostic]) {
        self.source = source
        self.diagnostics = diagnostics
    }

    public var description: String {
        diagnostics.map { $0.rendered(in: source) }.joined(separator: "\n")
    }
}
