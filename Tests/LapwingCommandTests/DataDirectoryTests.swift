import Foundation
import LapwingHTTP
import LapwingText
import Testing

/// `query --data` and `export` over what Debian's Prometheus 2.42 wrote.
@Suite(.serialized) struct `Data directories of Prometheus` {
    /// Questions whose answers do not depend on the version: 2.42's ranges begin with their first millisecond, 3.14's after it,
    /// so samples lie beside whole seconds.
    private static let questions = [
        "reqs_total", "sum by (code) (rate(reqs_total[5m]))", "count_over_time(reqs_total[30m])", "reqs_total[20m]", "temp", "temp[2h]",
        "avg_over_time(temp[1h])", "max by (path) (temp)", #"{__name__=~"reqs.*|temp",path!~".*[13]"}"#, "absent(gone)", "gone[2h]",
        #"changes(temp{path=""}[1h])"#, #"reqs_total{code="500"} offset 40m"#,
    ]

    /// JSON whose numbers are alike to 12 digits, and whose order of series does not matter.
    private static func isAlike(_ a: Any, _ b: Any) -> Bool {
        switch (a, b) {
        case (let a as [String: Any], let b as [String: Any]):
            return a.keys.sorted() == b.keys.sorted() && a.allSatisfy { key, value in b[key].map { isAlike(value, $0) } ?? false }
        case (let a as [Any], let b as [Any]):
            let (first, second) = (ordered(a), ordered(b))
            return first.count == second.count && zip(first, second).allSatisfy { isAlike($0, $1) }
        case (let a as NSNumber, let b as NSNumber): return abs(a.doubleValue - b.doubleValue) < 1e-6
        default:
            let (first, second) = ("\(a)", "\(b)")
            guard first != second, let x = GoNumber.parse(first), let y = GoNumber.parse(second) else { return first == second }
            return x == y || x.isNaN && y.isNaN || abs(x - y) <= 1e-12 * max(abs(x), abs(y))
        }
    }

    private static func ordered(_ items: [Any]) -> [Any] {
        guard let series = items as? [[String: Any]] else { return items }
        func key(_ one: [String: Any]) -> String { "\((one["metric"] as? [String: String] ?? one as? [String: String] ?? [:]).sorted { $0.key < $1.key })" }
        return series.sorted { key($0) < key($1) }
    }

    private func answer(_ data: URL, _ arguments: [String]) throws -> Any {
        let outcome = try BuiltProgram.run(["query", "--data", data.path, "--output", "json"] + arguments)
        try #require(outcome.status == 0, "\(arguments): \(outcome.error)")
        return try JSONSerialization.jsonObject(with: Data(outcome.output.utf8), options: .fragmentsAllowed)
    }

    private func expectAlike(_ a: Any, _ b: Any, _ what: String) {
        #expect(Self.isAlike(a, b), "\(what): Prometheus says \("\(a)".prefix(600)), lapwing \("\(b)".prefix(600))")
    }

    /// Everything that is asked of Prometheus, by the arguments with which `query` asks it.
    private func answers(_ prometheus: RunningPrometheus, _ questions: [String], start: Int, end: Int) async throws -> [(arguments: [String], answer: Any)] {
        var answers: [(arguments: [String], answer: Any)] = []
        for question in questions {
            let query = "query=\(PercentCoding.encode(question))"
            answers.append((["--time", "\(end)", question], try await prometheus.answer("/api/v1/query?\(query)&time=\(end)")))
            if question.contains("]") && question.hasSuffix("]") { continue }
            let range = ["--start", "\(start)", "--end", "\(end)", "--step", "97s", question]
            answers.append((range, try await prometheus.answer("/api/v1/query_range?\(query)&start=\(start)&end=\(end)&step=97")))
        }
        answers.append((["--labels"], try await prometheus.answer("/api/v1/labels")))
        answers.append((["--label-values", "path"], try await prometheus.answer("/api/v1/label/path/values")))
        answers.append((["--series", "temp"], try await prometheus.answer("/api/v1/series?match[]=temp")))
        return answers
    }

