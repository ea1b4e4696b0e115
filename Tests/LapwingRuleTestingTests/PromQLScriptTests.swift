import Foundation
import LapwingSeries
import LapwingText
import Testing

@testable import LapwingPromQL
@testable import LapwingRuleTesting

@Suite struct `PromQL test scripts` {
    private static let folder: URL? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return [root.appending(path: "../shared/promqltest"), URL(filePath: "/work/shared/promqltest")]
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }()

    @Test(.enabled(if: folder != nil, "../shared/promqltest is not here"))
    func `every case of upstream's passes`() throws {
        let folder = try #require(Self.folder)
        for (name, count) in PromQLScore.passing {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            var runner = try ScriptRunner(SourceText(name: name, text))
            let outcomes = runner.run()
            #expect(outcomes.count == count, "\(name)")
            for outcome in outcomes where !outcome.hasPassed { Issue.record("\(outcome.report)") }
        }
    }

    /// Facts that upstream's scripts do not show, in `Tests/Scripts`.
    @Test func `our own cases pass`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Scripts")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".test") }.sorted()
        #expect(!files.isEmpty)
        for name in files {
            var runner = try ScriptRunner(SourceText(name: name, try String(contentsOf: folder.appending(path: name), encoding: .utf8)))
            for outcome in runner.run() where !outcome.hasPassed { Issue.record("\(outcome.report)") }
        }
    }

    private func outcomes(_ text: String) throws -> [TestOutcome] {
        var runner = try ScriptRunner(SourceText(name: "s.test", text))
        return runner.run()
    }

    /// The whole file was taken for one line.
    @Test func `lines may end as Windows ends them`() throws {
        let outcomes = try outcomes("load 1m\r\n  a 1 2 3\r\n\r\neval instant at 1m a\r\n  a 2\r\n\r\neval instant at 1m a\r\n  a 3\r\n")
        #expect(outcomes.map(\.hasPassed) == [true, false])
        #expect(outcomes.last?.report.hasPrefix("s.test:7:") == true, "\(outcomes.map(\.report))")
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

    @Test func `start times, custom buckets and expectations of every form are understood`() throws {
        let outcomes = try outcomes(
            """
            load_with_nhcb 1m
              c_total@st -30s-1mx2
              c_total 3 6 9
              h_bucket{le="1"} 1+1x2
              h_bucket{le="+Inf"} 2+2x2
              h_sum 3+3x2

            eval instant at 2m h
              {__name__="h"} {{schema:-53 count:6 sum:9 custom_values:[1] buckets:[3 3]}}

            eval instant at 2m h
              {__name__="h"} {{schema:-53 count:6 sum:9 custom_values:[1] buckets:[3 3] counter_reset_hint:gauge}}

            eval instant at 2m "a"
              expect string "a"

            eval instant at 2m c_total[2m]
              expect range vector from 1m to 2m step 1m
              c_total 6 9

            eval instant at 2m sort_desc({__name__=~"h_sum|c_total"})
              expect ordered
              expect no_warn
              c_total 9
              h_sum 9

            eval instant at 2m c_total + on() {__name__=~"h_.*"}
              expect fail regex: duplicate series

            eval instant at 2m rate(h_sum[1m:30s])
              expect info

            eval range from 0 to 1m step 1m sort(c_total)
              expect warn msg: PromQL warning: sort is ineffective for range queries since results are always ordered by labels (1:1)
              c_total 3 6

            eval range from 0 to 1m step 1m sort(c_total)
              expect no_warn
              c_total 3 6

             eval instant at 0 1
              2

            """)
        #expect(outcomes.map(\.hasPassed) == [true, false, true, true, true, true, false, true, false])
        #expect(outcomes.last?.failures.count == 2, "an indented eval belongs to the case before it")
    }

    @Test func `an instant query is asked at other times and as a range query too`() throws {
        let outcomes = try outcomes("load 1m\n  x 1 2 3\n\neval instant at 1m timestamp(x)\n  {} 60\n\neval instant at 1m -x\n  {} -2\n")
        #expect(outcomes.map(\.hasPassed) == [true, true])
    }

    @Test func `a query is fixed in time but for what stands inside a subquery or looks at the clock`() throws {
        let query = try PreparedQuery("a + b @ 5 + sum_over_time(rate(c[1m] offset 2m)[1h:1m] @ end())")
        let fixed = try #require(query.anchored(at: 7000))
        let written = try PreparedQuery("a @ 7 + b @ 5 + sum_over_time(rate(c[1m] offset 2m)[1h:1m] @ 7)")
        let plans = try [fixed, written].map {
            try QueryEngine().explain($0, from: Timestamp(milliseconds: 0), through: Timestamp(milliseconds: 0), step: .seconds(1))
        }
        #expect(plans[0] == plans[1])
        #expect(try PreparedQuery("a + time()").anchored(at: 7000) == nil)
    }

    @Test func `what cannot be read is told with its place`() {
        #expect { try outcomes("x 1\n") } throws: { ($0 as? SourceError)?.description.contains("s.test:1:1: error: expected load") == true }
        #expect(throws: SourceError.self) { try outcomes("load soon\n") }
    }
}
