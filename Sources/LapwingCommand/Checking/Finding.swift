import LapwingServer
import LapwingText

/// Something found in a file that was checked.
struct Finding {
    let source: SourceText
    let diagnostic: Diagnostic
    /// Whether it is no fault that keeps the file from being used.
    let isLint: Bool

    init(_ diagnostic: Diagnostic, in source: SourceText, isLint: Bool = false) {
        self.source = source
        self.isLint = isLint
        var diagnostic = diagnostic
        diagnostic.check = diagnostic.check ?? "syntax"
        self.diagnostic = diagnostic
    }

    /// A file that is not there.
    init(unreadable path: String) {
        self.init(Diagnostic(InputFile.fault(of: path).description, check: "file"), in: SourceText(name: path, ""))
    }

    var check: String { diagnostic.check ?? "syntax" }
    var start: SourcePosition { source.position(of: diagnostic.range?.lowerBound ?? 0) }
    var end: SourcePosition { source.position(of: diagnostic.range?.upperBound ?? 0) }
}

/// How findings are written.
enum FindingFormat: String, CaseIterable {
    case text, json, sarif, github

    func text(_ findings: [Finding]) -> String {
        switch self {
        case .text: findings.map { Self.line($0) + "\n" }.joined()
        case .json: Self.json(findings)
        case .sarif: SarifReport.text(findings)
        case .github: findings.map { GitHubCommand.text($0) + "\n" }.joined()
        }
    }

    /// The finding's own line, with what to do; on a terminal the source with its carets below.
    private static func line(_ finding: Finding) -> String {
        if Console.isTerminal { return finding.diagnostic.rendered(in: finding.source) }
        var diagnostic = finding.diagnostic
        if let help = diagnostic.help { diagnostic.message += "; \(help)" }
        return diagnostic.line(in: finding.source)
    }

    private static func json(_ findings: [Finding]) -> String {
        var json = JSONWriter(escapesHTML: false)
        json.array { json in
            for finding in findings {
                json.object { json in
                    json.member("file", finding.source.name)
                    json.key("line")
                    json.integer(finding.start.line)
                    json.key("column")
                    json.integer(finding.start.column)
                    json.member("severity", finding.diagnostic.severity.rawValue)
                    json.member("message", finding.diagnostic.message)
                    json.member("check", finding.check)
                    if let help = finding.diagnostic.help { json.member("help", help) }
                }
            }
        }
        return json.text + "\n"
    }
}

/// Workflow commands, which GitHub shows beside the lines of a change.
///
/// Source: "Workflow commands for GitHub Actions", `::error file={name},line={line},…::{message}`.
enum GitHubCommand {
    static func text(_ finding: Finding) -> String {
        let command = switch finding.diagnostic.severity {
        case .error: "error"
        case .warning: "warning"
        case .information: "notice"
        }
        let (start, end) = (finding.start, finding.end)
        var properties = "file=\(property(finding.source.name)),line=\(start.line),col=\(start.column)"
        if end > start { properties += ",endLine=\(end.line)" + (end.line == start.line ? ",endColumn=\(end.column)" : "") }
        let help = finding.diagnostic.help.map { "\n\($0)" } ?? ""
        return "::\(command) \(properties),title=\(property(finding.check))::\(data(finding.diagnostic.message + help))"
    }

    private static func data(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    private static func property(_ text: String) -> String { data(text).replacing(":", with: "%3A").replacing(",", with: "%2C") }
}
