import Foundation
import LapwingRegex
import LapwingRules
import LapwingRuleTesting
import LapwingServer
import LapwingText

/// `lapwing test`: runs rule unit tests, offline.
enum TestCommand {
    static func run(_ arguments: Arguments) throws(UsageError) -> ExitStatus {
        if arguments.operands.isEmpty { throw UsageError("test needs a file or a folder") }
        let filter = try filter(arguments)
        var outcomes: [(file: String, outcome: TestOutcome)] = []
        for operand in arguments.operands {
            for path in paths(operand) {
                let results = run(path, filter)
                for outcome in results {
                    outcomes.append((path, outcome))
                    report(path, outcome)
                }
            }
        }
        if let path = arguments.text("--junit") {
            guard FileManager.default.createFile(atPath: path, contents: Data(JUnitReport.text(outcomes).utf8)) else {
                Console.error("lapwing: \(path) cannot be written\n")
                return .failure
            }
        }
        let failed = outcomes.count { !$0.outcome.hasPassed }
        Console.output("\(outcomes.count - failed) passed, \(failed) failed\n")
        return failed == 0 ? .success : .failure
    }

    private static func filter(_ arguments: Arguments) throws(UsageError) -> (@Sendable (String) -> Bool)? {
        guard let pattern = arguments.text("--run") else { return nil }
        do throws(RegularExpressionError) {
            let expression = try RegularExpression(pattern, options: .go)
            return { expression.firstMatch(in: $0) != nil }
        } catch {
            throw UsageError("--run: \(error)")
        }
    }

    /// A folder stands for every test file below it.
    private static func paths(_ operand: String) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: operand, isDirectory: &isFolder), isFolder.boolValue else { return [operand] }
        let below = FileManager.default.enumerator(atPath: operand)?.compactMap { $0 as? String } ?? []
        return below.filter { name in [".test", ".test.yml", "_test.yml"].contains { name.hasSuffix($0) } }.sorted()
            .map { operand.hasSuffix("/") ? operand + $0 : "\(operand)/\($0)" }
    }

    private static func run(_ path: String, _ filter: (@Sendable (String) -> Bool)?) -> [TestOutcome] {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            let source = SourceText(name: path, "")
            return [TestOutcome(name: path, failures: [Diagnostic("the file is not there or cannot be read")], source: source)]
        }
        let source = SourceText(name: path, bytes: Array(bytes))
        do throws(SourceError) {
            if path.hasSuffix(".test") {
                var script = try ScriptRunner(source)
                return script.run()
            }
            let file = try UnitTestFile.read(source)
            return UnitTestRunner(file: file, ruleFiles: try ruleFiles(of: file), runsTest: filter).run()
        } catch {
            return [TestOutcome(name: path, failures: error.diagnostics, source: error.source)]
        }
    }

    /// The rule files that a test file names, relative to where it lies.
    private static func ruleFiles(of file: UnitTestFile) throws(SourceError) -> [RuleFile] {
        let folder = file.source.name.lastIndex(of: "/").map { String(file.source.name[...$0]) } ?? ""
        var files: [RuleFile] = []
        for (pattern, range) in file.ruleFiles {
            let path = pattern.hasPrefix("/") ? pattern : folder + pattern
            let paths = RuleLoading.paths(matching: path)
            let found = paths.filter { FileManager.default.fileExists(atPath: $0) }
            if found.isEmpty { throw SourceError(file.source, [Diagnostic("no file matches \(GoQuote.quote(pattern))", at: range)]) }
            for path in found {
                guard let bytes = FileManager.default.contents(atPath: path) else {
                    throw SourceError(file.source, [Diagnostic("\(path) cannot be read", at: range)])
                }
                files.append(try RuleFile.read(SourceText(name: path, bytes: Array(bytes))))
            }
        }
        return files
    }

    private static func report(_ path: String, _ outcome: TestOutcome) {
        if outcome.hasPassed { return }
        Console.output("\(Console.colored("FAIL", 31)) \(path): \(outcome.name)\n\(outcome.report)\n\n")
    }
}

/// Test results in the XML that build servers read.
enum JUnitReport {
    static func text(_ outcomes: [(file: String, outcome: TestOutcome)]) -> String {
        let failed = outcomes.count { !$0.outcome.hasPassed }
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        text += "  <testsuite name=\"lapwing\" tests=\"\(outcomes.count)\" failures=\"\(failed)\">\n"
        for (file, outcome) in outcomes {
            let seconds = GoNumber.text(outcome.duration / .seconds(1), .fixed, precision: 6)
            text += "    <testcase classname=\"\(MarkupText.escaped(file))\" name=\"\(MarkupText.escaped(outcome.name))\" time=\"\(seconds)\""
            if outcome.hasPassed {
                text += "/>\n"
            } else {
                text += ">\n      <failure>\(MarkupText.escaped(outcome.report))</failure>\n    </testcase>\n"
            }
        }
        return text + "  </testsuite>\n</testsuites>\n"
    }
}
