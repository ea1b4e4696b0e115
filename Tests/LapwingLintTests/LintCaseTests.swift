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

    @Test func `the corpus has a case for every check that needs neither policy nor data`() throws {
        let text = try Self.files.map { try String(contentsOf: Self.folder.appending(path: $0), encoding: .utf8) }.joined()
        for name in Lint.names(needing: [.nothing]).sorted() { #expect(text.contains("# ! \(name): "), "\(name) has no case") }
    }
}
