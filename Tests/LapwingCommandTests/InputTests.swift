import Foundation
import LapwingHTTP
import Testing

/// Files, pipes and standard input, as a shell hands them over.
@Suite struct `What a command reads` {
    private func shell(_ line: String, _ files: [String: String] = ["page.txt": "load 5 1000\n"]) throws -> BuiltProgram.Outcome {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        return try BuiltProgram.shell(line, in: folder)
    }

    /// The page was a file or nothing, and standard input a file that is not there.
    @Test(arguments: [
        "cat page.txt | lapwing query --data - --time 1 load", "bash -c 'lapwing query --data <(cat page.txt) --time 1 load'",
        "lapwing query --data /dev/stdin --time 1 load < page.txt",
    ])
    func `may be a pipe where it is a page`(_ line: String) throws {
        let outcome = try shell(line)
        #expect(outcome.status == 0 && outcome.output == "load  5\n", "\(outcome.error)")
    }

    @Test func `may be a pipe by its name where a page is checked`() throws {
        let outcome = try shell("bash -c 'lapwing check metrics <(cat page.txt)'")
        #expect(outcome.status == 0 && outcome.output.contains("load no help text"), "\(outcome.output)")
        let broken = try shell("echo load | lapwing check metrics -")
        #expect(broken.status == 1 && broken.output.hasPrefix("stdin:1:5: error: "), "\(broken.output)")
    }

    /// An end that comes at once was taken for a file that cannot be read.
    @Test(arguments: [
        "lapwing check metrics /dev/null", "lapwing check rules /dev/null", "lapwing query --data /dev/null --labels",
        "lapwing check metrics - < /dev/null",
    ])
    func `may be empty`(_ line: String) throws {
        let outcome = try shell(line)
        #expect(outcome.status == 0 && !outcome.output.contains("error"), "\(outcome.output) \(outcome.error)")
    }

    @Test func `is no folder, and no file that is not there`() throws {
        #expect(try shell("mkdir a && lapwing check metrics a").output.contains("this is a folder"))
        #expect(try shell("lapwing check metrics pag.txt").output.contains("did you mean page.txt?"))
    }

    /// The first byte was "no valid start token".
    @Test func `is told to be compressed where it is`() throws {
        let checked = try shell("gzip page.txt && lapwing check metrics page.txt.gz")
        #expect(checked.status == 1 && checked.output.contains("the page is compressed with gzip"), "\(checked.output)")
        let asked = try shell("gzip page.txt && lapwing query --data page.txt.gz --time 1 load")
        #expect(asked.status == 1 && asked.error.contains("gzip -dc page.txt.gz decompresses it into a pipe"), "\(asked.error)")
        #expect(try shell("gzip page.txt && gzip -dc page.txt.gz | lapwing query --data - --time 1 load").output == "load  5\n")
    }

    /// Series, names and values were those of all times.
    @Test func `is listed for the time that is asked for`() throws {
        let files = ["page.txt": "early{a=\"1\"} 1 1000000\nlate{b=\"2\"} 1 9000000\n"]
        func list(_ question: String) throws -> BuiltProgram.Outcome { try shell("lapwing query --data page.txt \(question)", files) }
        #expect(try list("--label-values __name__").output == "early\nlate\n")
        #expect(try list("--label-values __name__ --start 8000 --end 9000").output == "late\n")
        #expect(try list("--labels --start 0 --end 2000").output == "__name__\na\n")
        #expect(try list("--series '{__name__=~\".+\"}' --start 8000 --end 9000").output == "late{b=\"2\"}\n")
        #expect(try list("--labels --start 2000000 --end 2000001").error.contains("ask for a time in it with --start and --end"))
    }

    /// It was a warning, as if there were no such file.
    @Test func `is refused where a pattern of rules cannot be matched`() throws {
        let config = try shell("lapwing check config a.yml", ["a.yml": "rule_files: [r.yml, '[a']\n", "r.yml": "groups: []\n"])
        #expect(config.status == 1 && config.output.hasPrefix("a.yml:1:21: error: syntax error in pattern \"[a\""), "\(config.output)")
        let tests = try shell("lapwing test a.yml", ["a.yml": "rule_files: ['[a']\ntests: []\n"])
        #expect(tests.status == 1 && tests.output.contains("\na.yml:1:14: error: syntax error in pattern \"[a\""), "\(tests.output)")
    }

    /// The page's samples were later than the question, by as long as the page took to come, and nothing was found.
    @Test func `has samples of now where a page says no time, however long it takes to come`() throws {
        let outcome = try shell("(sleep 0.3; printf 'foo 1\\nbar 2\\n') | lapwing query --data - 'foo + on () bar'")
        #expect(outcome.output == "{}  3\n" && outcome.error.isEmpty, "\(outcome)")
    }

    /// Nothing was said.
    @Test func `brings a warning where a pattern of a configuration matches nothing`() throws {
        let outcome = try shell("lapwing check config a.yml", ["a.yml": "rule_files: ['nosuch/*.yml']\n"])
        #expect(outcome.status == 0)
        #expect(outcome.output == "a.yml:1:14: warning: no rule file matches \"nosuch/*.yml\" (config/file)\n")
    }

    /// The help's own example failed on the rules of this project, which have their tests beside them.
    @Test func `is not the tests that stand beside rules, where all of a folder are asked for`() throws {
        let rules = BuiltProgram.root.appending(path: "rules").path
        let checked = try shell("lapwing check rules \(rules)/*.yml")
        #expect(checked.status == 0 && checked.output.contains("service.test.yml:1:1: information: a file of tests, left out"), "\(checked.output)")
        let formatted = try shell("lapwing format \(rules)/*.yml")
        #expect(formatted.status == 0 && formatted.output.contains("/service.yml:") && formatted.error.contains("service.test.yml: a file of tests, left out"))
        let replayed = try shell("lapwing replay --rules '\(rules)/*.yml' --data page.txt")
        #expect(replayed.status == 0, "\(replayed.error)")
        let config = try shell("lapwing check config a.yml", ["a.yml": "rule_files: ['\(rules)/*.yml']\n"])
        #expect(config.status == 0, "\(config.output)")
        // One that is named is meant.
        #expect(try shell("lapwing check rules \(rules)/service.test.yml").status == 1)
        #expect(try shell("lapwing replay --rules \(rules)/service.test.yml --data page.txt").status == 1)
        // What is only called so is a file of rules.
        #expect(try shell("lapwing check rules *.yml", ["a.yml": "- {record: a, expr: b}\n", "b_test.yml": "- {record: a, expr: 'b('}\n"]).status == 1)
    }
}
