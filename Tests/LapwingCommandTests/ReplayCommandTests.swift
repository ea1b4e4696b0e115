import Foundation
import Testing

@Suite struct `Replay and explain on the command line` {
    private static let rules = "- {alert: High, expr: load > 1, for: 1m, labels: {severity: page}}\n"

    /// A page with one series that is high from 150 s to 420 s, and its rules.
    private func recording() throws -> URL {
        let folder = try temporaryFolder()
        try Data(Self.rules.utf8).write(to: folder.appending(path: "rules.yml"))
        let lines = (0..<60).map { "load{job=\"a\"} \((10..<28).contains($0) ? 3 : 0) \($0 * 15)" }
        try Data(("# TYPE load gauge\n" + lines.joined(separator: "\n") + "\n# EOF\n").utf8).write(to: folder.appending(path: "page.om"))
        return folder
    }

    private func run(_ arguments: [String], in folder: URL) throws -> BuiltProgram.Outcome {
        try BuiltProgram.run(arguments + ["--rules", "rules.yml", "--data", "page.om"], in: folder)
    }

    @Test func `a replay tells when each alert was pending, firing and resolved`() throws {
        let folder = try recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try run(["replay"], in: folder)
        #expect(result.status == 0)
        #expect(result.output.contains("High  (rules.yml:1, group rules)"))
        #expect(result.output.contains("pending 1970-01-01T00:02:30Z  firing 1970-01-01T00:03:30Z  resolved 1970-01-01T00:07:00Z  fired for 3m30s  peak 3"))
        #expect(result.output.contains("fired 1 time, for 3m30s"))
        let json = try JSONSerialization.jsonObject(with: Data(try run(["replay", "--output", "json"], in: folder).output.utf8)) as? [String: Any]
        let rule = (json?["rules"] as? [[String: Any]])?.first
        #expect(rule?["firings"] as? Int == 1 && rule?["firing_seconds"] as? Double == 210)
        #expect(try run(["replay", "--output", "html"], in: folder).output.contains("<h2>High</h2>"))
    }

