import Foundation
import LapwingConfiguration
import LapwingRules
import LapwingServer
import LapwingText

/// `lapwing check`: looks for what is wrong with a file before it is used.
enum CheckCommand {
    static func run(_ arguments: Arguments) throws(UsageError) -> ExitStatus {
        guard let kind = arguments.operands.first else { throw UsageError("check needs what to check: rules FILE… or config FILE…") }
        let kinds = ["rules", "config"]
        guard kinds.contains(kind) else {
            throw UsageError("this version checks rules and config, not \(kind)", nearest: Spelling.nearest(to: kind, in: kinds))
        }
        let paths = arguments.operands.dropFirst()
        if paths.isEmpty { throw UsageError("check \(kind) needs a file") }
        let output = arguments.text("--output") ?? "text"
        guard output == "text" || output == "json" else { throw UsageError("--output is text or json, not \(GoQuote.quote(output))") }
        let lint = Set((arguments.text("--lint") ?? "default").split(separator: ",").map(String.init))
        if let unknown = lint.first(where: { !["default", "all", "none", RuleLint.duplicateRules].contains($0) }) {
            throw UsageError("unknown check \(unknown)", nearest: Spelling.nearest(to: unknown, in: [RuleLint.duplicateRules]))
        }
        var findings: [Finding] = []
        let runsLint = !lint.contains("none")
        for path in paths { findings += kind == "config" ? checkConfiguration(path, runsLint) : check(path, runsLint: runsLint) }
        Console.output(output == "json" ? json(findings) : findings.map { $0.text + "\n" }.joined())
        if findings.contains(where: { $0.severity == .error }) { return .failure }
        return arguments.has("--lint-fatal") && findings.contains { $0.isLint } ? .lint : .success
    }

    private struct Finding {
        var file: String
        var position: SourcePosition
        var severity: Diagnostic.Severity
        var message: String
        var check: String
        var isLint: Bool
        var text: String
    }

    private static func check(_ path: String, runsLint: Bool) -> [Finding] {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            let source = SourceText(name: path, "")
            return [finding(Diagnostic("the file is not there or cannot be read", check: "file"), in: source)]
        }
        let source = SourceText(name: path, bytes: Array(bytes))
        do throws(SourceError) {
            let file = try RuleFile.read(source)
            return file.warnings.map { finding($0, in: source) } + (runsLint ? RuleLint.findings(in: file).map { finding($0, in: source, isLint: true) } : [])
        } catch {
            return error.diagnostics.map { finding($0, in: source) }
        }
    }

    /// A configuration file, and the rule files that it names.
    private static func checkConfiguration(_ path: String, _ runsLint: Bool) -> [Finding] {
        guard let source = try? ConfigurationLoading.source(path) else {
            return [finding(Diagnostic("the file is not there or cannot be read", check: "file"), in: SourceText(name: path, ""))]
        }
        do throws(SourceError) {
            let configuration = try Configuration.read(source, environment: ConfigurationLoading.environment)
            var findings = configuration.warnings.map { finding($0, in: source) }
            for rules in configuration.ruleFiles {
                let paths = RuleLoading.paths(matching: rules.pattern)
                if paths == [rules.pattern], !FileManager.default.fileExists(atPath: rules.pattern) {
                    let message = "\(GoQuote.quote(rules.pattern)) does not point to an existing file"
                    findings.append(finding(Diagnostic(message, at: rules.range, check: "config/file"), in: source))
                } else {
                    findings += paths.flatMap { check($0, runsLint: runsLint) }
                }
            }
            for file in configuration.namedFiles where !FileManager.default.fileExists(atPath: file.path) {
                let message = "\(GoQuote.quote(file.path)) does not point to an existing file"
                findings.append(finding(Diagnostic(message, at: file.range, check: "config/file"), in: source))
            }
            return findings
        } catch {
            return error.diagnostics.map { finding($0, in: source) }
        }
    }

    private static func finding(_ diagnostic: Diagnostic, in source: SourceText, isLint: Bool = false) -> Finding {
        Finding(
            file: source.name, position: source.position(of: diagnostic.range?.lowerBound ?? 0), severity: diagnostic.severity,
            message: diagnostic.message, check: diagnostic.check ?? "syntax", isLint: isLint, text: text(diagnostic, in: source))
    }

    /// The finding's own line; on a terminal the source with its carets below.
    private static func text(_ diagnostic: Diagnostic, in source: SourceText) -> String {
        var named = diagnostic
        named.check = diagnostic.check ?? "syntax"
        return isatty(FileHandle.standardOutput.fileDescriptor) == 1 ? named.rendered(in: source) : named.line(in: source)
    }

    private static func json(_ findings: [Finding]) -> String {
        var json = JSONWriter(escapesHTML: false)
        json.array { json in
            for finding in findings {
                json.object { json in
                    json.member("file", finding.file)
                    json.key("line")
                    json.integer(finding.position.line)
                    json.key("column")
                    json.integer(finding.position.column)
                    json.member("severity", finding.severity.rawValue)
                    json.member("message", finding.message)
                    json.member("check", finding.check)
                }
            }
        }
        return json.text + "\n"
    }
}
