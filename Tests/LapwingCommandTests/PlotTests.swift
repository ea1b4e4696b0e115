import Foundation
import LapwingHTTP
import LapwingPromQL
import LapwingSeries
import Testing

@testable import LapwingCommand

@Suite struct `Charts, completion and the manual` {
    @Test func `a progress bar fits into a narrow terminal`() {
        #expect(ProgressBar.line(0.5, left: .seconds(90), columns: 80) == "[####################....................] 50%  1m30s left ")
        #expect(ProgressBar.line(0.25, left: .seconds(90), columns: 40) == "[###............] 25%  1m30s left ")
        for columns in 32..<100 { #expect(ProgressBar.line(1, left: .seconds(86_399), columns: columns).count < columns) }
    }

    private func page() throws -> URL {
        let folder = try temporaryFolder()
        let lines = ["a", "b"].flatMap { job in (0..<40).map { "load{job=\"\(job)\"} \(job == "a" ? $0 : 10) \($0 * 15)" } }
        try Data(("# TYPE load gauge\n" + lines.joined(separator: "\n") + "\n# EOF\n").utf8).write(to: folder.appending(path: "page.om"))
        return folder
    }

    private func query(_ arguments: [String]) throws -> BuiltProgram.Outcome {
        let folder = try page()
        defer { try? FileManager.default.removeItem(at: folder) }
        return try BuiltProgram.run(["query", "--data", "page.om"] + arguments, in: folder)
    }

    private static let range = ["--start", "0", "--end", "585", "--step", "15s"]

    @Test func `a range is drawn with axes, times and a legend`() throws {
        let lines = try query(Self.range + ["--output", "plot", "load"]).output.split(separator: "\n").map(String.init)
        #expect(lines.count == 16 + 2 + 2)
        #expect(lines[0].hasPrefix("40 ┤") && lines[15].hasPrefix(" 0 ┤"))
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines[17].contains("00:00:00") && lines[17].contains("00:09:45"))
        #expect(lines[18] == #"  * load{job="a"}  min 0  max 39  last 39"#)
        // The line of `a` rises from the lower left to the upper right.
        #expect(lines[15].contains("*") && lines[0].hasSuffix("*"))
    }