    @Test func `sweeps and comparisons show what other settings would have done`() throws {
        let folder = try recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        let sweep = try run(["replay", "--sweep", "for=0s,10m", "--sweep", "threshold=1,5"], in: folder)
        #expect(sweep.status == 0 && sweep.output.split(separator: "\n").count == 5)
        let rows = sweep.output.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true).map(String.init) }
        #expect(rows[1] == ["High", "0s", "1", "1", "0", "4m30s", "2"] && rows[4] == ["High", "10m", "5", "0", "0", "0s", "0"])
        let json = try JSONSerialization.jsonObject(with: Data(try run(["replay", "--sweep", "for=10m", "--output", "json"], in: folder).output.utf8))
        let row = try #require((json as? [[String: Any]])?.first)
        #expect(row["for"] as? String == "10m" && row["firings"] as? Int == 0 && row["pending_only"] as? Int == 1 && row["alert_seconds"] as? Int == 0)
        try Data(Self.rules.replacing("> 1", with: "> 5").utf8).write(to: folder.appending(path: "other.yml"))
        let comparison = try run(["replay", "--compare", "other.yml"], in: folder)
        #expect(comparison.output.contains("no longer fires: {alertname=\"High\""))
    }

    @Test func `until the first firing means until that instant`() throws {
        let folder = try recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try run(["replay", "--until-first", "--write", "kept"], in: folder)
        #expect(result.output.contains("replayed 1970-01-01T00:00:00Z to 1970-01-01T00:03:30Z"))
        #expect(result.output.contains("firing 1970-01-01T00:03:30Z  still firing"))
        let kept = try BuiltProgram.run(["query", "--data", "kept", "--time", "600", "--output", "csv", "count_over_time(ALERTS[10m])"], in: folder)
        #expect(kept.output.split(separator: "\n").dropFirst().compactMap { $0.split(separator: ",").last } == ["1", "4"])
    }

    @Test func `the messages that receivers would have had are listed`() throws {
        let folder = try recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = try run(["replay"], in: folder).output
        #expect(text.contains("  1970-01-01T00:03:35Z  firing    {alertname=\"High\"}  1 alert, first notification\n"))
        #expect(text.contains("  1970-01-01T00:07:35Z  resolved  {alertname=\"High\"}  1 alert, all alerts resolved\n"))
        #expect(text.hasSuffix("1 rule, 60 evaluations; 1 firing of 1 episode, 3m30s in all, 0 flaps, 2 notifications\n"))
    }

    @Test func `what rules record is kept where it is asked for`() throws {
        let folder = try recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("- {record: twice, expr: load * 2}\n".utf8).write(to: folder.appending(path: "rules.yml"))
        #expect(try run(["replay", "--write", "kept"], in: folder).status == 0)
        let answer = try BuiltProgram.run(["query", "--data", "kept", "--time", "300", "--output", "csv", "twice"], in: folder)
        #expect(answer.output.contains("6"))
    }

    @Test func `an earlier time joins what was kept, other values of the same time do not, and a Prometheus' directory is left alone`() throws {
        let folder = try recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("- {record: twice, expr: load * 2}\n".utf8).write(to: folder.appending(path: "rules.yml"))
        #expect(try run(["replay", "--start", "400", "--write", "kept"], in: folder).status == 0)
        #expect(try run(["replay", "--end", "300", "--write", "kept"], in: folder).status == 0)
        let answer = try BuiltProgram.run(["query", "--data", "kept", "--time", "885", "--output", "csv", "count_over_time(twice[15m])"], in: folder)
        #expect(answer.output.hasSuffix(",54\n"), "\(answer.output)")
        #expect(try run(["replay", "--write", "kept"], in: folder).status == 0)
        try Data("- {record: twice, expr: load * 3}\n".utf8).write(to: folder.appending(path: "rules.yml"))
        let other = try run(["replay", "--write", "kept"], in: folder)
        #expect(other.status == 1 && other.error.contains("kept has other values of the same series and times: 18 samples left out"), "\(other.error)")
        try FileManager.default.createDirectory(at: folder.appending(path: "prometheus/wal"), withIntermediateDirectories: true)
        let foreign = try run(["replay", "--write", "prometheus"], in: folder)
        #expect(foreign.status == 1 && foreign.error.contains("only read"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "prometheus").path) == ["wal"])
    }

    @Test func `rules of one name are told apart by where they stand in a sweep`() throws {
        let folder = try recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("- {alert: High, expr: load > 1}\n- {alert: Low, expr: load < 1}\n- {alert: High, expr: load > 5}\n".utf8)
            .write(to: folder.appending(path: "rules.yml"))
        let lines = try run(["replay", "--sweep", "for=0s,10m"], in: folder).output.split(separator: "\n")
        let names = ["High (rules.yml:1)", "Low", "High (rules.yml:3)"]
        #expect(lines.map { $0.split(separator: "  ")[0] } == ["alert"] + names.flatMap { [Substring($0), Substring($0)] })
        #expect(lines.map { $0.split(separator: " ", omittingEmptySubsequences: true).suffix(4).first ?? "" } == ["pending", "1", "0", "2", "0", "0", "0"])
    }

    @Test func `a comparison tells which alerts of a rule are lost, also while others of it fire`() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let lines = ["a", "b"].flatMap { job in (0..<8).map { "load{job=\"\(job)\"} 3 \($0 * 15)" } }
        try Data(("# TYPE load gauge\n" + lines.joined(separator: "\n") + "\n# EOF\n").utf8).write(to: folder.appending(path: "page.om"))
        let file = { (name: String, text: String) in try Data(text.utf8).write(to: folder.appending(path: name)) }
        try file("rules.yml", "- {alert: High, expr: load > 1, labels: {severity: page}}\n")
        try file("narrower.yml", "- {alert: High, expr: 'load{job!=\"b\"} > 1', labels: {severity: page}}\n")
        try file("graver.yml", "- {alert: High, expr: load > 1, labels: {severity: critical, team: x}}\n")
        let lost = "{alertname=\"High\", job=\"b\", severity=\"page\"}  1970-01-01T00:00:00Z to the end\n"
        let narrower = try run(["replay", "--compare", "narrower.yml"], in: folder).output
        #expect(narrower.contains("no longer fires: \(lost)") && narrower.components(separatedBy: "fires").count == 2, "\(narrower)")
        let graver = try run(["replay", "--compare", "graver.yml"], in: folder).output
        #expect(!graver.contains("fires"), "another severity is the same alert: \(graver)")
        #expect(graver.contains("labels changed:  High: {severity=\"page\"} is now {severity=\"critical\", team=\"x\"}, 2 firings\n"), "\(graver)")
        #expect(graver.contains("High *") && !narrower.contains("labels changed"), "\(graver)")
        let text = try run(["replay", "--compare", "narrower.yml", "--output", "json"], in: folder).output
        let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let episodes = try #require(json?["lost"] as? [[String: Any]])
        #expect(episodes.compactMap { ($0["labels"] as? [String: String])?["job"] } == ["b"] && (json?["gained"] as? [Any])?.isEmpty == true)
        let other = try run(["replay", "--compare", "graver.yml", "--output", "json"], in: folder).output
        let relabeled = #""relabeled":[{"name":"High","before":{"severity":"page"},"after":{"severity":"critical","team":"x"},"firings":2}]"#
        #expect(other.contains(#""changed":["High"]"#) && other.contains(relabeled), "\(other.suffix(300))")
    }

    @Test func `of two rules of one name each keeps its labels, where only the other's change`() throws {
        let folder = try recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        let rule = { (severity: String) in "- {alert: High, expr: load > 1, labels: {severity: \(severity)}}\n" }
        try Data((rule("page") + rule("ticket")).utf8).write(to: folder.appending(path: "rules.yml"))
        try Data((rule("critical") + rule("ticket")).utf8).write(to: folder.appending(path: "other.yml"))
        let text = try run(["replay", "--compare", "other.yml"], in: folder).output
        #expect(text.components(separatedBy: "labels changed:").count == 2, "\(text)")
        #expect(text.contains("High: {severity=\"page\"} is now {severity=\"critical\"}, 1 firing\n"), "\(text)")
    }

    @Test func `a message's alerts are told as firing or resolved`() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let lines = ["a", "b"].flatMap { job in (0..<60).map { "load{job=\"\(job)\"} \(job == "b" || $0 < 20 ? 3 : 0) \($0 * 15)" } }
        try Data(("# TYPE load gauge\n" + lines.joined(separator: "\n") + "\n# EOF\n").utf8).write(to: folder.appending(path: "page.om"))
        try Data("- {alert: High, expr: load > 1}\n".utf8).write(to: folder.appending(path: "rules.yml"))
        let text = try run(["replay", "--output", "json"], in: folder).output
        let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let messages = try #require(json?["notifications"] as? [[String: Any]])
        let alerts = messages.map { message in (message["alerts"] as? [[String: Any]] ?? []).map { $0["status"] as? String } }
        #expect(messages.map { $0["status"] as? String } == ["firing", "firing"])
        #expect(alerts == [["firing", "firing"], ["resolved", "firing"]], "\(messages)")
    }

    @Test func `a sweep has one row for each setting that a rule has, with the messages that tell of it`() throws {
        let folder = try recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("- {alert: High, expr: load > 1}\n- {alert: Gone, expr: absent(load)}\n- {alert: There, expr: load >= 0}\n".utf8)
            .write(to: folder.appending(path: "rules.yml"))
        let lines = try run(["replay", "--sweep", "threshold=1,5"], in: folder).output.split(separator: "\n")
        let rows = lines.dropFirst().map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        #expect(rows.map { [$0[0], $0[1], $0[5]] } == [
            ["High", "1", "2"], ["High", "5", "0"], ["Gone", "-", "0"], ["There", "1", "2"], ["There", "5", "0"],
        ])
    }

    @Test(.enabled(if: getuid() != 0, "root may read everything")) func `what may not be read is told as that`() throws {
        let folder = try recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        let closed = folder.appending(path: "closed")
        try FileManager.default.createDirectory(at: closed, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.appending(path: "page.om").path)
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: closed.path)
        for path in ["page.om", "closed"] {
            let result = try BuiltProgram.run(["query", "--data", path, "load"], in: folder)
            #expect(result.status == 1 && result.error == "lapwing: \(path): permission to read it is denied\n")
        }
    }

    @Test func `an explanation names the value, the threshold and the nearest firing`() throws {
        let folder = try recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        let quiet = try run(["explain", "High", "--time", "60"], in: folder)
        #expect(quiet.status == 0 && quiet.output.contains("High is inactive at 1970-01-01T00:01:00Z"))
        #expect(quiet.output.contains("1 away from 1") && quiet.output.contains("the nearest firing is 2m30s later, from 1970-01-01T00:03:30Z"))
        let json = try run(["explain", "High", "--time", "240", "--output", "json", "--labels", "job=a"], in: folder)
        let list = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]]
        #expect(list?.first?["state"] as? String == "firing")
        let unknown = try run(["explain", "Hihg"], in: folder)
        #expect(unknown.status == 1 && unknown.error.contains("did you mean High?"))
    }

    @Test func `bad questions are refused`() throws {
        let folder = try recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        for arguments in [
            ["--sweep", "hold=1m"], ["--sweep", "for=1y2"], ["--sweep", "for=1m", "--sweep", "for=2m"], ["--sweep", "for=1m", "--compare", "rules.yml"],
            ["--interval", "0s"], ["--output", "xml"], ["--until-first", "--compare", "rules.yml"], ["--until-first", "--sweep", "for=1m"],
        ] {
            let result = try run(["replay"] + arguments, in: folder)
            #expect(result.status == 2 && result.error.hasSuffix("see lapwing replay --help\n"), "\(arguments): \(result.error)")
        }
        let named = try run(["explain", "High", "--labels", "{job!=\"a\",x=\"y\"}"], in: folder)
        #expect(named.status == 2 && named.error.contains("not by job!=\"a\""))
        let outside = try run(["replay", "--start", "9000", "--end", "9100"], in: folder)
        #expect(outside.status == 0 && outside.error.contains("ask for a time in it with --start and --end"))
        #expect(try run(["replay", "--start", "100", "--end", "50"], in: folder).status == 2)
        #expect(try BuiltProgram.run(["replay"], in: folder).status == 2)
        #expect(try BuiltProgram.run(["replay", "--rules", "none.yml", "--data", "page.om"], in: folder).status == 1)
    }
}