    private func promtool(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: RunningPrometheus.promtool)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// Counters and gauges, every 15 s and some milliseconds, as a page.
    private func page(from start: Int64, samples: Int) -> String {
        var page = "# TYPE reqs counter\n"
        for path in 0..<6 {
            for step in 0..<samples {
                let time = start + Int64(step) * 15_000 + Int64(step * path % 11)
                page += "reqs_total{path=\"/p\(path)\",code=\"\(path % 2 == 0 ? 200 : 500)\"} \(step * (path + 1) % 9000) \(Double(time) / 1000)\n"
            }
        }
        page += "# TYPE temp gauge\n"
        for path in ["", "é\\n\\\"", "/p1"] {
            for step in 0..<samples { page += "temp{path=\"\(path)\"} \(Double(step).squareRoot()) \(Double(start + Int64(step) * 15_000) / 1000)\n" }
        }
        return page + "# EOF\n"
    }

    @Test(.enabled(if: RunningPrometheus.isInstalled, "needs Debian's prometheus"))
    func `blocks that promtool made answer as Prometheus does, and are exported and read back`() async throws {
        let folder = try temporaryFolder()
        let start = Int64(1_699_999_200_007)
        let page = folder.appending(path: "page.om")
        try Data(self.page(from: start, samples: 1200).utf8).write(to: page)
        try promtool(["tsdb", "create-blocks-from", "openmetrics", page.path, folder.appending(path: "prometheus").path])
        let prometheus = try await RunningPrometheus(in: folder, configuration: "")
        let (from, to) = (Int(start / 1000) - 100, Int(start / 1000) + 17_000)
        let answers = try await answers(prometheus, Self.questions, start: from, end: to)
        prometheus.stop()
        let exported = folder.appending(path: "exported.om")
        let export = try BuiltProgram.run(["export", "--data", prometheus.data.path])
        #expect(export.status == 0 && export.error.isEmpty && export.output.hasSuffix("# EOF\n"))
        try Data(export.output.utf8).write(to: exported)
        for (arguments, expected) in answers {
            expectAlike(expected, try answer(prometheus.data, arguments), "blocks, \(arguments)")
            expectAlike(expected, try answer(exported, arguments), "exported, \(arguments)")
        }
        let again = folder.appending(path: "again")
        try promtool(["tsdb", "create-blocks-from", "openmetrics", exported.path, again.path])
        #expect(try BuiltProgram.run(["export", "--data", again.path]).output == export.output)
        let selectors = ["--match", #"temp{path="/p1"}"#, "--match", "temp"]
        let few = try BuiltProgram.run(["export", "--data", again.path] + selectors + ["--start", "1699999200", "--end", "1699999217"])
        #expect(few.output.split(separator: "\n").count == 7, "\(few.output)")
    }

    @Test(.enabled(if: RunningPrometheus.isInstalled, "needs Debian's prometheus"))
    func `a Prometheus that runs, its snapshot, and what it leaves behind answer alike`() async throws {
        let folder = try temporaryFolder()
        let prometheus = try await RunningPrometheus(
            in: folder, configuration: "storage: {tsdb: {out_of_order_time_window: 3h}}",
            ["--web.enable-remote-write-receiver", "--web.enable-admin-api", "--enable-feature=native-histograms"])
        let now = Int64(Date().timeIntervalSince1970)
        let start = (now - 6000) * 1000 + 7
        for batch in 0..<8 { try await prometheus.write(series(from: start, steps: (batch * 50)..<(batch * 50 + 50))) }
        // Late samples between the others, and a span that is deleted.
        try await prometheus.write([late(from: start, steps: 20..<60), late(from: start, steps: 100..<400)])
        let deleted = "match[]=\(PercentCoding.encode(#"temp{path="/p1"}"#))&start=\(now - 4000)&end=\(now - 3000)"
        try await prometheus.send(.post, "/api/v1/admin/tsdb/delete_series?\(deleted)")
        let questions = Self.questions + ["lat{i=\"1\"}", "histogram_count(lat)", "histogram_sum(flat)", "histogram_count(flat)"]
        let answers = try await answers(prometheus, questions, start: Int(now) - 6100, end: Int(now) - 20)
        let lateAnswers = try await self.answers(prometheus, ["late", "late[2h]"], start: Int(now) - 6100, end: Int(now) - 20)
        for (arguments, expected) in answers + lateAnswers { expectAlike(expected, try answer(prometheus.data, arguments), "running, \(arguments)") }

        let snapshot = try #require(
            try JSONSerialization.jsonObject(with: Data(try await prometheus.send(.post, "/api/v1/admin/tsdb/snapshot").body)) as? [String: Any])
        let name = try #require((snapshot["data"] as? [String: Any])?["name"] as? String)
        let copy = prometheus.data.appending(path: "snapshots/\(name)")
        // 2.42 leaves samples that came out of order out of its snapshots.
        for (arguments, expected) in answers { expectAlike(expected, try answer(copy, arguments), "snapshot, \(arguments)") }

        prometheus.stop()
        for (arguments, expected) in answers + lateAnswers { expectAlike(expected, try answer(prometheus.data, arguments), "stopped, \(arguments)") }
        let export = try BuiltProgram.run(["export", "--data", prometheus.data.path, "--match", "lat"])
        #expect(export.status == 1 && export.error.contains("native histograms") && export.error.contains("the first of lat{"), "\(export.error)")
        let rules = "- {record: all:lat, expr: 'sum(rate(lat[5m]))'}\n- {alert: Flat, expr: 'histogram_quantile(0.5, flat) > 0'}\n"
        try Data(rules.utf8).write(to: folder.appending(path: "rules.yml"))
        let range = ["--start", "\(now - 3000)", "--end", "\(now - 1000)", "--rules", "rules.yml", "made_test.yml"]
        let recorded = try BuiltProgram.run(["test", "--record", "--data", prometheus.data.path, "--match", "lat", "--match", "flat"] + range, in: folder)
        #expect(recorded.status == 0 && recorded.error.isEmpty, "\(recorded.error)")
        let test = try BuiltProgram.run(["test", "made_test.yml"], in: folder)
        #expect(test.output == "1 passed, 0 failed\n", "\(test.output)")
    }