    @Test func `an instant is drawn as bars`() throws {
        let lines = try query(["--time", "585", "--output", "plot", "load"]).output.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].count { $0 == "█" } > 3 * lines[1].count { $0 == "█" })
    }

    @Test func `a picture is whole XML`() throws {
        let text = try query(Self.range + ["--output", "svg", "load"]).output
        #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n") && text.contains("load{job=&quot;a&quot;}"))
    }

    @Test func `a picture has room for the numbers of its axis, and for the figures behind a long name`() throws {
        let labels = Labels(metric: String(repeating: "long", count: 40))
        let text = ChartPicture.svg([MatrixSeries(labels: labels, times: [0, 60_000], values: [1e15, 1e15 + 30])], unit: .none)
        #expect(text.contains("longlong…  min 1P  max 1P  last 1P</text>"), "\(text)")
        let axis = text.matches(of: /<text x="([0-9.]+)"[^>]* text-anchor="end"[^>]*>(1[.0-9]*P)<\/text>/)
        #expect(axis.count == 7 && Set(axis.map(\.2)).count == 7)
        for tick in axis { #expect(try #require(Double(tick.1)) >= Double(tick.2.count) * 7) }
    }

    @Test func `a point by itself is drawn in a picture`() {
        let text = ChartPicture.svg([MatrixSeries(labels: .empty, times: [0], values: [1])], unit: .none)
        #expect(text.contains(/stroke-linecap="round" d="M[0-9.]+ [0-9.]+h0"/))
    }

    @Test func `a picture of pixels is a PNG whose rows are whole`() throws {
        let folder = try page()
        defer { try? FileManager.default.removeItem(at: folder) }
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        let query = "query --data page.om --start 0 --end 585 --step 15s --output png load"
        shell.arguments = ["-c", "'\(BuiltProgram.url.path)' \(query) > chart.png"]
        shell.currentDirectoryURL = folder
        try shell.run()
        shell.waitUntilExit()
        let bytes = Array(try Data(contentsOf: folder.appending(path: "chart.png")))
        try #require(bytes.count > 100)
        let number = { (index: Int) in bytes[index..<index + 4].reduce(0) { $0 << 8 | Int($1) } }
        #expect(Array(bytes[..<8]) == [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
        let (width, height) = (number(16), number(20))
        #expect(width == 1920 && height > 800)
        // Behind the head, of 33 bytes, stands the one piece of pixels.
        let rows = try Gzip.decompress(Array(bytes[41..<41 + number(33)]), limit: 1 << 24)
        #expect(rows.count == height * (width * 3 + 1) && Set(rows).count > 20)
    }

    @Test(arguments: [
        ("rate(node_cpu_seconds_total[5m])", ""), ("http_request_duration_seconds", "s"), ("sum(rate(node_network_receive_bytes_total[5m]))", "B/s"),
        ("histogram_quantile(0.9, sum by (le) (rate(x_seconds_bucket[5m])))", "s"), ("rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m])", "s"),
        ("x_bytes / y_bytes", ""), ("x_bytes * 2", ""), ("x_bytes > 5", "B"), ("rate(http_requests_total[5m])", "/s"), ("count(x_bytes)", ""),
        ("job:x_bytes:rate5m", "B/s"), ("time() - process_start_time_seconds", "s"), ("no query(", ""),
    ])
    func `the axis has the unit that the metric's name tells`(query: String, unit: String) {
        #expect(ChartUnit(ofQuery: query).symbol == unit)
    }

    @Test func `a line ends where points are missing, or are no numbers`() {
        let series = MatrixSeries(labels: .empty, times: [0, 15, 30, 75, 90, 105], values: [1, 2, 3, 4, .nan, 5])
        #expect(series.runs.map { $0.map(\.value) } == [[1, 2, 3], [4], [5]])
    }

    @Test func `numbers stand with prefixes that fit their unit`() {
        #expect(ChartUnit(ofQuery: "x_bytes").text(1500) == "1.5 kB")
        #expect(ChartUnit(ofQuery: "x_seconds").text(0.25) == "250 ms" && ChartUnit(ofQuery: "x_seconds").text(7200) == "7200 s")
        #expect(ChartUnit(ofQuery: "rate(x[1m])").text(3200) == "3.2 k/s" && ChartUnit(ofQuery: "rate(x[1m])").text(3) == "3/s")
        #expect(ChartUnit.none.text(1500) == "1.5k" && ChartUnit.none.text(0) == "0")
    }

    @Test func `a number that is rounded up to the next prefix takes it, and one beyond all prefixes is written with its power of ten`() {
        #expect(ChartUnit.none.text(0.99999) == "1" && ChartUnit.none.text(-999_950) == "-1M" && ChartUnit.none.text(999_400) == "999k")
        #expect(ChartUnit.none.text(1.5e302) == "1.5e+302" && ChartUnit.none.text(.leastNonzeroMagnitude) == "4.94e-324")
        #expect(ChartUnit.none.text(1e-291) == "1e-291")
        #expect(ChartUnit(ofQuery: "x_seconds").text(1_700_000_000) == "1.7e+09 s")
    }

    @Test(arguments: [
        [1e15, 1e15 + 30], [1e9, 1e9 + 3e6], [-1.7e308, 1.7e308], [1e300, 1.2e302], [1e-300, 2e-298], [-3.2, 0.7], [7, 7],
        [.leastNonzeroMagnitude, .leastNonzeroMagnitude], [1_700_000_000, 1_700_000_100],
    ] as [[Double]])
    func `the ticks of an axis are told from one another, whatever its values`(values: [Double]) {
        let scale = ChartScale(values, lines: 4)
        let texts = scale.ticks.map { ChartUnit.none.text($0, step: scale.step) }
        #expect((2...8).contains(texts.count) && Set(texts).count == texts.count, "\(texts)")
        #expect(values.allSatisfy { (0...1).contains(scale.share($0)) })
        #expect(!texts.contains { $0.contains("e-17") }, "nought is nought: \(texts)")
    }

    @Test func `what a query costs is told part by part`() throws {
        let text = try query(["--time", "585", "--explain", "sum(rate(load[1m]))"]).output
        for part in ["sum by ()", "rate(load[1m])", "series"] { #expect(text.contains(part)) }
    }

    @Test func `every command and flag is in the completion of every shell, and in the manual`() throws {
        for shell in ["bash", "zsh", "fish"] {
            let script = try BuiltProgram.run(["completion", shell])
            #expect(script.status == 0 && script.output.contains("replay") && script.output.contains("junit"))
        }
        #expect(try BuiltProgram.run(["completion", "tcsh"]).status == 2)
        let manual = try BuiltProgram.run(["man"]).output
        #expect(manual.hasPrefix(".TH LAPWING 1") && manual.contains(".SS lapwing explain RULE"))
    }
}
