import Foundation
import LapwingRules
import LapwingRuleTesting
import LapwingServer
import LapwingText

/// A file of tests, read.
struct TestFile {
    enum Content {
        case unitTests(UnitTestRunner)
        case script(SourceText)
        case broken(SourceError)
        case missing(InputFileError)
    }

    let path: String
    let content: Content
    /// The rule files that its tests are about.
    var ruleFiles: [String] = []

    func run(measuringCoverage: Bool) -> (outcomes: [TestOutcome], coverage: [RuleCoverage]) {
        switch content {
        case .unitTests(let runner): return measuringCoverage ? runner.runMeasuringCoverage() : (runner.run(), [])
        case .missing(let error): return ([TestOutcome(name: path, failures: [error.diagnostic], source: SourceText(name: path, ""))], [])
        case .broken(let error): return ([TestOutcome(name: path, failures: error.diagnostics, source: error.source)], [])
        case .script(let source):
            do throws(SourceError) {
                var script = try ScriptRunner(source)
                return (script.run(), [])
            } catch {
                return ([TestOutcome(name: path, failures: error.diagnostics, source: error.source)], [])
            }
        }
    }
}

/// Finds and reads files of tests.
struct TestFileReader {
    let runsTest: (@Sendable (String) -> Bool)?
    /// Whether what promtool lets pass in silence passes here too.
    let isLenient: Bool

    /// A folder stands for every test file below it.
    static func paths(_ operand: String) -> [String] {
        guard isFolder(operand) else { return [operand] }
        let below = FileManager.default.enumerator(atPath: operand)?.compactMap { $0 as? String } ?? []
        let tests = below.filter { name in [".test", ".test.yml", "_test.yml"].contains { name.hasSuffix($0) } }.sorted()
            .map { operand.hasSuffix("/") ? operand + $0 : "\(operand)/\($0)" }
        return tests.isEmpty ? [operand] : tests
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// What a folder is where it holds no test: nobody asks for nothing to be run.
    private static func emptyFolder(_ path: String) -> TestFile {
        let fault = Diagnostic("no test is below this folder", help: "tests are files that end in .test, .test.yml or _test.yml", check: "file")
        return TestFile(path: path, content: .broken(SourceError(SourceText(name: path, ""), [fault])))
    }

    func read(_ path: String) -> TestFile {
        let source: SourceText
        do throws(InputFileError) {
            source = try InputFile.read(path)
        } catch {
            return Self.isFolder(path) ? Self.emptyFolder(path) : TestFile(path: path, content: .missing(error))
        }
        if path.hasSuffix(".test") { return TestFile(path: path, content: .script(source)) }
        do throws(SourceError) {
            let file = try UnitTestFile.read(source, isLenient: isLenient)
            let paths = try rulePaths(of: file)
            do throws(SourceError) {
                let rules = try paths.map { path throws(SourceError) in try Self.rules(path.path, named: path.range, in: file) }
                let runner = UnitTestRunner(file: file, ruleFiles: rules, runsTest: runsTest)
                return TestFile(path: path, content: .unitTests(runner), ruleFiles: paths.map(\.path))
            } catch {
                return TestFile(path: path, content: .broken(error), ruleFiles: paths.map(\.path))
            }
        } catch {
            return TestFile(path: path, content: .broken(error))
        }
    }

    /// The rule files that a test file names, relative to where it lies.
    private func rulePaths(of file: UnitTestFile) throws(SourceError) -> [(path: String, range: SourceRange)] {
        let folder = file.source.name.lastIndex(of: "/").map { String(file.source.name[...$0]) } ?? ""
        var found: [(path: String, range: SourceRange)] = []
        for (pattern, range) in file.ruleFiles {
            let path = pattern.hasPrefix("/") ? pattern : folder + pattern
            let paths = RuleLoading.paths(matching: path).filter { FileManager.default.fileExists(atPath: $0) }
            if paths.isEmpty, !isLenient {
                let help = InputFile.nearest(to: path).map { "did you mean \($0.hasPrefix(folder) ? String($0.dropFirst(folder.count)) : $0)?" }
                throw SourceError(file.source, [Diagnostic("no file matches \(GoQuote.quote(pattern))", at: range, help: help)])
            }
            found += paths.map { ($0, range) }
        }
        return found
    }

    private static func rules(_ path: String, named range: SourceRange, in file: UnitTestFile) throws(SourceError) -> RuleFile {
        guard let source = try? InputFile.read(path) else { throw SourceError(file.source, [Diagnostic("\(path) cannot be read", at: range)]) }
        return try RuleFile.read(source)
    }
}
