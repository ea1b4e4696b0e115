import Foundation
import LapwingHTTP
import LapwingPromQL
import LapwingRuleTesting
import LapwingSeries
import LapwingText
import Testing

@testable import LapwingCommand
@testable import LapwingReplay

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

    /// It was drawn as 0, with a unit.
    @Test func `a native histogram has no bar, and that is said`() {
        let number = VectorSample(labels: Labels(metric: "a"), time: 0, value: 1)
        var histogram = VectorSample(labels: Labels(metric: "b"), time: 0, value: 0)
        histogram.histogram = NativeHistogram(count: 1, sum: 1)
        let chart = TerminalChart(width: 60, height: 8, isColored: false, unit: .none)
        #expect(chart.bars([histogram]) == "nothing to draw\n")
        let lines = chart.bars([number, histogram]).split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("a  1  █") && lines[1] == "  1 native histogram not drawn")
    }

    /// Their names were taken for half as wide.
    @Test func `bars, tables and results stand in line beside characters of two columns`() throws {
        let samples = ["東京", "oslo", "🔥"].map { VectorSample(labels: Labels(metric: "", ["city": $0]), time: 0, value: 1) }
        let chart = TerminalChart(width: 60, height: 8, isColored: false, unit: .none).bars(samples).split(separator: "\n")
        #expect(Set(chart.compactMap { line in line.firstIndex(of: "█").map { String(line[..<$0]).displayWidth } }).count == 1, "\(chart)")
        #expect(TextTable.text([["a", "都市"], ["東京", "1"]]) == "a     都市\n東京     1\n")
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("up{city=\"東京\"} 1 1000\nup{city=\"oslo\"} 2 1000\n".utf8).write(to: folder.appending(path: "page.txt"))
        let result = try BuiltProgram.run(["query", "--data", "page.txt", "--time", "1", "up"], in: folder).output
        #expect(Set(result.split(separator: "\n").map { String($0).displayWidth }).count == 1, "\(result)")
    }

    /// It stood there five times.
    @Test func `an instant has its time once on the axis, and seconds are not repeated`() {
        #expect(ChartTime.line(from: 60_000, to: 60_000, columns: 40) == String(repeating: " ", count: 16) + "00:01:00")
        #expect(ChartTime.line(from: 60_000, to: 61_000, columns: 40) == "00:01:00" + String(repeating: " ", count: 24) + "00:01:01")
        #expect(ChartTime.line(from: 0, to: 240_000, columns: 60) == "00:00:00   00:01:00       00:02:00       00:03:00   00:04:00")
        let instant = Timestamp(milliseconds: 60_000)
        let timeline = Timeline(from: instant, to: instant, columns: 40, TextStyle(width: 40, isColored: false))
        let episode = AlertEpisode(labels: .empty, annotations: [], pendingAt: instant, firedAt: instant, endedAt: nil, peak: 1)
        #expect(timeline.line([episode]) == String(repeating: "·", count: 20) + "█" + String(repeating: "·", count: 19))
        let points = MatrixSeries(labels: .empty, times: [60_000], values: [1])
        let chart = TerminalChart(width: 60, height: 8, isColored: false, unit: .none).text([points])
        #expect(chart.components(separatedBy: "00:01:00").count == 2, "\(chart)")
    }

    @Test func `an attribute of XML keeps line breaks and tabs, and what XML cannot say is replaced`() {
        #expect(MarkupText.attribute("a\tb\r\n<\"&\">\u{1}\u{FFFE}\u{FFFF}é🔥") == "a&#9;b&#13;&#10;&lt;&quot;&amp;&quot;&gt;\u{FFFD}\u{FFFD}\u{FFFD}é🔥")
        #expect(MarkupText.escaped("a\tb\n\r") == "a\tb\n&#13;")
        let outcome = TestOutcome(name: "first\nsecond", failures: [], source: SourceText(name: "a", ""))
        #expect(JUnitReport.text([("a\tb.yml", outcome)]).contains("classname=\"a&#9;b.yml\" name=\"first&#10;second\""))
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
        // A bucket counts, whatever it counts; its bounds have the unit.
        ("x_seconds_bucket", ""), ("rate(x_bytes_bucket[5m])", "/s"), ("histogram_avg(rate(x_bytes[5m]))", "B"),
        ("histogram_quantile(0.9, x_bytes_bucket) > 5", "B"), ("x_bytes_created", "s"), ("time() - x_bytes_created", "s"),
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
