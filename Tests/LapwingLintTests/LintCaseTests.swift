import Foundation
import LapwingLint
import LapwingRules
import LapwingSeries
import LapwingText
import Testing

/// The rule files of `Tests/LintCases`: what is to be found stands in a comment on the line where it is to be found,
/// `# ! CHECK: a part of the message`, and nothing else may be found.
@Suite struct `Rules in the corpus` {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "LintCases")

    static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".yml") }.sorted()

    private struct Expected: CustomStringConvertible {
        var line: Int
        var check: String
        var message: String
        var description: String { "\(line): \(check): \(message)" }

        func matches(_ finding: Diagnostic, in source: SourceText) -> Bool {
            finding.check == check && finding.message.contains(message) && source.position(of: finding.range?.lowerBound ?? 0).line == line
        }
    }

    private func expectations(_ text: String) -> [Expected] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line -> [Expected] in
            line.components(separatedBy: "# ! ").dropFirst().map { part in
                let words = part.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                return Expected(line: index + 1, check: words[0], message: words.count > 1 ? words[1] : "")
            }
        }
    }

    @Test(arguments: files) func `each finding stands where the corpus expects it, and no other`(file: String) throws {
        let bytes = Array(try Data(contentsOf: Self.folder.appending(path: file)))
        let source = SourceText(name: file, bytes: bytes)
        let rules = try RuleFile.read(source)
        let now = Timestamp(milliseconds: 1_767_225_600_000)
        let findings = Lint.findings(in: [rules], LintSettings(now: now))[0]
        var open = expectations(source.text)
        for finding in findings {
            if let index = open.firstIndex(where: { $0.matches(finding, in: source) }) {
                open.remove(at: index)
            } else {
                Issue.record("not expected: \(finding.line(in: source))")
            }
        }
        for expected in open { Issue.record("not found: \(file):\(expected)") }
    }

    /// The severities of what is found in files that one server may load together.
    private func severities(_ files: String..., change: (inout LintSettings) -> Void = { _ in }) throws -> [String] {
        var settings = LintSettings(now: Timestamp(milliseconds: 0))
        change(&settings)
        let read = try files.enumerated().map { try RuleFile.read(SourceText(name: "\($0.offset).yml", $0.element)) }
        return Lint.findings(in: read, settings).joined().map { "\($0.severity) \($0.check ?? "")" }
    }

    @Test func `what may be meant as it is written is information`() throws {
        let rule = "- {record: a:b, expr: sum(x)}\n"
        #expect(try severities(rule + rule) == ["warning rule/duplicate"])
        #expect(try severities(rule, rule) == ["information rule/duplicate"])
        #expect(try severities(rule, rule) { $0.areLoadedTogether = true } == ["warning rule/duplicate"])

        let short = "{alert: A, expr: x > 1, for: 5s}"
        #expect(try severities("- \(short)") == ["information alerts/for"])
        #expect(try severities("- \(short)") { $0.knowsEvaluationInterval = true } == ["warning alerts/for"])
        #expect(try severities("groups: [{name: g, interval: 1m, rules: [\(short)]}]") == ["warning alerts/for"])

        #expect(try severities("- {alert: A, expr: count by (job) (x) > 0}") == ["information alerts/comparison"])
        #expect(try severities("- {alert: A, expr: sum by (job) (x_total) >= 0}") == ["warning alerts/comparison"])
        #expect(try severities("- {record: a:b, expr: x * on (job) group_left (__name__) sum by (job) (y)}") == ["information promql/vector_matching"])
    }

    @Test func `rules that stand in another file too are told once for each file`() throws {
        let texts = ["- {record: a:b, expr: a}\n- {record: c:d, expr: c}\n", "- {record: a:b, expr: a}\n- {record: c:d, expr: c}\n- {record: a:b, expr: e}\n"]
        let files = try texts.enumerated().map { try RuleFile.read(SourceText(name: "\($0.offset).yml", $0.element)) }
        let found = Lint.findings(in: files, LintSettings(now: Timestamp(milliseconds: 0)))
        #expect(found.map { $0.map(\.message) } == [[], [
            "a:b stands at 0.yml:1 already, with the same expression and labels (likewise line 2)",
            "a:b stands at 0.yml:1 already, with the same labels: where results have the same labels too, one overwrites the other",
        ]])
    }

    @Test func `what stands twice in a line is told without the line`() throws {
        let file = try RuleFile.read(SourceText(name: "a.yml", "- {record: a:b, expr: 'up{job=~\"a\"} + up{job=~\"a\"}'}\n"))
        let found = Lint.findings(in: [file], LintSettings(now: Timestamp(milliseconds: 0)))[0]
        #expect(found.map(\.message) == [#"the regular expression of job=~"a" is a literal"#])
    }

    /// With a copy of what is known for each label, 100,000 took 87 s.
    @Test(.timeLimit(.minutes(1))) func `a recorded metric may have any number of labels`() throws {
        let labels = (0..<50_000).map { "l\($0): v" }.joined(separator: ", ")
        let rules = "- {record: a:b, expr: a, labels: {\(labels)}}\n- {alert: A, expr: a:b + a:b > 1, annotations: {a: '{{ $labels.l49999 }}'}}\n"
        let file = try RuleFile.read(SourceText(name: "a.yml", rules))
        #expect(Lint.findings(in: [file], LintSettings(now: Timestamp(milliseconds: 0)))[0].isEmpty)
    }

    /// Each was compared with every one before it, whose expression was analyzed anew.
    @Test(.timeLimit(.minutes(1))) func `any number of alerts may have one name`() throws {
        let rules = (0..<3_000).map { "- {alert: A, expr: 'x{job=\"\($0)\"} > 1'}\n" }.joined()
        let file = try RuleFile.read(SourceText(name: "a.yml", rules))
        #expect(Lint.findings(in: [file], LintSettings(now: Timestamp(milliseconds: 0)))[0].isEmpty)
    }

    @Test func `a rule that takes over another one's name by a merge key is found where it stands`() throws {
        let text = "- &a {alert: A, expr: x > 1}\n- {<<: *a, expr: x > 2}\n"
        let file = try RuleFile.read(SourceText(name: "a.yml", text))
        let found = Lint.findings(in: [file], LintSettings(now: Timestamp(milliseconds: 0)))[0]
        #expect(found.map { file.source.position(of: $0.range?.lowerBound ?? 0).line } == [2])
    }

    @Test func `the corpus has a case for every check that needs neither policy nor data`() throws {
        let text = try Self.files.map { try String(contentsOf: Self.folder.appending(path: $0), encoding: .utf8) }.joined()
        for name in Lint.names(needing: [.nothing]).sorted() { #expect(text.contains("# ! \(name): "), "\(name) has no case") }
    }
}
