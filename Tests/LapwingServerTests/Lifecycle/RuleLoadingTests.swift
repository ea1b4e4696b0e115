import Foundation
import LapwingRules
import LapwingServer
import Testing

@Suite struct `Rule files that patterns name` {
    @Test(arguments: [
        ("r.yml", "r.yml"), ("./r.yml", "r.yml"), ("a/../r.yml", "r.yml"), ("a//b/./r.yml", "a/b/r.yml"),
        ("../r.yml", "../r.yml"), ("a/../../r.yml", "../r.yml"),
        ("/../r.yml", "/r.yml"), ("//a/r.yml", "/a/r.yml"),
    ])
    func `are told apart by where their paths lead`(path: String, cleaned: String) { #expect(RuleLoading.cleaned(path) == cleaned) }

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
