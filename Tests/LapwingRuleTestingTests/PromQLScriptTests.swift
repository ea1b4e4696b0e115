import Foundation
import LapwingText
import Testing

@testable import LapwingRuleTesting

@Suite struct `PromQL test scripts` {
    private static let folder: URL? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return [root.appending(path: "../shared/promqltest"), URL(filePath: "/work/shared/promqltest")]
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }()

    @Test(.enabled(if: folder != nil, "../shared/promqltest is not here"))
    func `upstream's cases pass as far as they did`() throws {
        let folder = try #require(Self.folder)
        for (name, count) in PromQLScore.passing {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            var runner = try ScriptRunner(SourceText(name: name, text))
            let outcomes = runner.run()
            let passed = outcomes.count { $0.hasPassed }
            #expect(passed >= count, "\(name): \(passed) passed of \(outcomes.count), \(count) did before")
        }
    }

    private func outcomes(_ text: String) throws -> [TestOutcome] {
        var runner = try ScriptRunner(SourceText(name: "s.test", text))
        return runner.run()
    }

    @Test func `a script loads, evaluates and compares`() throws {
        let outcomes = try outcomes(
            """
            # Two series.
            load 1m
              x{a="b"} 1+1x5
              x{a="c"} _ 2 stale 4

            eval instant at 1m x
              x{a="b"} 2
              x{a="c"} 2

            eval range from 0 to 3m step 1m sum(x)
              {} 1 4 3 8

            eval instant at 1m sum(x) by (a)
              {a="b"} 3
              {a="c"} 2

            eval instant at 1m x + on() x
              expect fail regex: found duplicate series

            eval instant at 1m 1 + 1
              2

            clear
            eval instant at 1m x
            """)
        #expect(outcomes.map(\.hasPassed) == [true, true, false, true, true, true])
        #expect(outcomes[2].report.contains("expected 3, got 2"))
    }

    @Test func `what cannot be loaded fails the evaluation after it and counts as nothing itself`() throws {
        let outcomes = try outcomes("load 1m\n  x nonsense\n\neval instant at 0 1\n  1\n\neval instant at 0 2\n  2\n")
        #expect(outcomes.map(\.hasPassed) == [false, true])
    }

    @Test func `what cannot be read is told with its place`() {
        #expect { try outcomes("x 1\n") } throws: { ($0 as? SourceError)?.description.contains("s.test:1:1: error: expected load") == true }
        #expect(throws: SourceError.self) { try outcomes("load soon\n") }
    }
}
