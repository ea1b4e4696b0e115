import Foundation
import LapwingRuleTesting
import Testing

@testable import LapwingCommand

/// Step by step: each looks at the files once, as the program does ten times a second.
@Suite struct `Watching tests` {
    private let folder: URL

    init() throws { folder = try temporaryFolder() }

    private func write(_ name: String, _ text: String) throws {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private func test(of alert: String) -> String {
        """
        rule_files: [one.yml, 'rules/*.yml']
        tests:
          - input_series: [{series: up, values: 0x5}]
            alert_rule_test: [{eval_time: 1m, alertname: \(alert), exp_alerts: [{}]}]

        """
    }

    private func rule(_ alert: String, over limit: Int = 0) -> String { "- {alert: \(alert), expr: vector(1) > \(limit)}\n" }

    /// What is shown after a look; nil where nothing has changed.
    private func look(_ watch: inout TestWatch) -> String? {
        let changed = watch.takeChanges()
        return changed.isEmpty ? nil : watch.rerun(changed)
    }

    @Test func `takes up a new file of rules that a pattern matches, also in a new folder, and lets go of one that is gone`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write("one.yml", rule("One"))
        try write("a.test.yml", test(of: "Two"))
        try write("b.test.yml", test(of: "One"))
        var watch = TestWatch([folder.path], TestFileReader(runsTest: nil, isLenient: false))
        #expect(look(&watch)?.hasSuffix("0 passed, 2 failed; watching, end with ^C\n") == true, "the pattern matches nothing yet")
        #expect(look(&watch) == nil)
        try write("rules/two.yml", rule("Two"))
        #expect(look(&watch) == "2 passed, 0 failed; watching, end with ^C\n")
        #expect(look(&watch) == nil)
        try write("rules/three.yml", rule("Three"))
        #expect(look(&watch) == "2 passed, 0 failed; watching, end with ^C\n")
        // A change of what came later is seen as that of what was there.
        try write("rules/two.yml", rule("Two", over: 10))
        #expect(look(&watch)?.hasSuffix("1 passed, 1 failed; watching, end with ^C\n") == true)
        try FileManager.default.removeItem(at: folder.appending(path: "rules/two.yml"))
        let without = look(&watch)
        #expect(without?.contains("Two") == true && without?.hasSuffix("1 passed, 1 failed; watching, end with ^C\n") == true, "\(without ?? "nothing")")
        #expect(look(&watch) == nil)
    }

    @Test func `takes up a new file of tests, and forgets one that is gone`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write("rules/one.yml", rule("One"))
        try write("one.yml", rule("Zero"))
        try write("a.test.yml", test(of: "One"))
        var watch = TestWatch([folder.path], TestFileReader(runsTest: nil, isLenient: false))
        #expect(look(&watch) == "1 passed, 0 failed; watching, end with ^C\n")
        try write("deeper/rules/two.yml", rule("Two"))
        try write("deeper/one.yml", rule("One"))
        #expect(look(&watch) == nil, "no test names them yet")
        try write("deeper/b.test.yml", test(of: "Two"))
        #expect(look(&watch) == "2 passed, 0 failed; watching, end with ^C\n")
        try FileManager.default.removeItem(at: folder.appending(path: "a.test.yml"))
        #expect(look(&watch) == "1 passed, 0 failed; watching, end with ^C\n")
    }
}
