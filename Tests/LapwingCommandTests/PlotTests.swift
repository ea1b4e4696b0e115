import Foundation
import Testing

@Suite struct `Charts, completion and the manual` {
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