    private func series(from start: Int64, steps: Range<Int>) -> [WrittenSeries] {
        var series: [WrittenSeries] = []
        func time(_ step: Int) -> Int64 { start + Int64(step) * 15_000 }
        for path in 0..<6 {
            series.append(
                WrittenSeries(
                    labels: [("__name__", "reqs_total"), ("path", "/p\(path)"), ("code", path % 2 == 0 ? "200" : "500")],
                    samples: steps.map { (time($0) + Int64($0 * path % 11), Double($0 * (path + 1) % 900)) }))
        }
        for labels in [[("__name__", "temp")], [("__name__", "temp"), ("path", "/p1")], [("__name__", "late")]] {
            series.append(WrittenSeries(labels: labels, samples: steps.map { (time($0), Double($0).squareRoot()) }))
        }
        let stale = Double(bitPattern: 0x7ff0_0000_0000_0002)
        series.append(WrittenSeries(labels: [("__name__", "gone")], samples: steps.filter { $0 < 300 }.map { (time($0), $0 % 100 == 99 ? stale : 1) }))
        for index in 0..<3 {
            let histograms = steps.map { step in
                (time: time(step), counts: (0..<6).map { step + $0 * index % 4 }, sum: Double(step) * 1.5, isFloat: false)
            }
            series.append(WrittenSeries(labels: [("__name__", "lat"), ("i", "\(index)")], histograms: histograms))
        }
        let floats = steps.map { (time: time($0), counts: [$0, 2 * $0, 7], sum: Double($0) / 3, isFloat: true) }
        return series + [WrittenSeries(labels: [("__name__", "flat")], histograms: floats)]
    }

    private func late(from start: Int64, steps: Range<Int>) -> WrittenSeries {
        WrittenSeries(
            labels: [("__name__", "late")], samples: steps.map { (start + Int64($0) * 15_000 - 5000, 1000 + Double($0)) })
    }

    @Test func `what is no data directory is told`() throws {
        let folder = try temporaryFolder()
        let empty = try BuiltProgram.run(["query", "--data", folder.path, "up"])
        #expect(empty.status == 1 && empty.error.contains("is no data directory"))
        let missing = try BuiltProgram.run(["export", "--data", folder.path + "/nowhere"])
        #expect(missing.status == 1 && missing.error.contains("nowhere: the file is not there"))
        let page = folder.appending(path: "page.om")
        try Data("x 1 1\nx 2.5 61\ny{a=\"b\"} NaN 61.25\n# EOF\n".utf8).write(to: page)
        let export = try BuiltProgram.run(["export", "--data", page.path])
        #expect(export.output == "x 1.0 1\nx 2.5 61\ny{a=\"b\"} NaN 61.25\n# EOF\n")
        try FileManager.default.createDirectory(at: folder.appending(path: "data/wal"), withIntermediateDirectories: true)
        #expect(try BuiltProgram.run(["query", "--data", folder.path + "/data", "up"]).status == 0)
        let mixed = try BuiltProgram.run(["query", "--data", folder.path + "/data", "--data", page.path, "up"])
        #expect(mixed.status == 1 && mixed.error.contains("cannot be read together"))
    }
}
