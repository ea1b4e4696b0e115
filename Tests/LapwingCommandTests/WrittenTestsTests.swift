import Foundation
import LapwingExposition
import LapwingSeries
import Testing

@Suite struct `Tests that the program writes` {
    @Test func `updating writes what was got, leaves the rest as it stands, and has nothing to do the next time`() throws {
        let wrong = """
                # Why this test is here.
                alert_rule_test:
                  - {eval_time: 6m, alertname: High}   # it has ended
                  - eval_time: 3m  # it fires
                    alertname: High
                    exp_alerts: []
                promql_expr_test:
                  - expr: twice
                    eval_time: 1m
                    exp_samples: [{labels: 'twice{job="a"}', value: 5}]

            """
        let folder = try RuleTestFolder.make(RuleTestFolder.series + wrong)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "rules.test.yml")
        #expect(try BuiltProgram.run(["test", "rules.test.yml"], in: folder).status == 1)
        let update = try BuiltProgram.run(["test", "--update", "rules.test.yml"], in: folder)
        #expect(update.output.hasPrefix("rules.test.yml: 2 expectations updated\n"), "\(update.output)\(update.error)")
        let text = try String(contentsOf: file, encoding: .utf8)
        for kept in ["# Why this test is here.", "{eval_time: 6m, alertname: High}   # it has ended", "eval_time: 3m  # it fires"] {
            #expect(text.contains(kept), "\(text)")
        }
        #expect(text.contains("text: quite high") && text.contains("value: 4"))
        #expect(try BuiltProgram.run(["test", "rules.test.yml"], in: folder).output == "1 passed, 0 failed\n")
        _ = try BuiltProgram.run(["test", "--update", "rules.test.yml"], in: folder)
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }

    /// They were written as Go's texts, which are no numbers in YAML: the file could not be read any more.
    @Test func `what is not finite is updated to what can be read`() throws {
        let expressions = ["1", "-1", "0"].map { "      - {expr: '\($0) / vector(0)'}\n" }.joined()
        let folder = try RuleTestFolder.make(RuleTestFolder.series + "    promql_expr_test:\n" + expressions)
        defer { try? FileManager.default.removeItem(at: folder) }
        let update = try BuiltProgram.run(["test", "--update", "rules.test.yml"], in: folder)
        #expect(update.output == "rules.test.yml: 3 expectations updated\n1 passed, 0 failed\n", "\(update.output)")
        let text = try String(contentsOf: folder.appending(path: "rules.test.yml"), encoding: .utf8)
        for value in ["value: .inf", "value: -.inf", "value: .nan"] { #expect(text.contains(value), "\(text)") }
    }

    /// It was changed for each of them, in the same place.
    @Test func `an expectation that several tests have by an alias is not updated`() throws {
        let tests = "    alert_rule_test: &same\n      - {eval_time: 3m, alertname: High}\n  - alert_rule_test: *same\n"
        let folder = try RuleTestFolder.make(RuleTestFolder.series + tests + RuleTestFolder.series)
        defer { try? FileManager.default.removeItem(at: folder) }
        let before = try Data(contentsOf: folder.appending(path: "rules.test.yml"))
        let update = try BuiltProgram.run(["test", "--update", "rules.test.yml"], in: folder)
        #expect(update.status == 1 && (update.output + update.error).contains("several tests have this expectation by an alias"), "\(update)")
        #expect(try Data(contentsOf: folder.appending(path: "rules.test.yml")) == before)
    }

    @Test func `a recorded test passes, fails with another threshold, and is not written over`() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let page = (0..<20).map { minute in "load{job=\"a\"} \(minute > 5 && minute < 12 ? 3 : 0) \(minute * 60_000)\n" }.joined()
        try Data(page.utf8).write(to: folder.appending(path: "page.txt"))
        let rules = "- {alert: High, expr: load > 2, for: 2m}\n- {record: job:load, expr: sum by (job) (load)}\n"
        try Data(rules.utf8).write(to: folder.appending(path: "rules.yml"))
        let record = ["test", "--record", "--data", "page.txt", "--match", "load", "--rules", "rules.yml", "made_test.yml"]
        #expect(try BuiltProgram.run(record, in: folder).status == 0)
        let text = try String(contentsOf: folder.appending(path: "made_test.yml"), encoding: .utf8)
        for part in ["alertname: High", "eval_time: 8m", "eval_time: 12m", "expr: job:load"] { #expect(text.contains(part), "\(text)") }
        #expect(try BuiltProgram.run(["test", "made_test.yml"], in: folder).output == "1 passed, 0 failed\n")
        let again = try BuiltProgram.run(record, in: folder)
        #expect(again.status == 1 && again.error.contains("is there already"))
        try Data(rules.replacing("> 2", with: "> 3").utf8).write(to: folder.appending(path: "rules.yml"))
        #expect(try BuiltProgram.run(["test", "made_test.yml"], in: folder).output.hasSuffix("0 passed, 1 failed\n"))
    }

    @Test func `whatever is recorded passes: several alerts of a name, histograms, resets, what is not finite, names that want quotes`() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let values = ["1", "50", "NaN", "60", "+Inf", "0", "70", "-Inf", "9007199254740993", "1e18"]
        let page = ["a", "b"].map { room in
            values.enumerated().map { "temp{room=\"\(room)\"} \($1) \($0 * 15_000 + (room == "a" ? 0 : 3000))\n" }.joined()
        }
        let counts = [10, 25, 5, 30].enumerated().map { "req_total \($1) \($0 * 15_000)\n" }.joined()
        let buckets = ["0.1", "+Inf"].map { bound in (0..<4).map { "lat_bucket{le=\"\(bound)\"} \($0 * 3) \($0 * 15_000)\n" }.joined() }
        try Data((page + [counts] + buckets).joined().utf8).write(to: folder.appending(path: "page.txt"))
        let rules = """
            - {alert: Hot, expr: temp > 10, labels: {severity: page}, annotations: {text: '{{ $value }} {{ query "req_total" | first | value }}'}}
            - {alert: Hot, expr: temp > 52, for: 15s, keep_firing_for: 20s, labels: {severity: info}}
            - {alert: Told, expr: 'ALERTS{alertname="Hot",alertstate="firing"} == 1'}
            - {record: r:quotient, expr: temp / 0}
            - {record: r:rate, expr: 'rate(req_total[1m])'}
            - {record: r:quantile, expr: 'histogram_quantile(0.9, rate(lat_bucket[5m]))'}
            - {record: with.dots, expr: count(temp)}
            - {record: nothing, expr: nope}

            """
        try Data(rules.utf8).write(to: folder.appending(path: "rules.yml"))
        let record = ["test", "--record", "--data", "page.txt", "--match", #"{__name__=~".+"}"#, "--rules", "rules.yml", "made_test.yml"]
        let recorded = try BuiltProgram.run(record, in: folder)
        #expect(recorded.error.isEmpty, "\(recorded.error)")
        let text = try String(contentsOf: folder.appending(path: "made_test.yml"), encoding: .utf8)
        for part in [".inf", "with.dots", "severity: info", "alertname: Told"] { #expect(text.contains(part), "\(text)") }
        let result = try BuiltProgram.run(["test", "made_test.yml"], in: folder)
        #expect(result.output == "1 passed, 0 failed\n", "\(result.output)\(text)")
    }

    /// What was recorded of sparse buckets was not what came of them, and the end of a series became a histogram without buckets.
    @Test func `native histograms are recorded, with empty buckets between others, custom ones, gauges, resets and ends`() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var page = ProtobufPageWriter(tellsOrigins: true)
        let custom = NativeHistogram(
            schema: NativeHistogram.customBucketsSchema, count: 3, sum: 7, positiveSpans: [.init(offset: 1, length: 2)], positiveBuckets: [1, 2],
            customValues: [1, 2.5])
        for step in 0..<20 as Range<Int64> {
            let time = Timestamp(milliseconds: step * 15_000 + 7)
            // Begins anew at the twelfth.
            let count = Double(step % 12)
            let sparse = NativeHistogram(
                schema: 3, zeroThreshold: 1e-9, zeroCount: count, count: count * 6, sum: count * 1.5,
                positiveSpans: [.init(offset: -4, length: 2), .init(offset: 7, length: 1)], positiveBuckets: [count, 0, count],
                negativeSpans: [.init(offset: 0, length: 2), .init(offset: 3, length: 1)], negativeBuckets: [0, count * 2, count])
            page.write(Labels(metric: "lat", ["job": "a"]), sparse, at: time)
            page.write(Labels(metric: "lat", ["job": "b"]), step < 9 ? sparse : .staleMarker, at: time)
            var gauge = custom
            gauge.counterResetHint = .gauge
            page.write(Labels(metric: "size"), gauge, at: time)
        }
        try Data(page.finish()).write(to: folder.appending(path: "page.pb"))
        let rules = """
            - {alert: Slow, expr: 'histogram_quantile(0.9, rate(lat[1m])) > 0', for: 30s}
            - {alert: Gone, expr: 'absent(lat{job="b"})'}
            - {record: r:last, expr: lat}
            - {record: r:rate, expr: 'rate(lat[2m])'}
            - {record: r:sum, expr: sum(lat)}
            - {record: r:all, expr: 'sum(increase(lat[5m]))'}
            - {record: r:size, expr: size}

            """
        try Data(rules.utf8).write(to: folder.appending(path: "rules.yml"))
        let record = ["test", "--record", "--data", "page.pb", "--match", "lat", "--match", "size", "--rules", "rules.yml", "made_test.yml"]
        #expect(try BuiltProgram.run(record, in: folder).error.isEmpty)
        let text = try String(contentsOf: folder.appending(path: "made_test.yml"), encoding: .utf8)
        for part in ["stalex", "buckets:[1 0 0 0 0 0 0 0 0 1]", "custom_values:[1 2.5]", "counter_reset_hint:gauge", "r:rate", "alertname: Gone"] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
        let result = try BuiltProgram.run(["test", "made_test.yml"], in: folder)
        #expect(result.output == "1 passed, 0 failed\n", "\(result.output)\(text)")
        try Data(rules.replacing("[2m]", with: "[1m]").utf8).write(to: folder.appending(path: "rules.yml"))
        #expect(try BuiltProgram.run(["test", "made_test.yml"], in: folder).output.hasSuffix("0 passed, 1 failed\n"))
    }

    @Test func `a native histogram whose buckets are too far apart to be listed is refused by its name`() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var page = ProtobufPageWriter(tellsOrigins: true)
        let wide = NativeHistogram(
            schema: 8, count: 2, sum: 7, positiveSpans: [.init(offset: -100_000, length: 1), .init(offset: 100_000, length: 1)], positiveBuckets: [1, 1])
        page.write(Labels(metric: "wide"), wide, at: Timestamp(milliseconds: 1000))
        try Data(page.finish()).write(to: folder.appending(path: "page.pb"))
        let recorded = try BuiltProgram.run(["test", "--record", "--data", "page.pb", "--match", "wide"], in: folder)
        #expect(recorded.status == 1 && recorded.error.contains("too many for wide; leave it out of --match"), "\(recorded)")
    }
}
