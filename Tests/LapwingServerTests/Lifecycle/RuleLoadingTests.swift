import Foundation
import LapwingRules
import LapwingServer
import Testing

@Suite struct `Rule files that patterns name` {
    @Test(arguments: [
        ("r.yml", "r.yml"), ("./r.yml", "r.yml"), ("a/../r.yml", "r.yml"), ("a//b/./r.yml", "a/b/r.yml"),
        ("../r.yml", "../r.yml"), ("a/../../r.yml", "../r.yml"), ("../../r.yml", "../../r.yml"),
        ("/../r.yml", "/r.yml"), ("//a/r.yml", "/a/r.yml"),
    ])
    func `are told apart by where their paths lead`(path: String, cleaned: String) { #expect(RuleLoading.cleaned(path) == cleaned) }

    /// With lines as Windows ends them a file of tests was taken for one of rules.
    @Test(arguments: ["\n", "\r\n"])
    func `are no files of tests, whichever way lines end`(_ lineEnd: String) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString)_test.yml")
        defer { try? FileManager.default.removeItem(at: path) }
        try Data("rule_files: [a.yml]\(lineEnd)tests:\(lineEnd)- interval: 1m\(lineEnd)".utf8).write(to: path)
        #expect(RuleLoading.isTestFile(path.path))
        try Data("groups: []\(lineEnd)# tests:\(lineEnd)".utf8).write(to: path)
        #expect(!RuleLoading.isTestFile(path.path))
    }

    /// A reload with one dropped all rules, and told everybody that their alerts were over.
    @Test(arguments: ["[a", "a[]", "a[b-]c", "a\\", "rules/[^"])
    func `are not none where a pattern cannot be matched`(_ pattern: String) {
        let error = #expect(throws: RuleLoadingError.self) { try RuleLoading.files([pattern]) }
        #expect(error?.description.hasPrefix("syntax error in pattern ") == true)
    }

    /// A file that two patterns name was loaded twice, and sent each alert twice.
    @Test func `are loaded once, however many name them`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["r", "s"] { try Data("- {record: a, expr: x}\n".utf8).write(to: folder.appending(path: "\(name).yml")) }
        let files = try RuleLoading.files(["\(folder.path)/s.yml", "\(folder.path)/*.yml", "\(folder.path)/./r.yml"])
        #expect(files.map(\.name) == ["\(folder.path)/s.yml", "\(folder.path)/r.yml"])
    }
}
