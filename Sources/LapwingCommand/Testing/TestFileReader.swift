import LapwingRules
import LapwingRuleTesting
import LapwingServer
import LapwingSystem
import LapwingText

/// Finds and reads files of tests.
struct TestFileReader {
    let runsTest: (@Sendable (String) -> Bool)?
    /// Whether what promtool lets pass in silence passes here too.
    let isLenient: Bool

    /// A folder stands for every test file below it, and for itself where there is none.
    static func paths(_ operand: String) -> [String] {
        guard isFolder(operand) else { return [operand] }
        let tests = tests(below: operand)
        return tests.isEmpty ? [operand] : tests.sorted()
    }

    /// Folders behind links are left out, which may lead in a circle; one that cannot be read is told by its name.
    private static func tests(below folder: String) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [folder] }
        return names.flatMap { name in
            let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            if [".test", ".test.yml", "_test.yml"].contains(where: name.hasSuffix) { return [path] }
            let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
            return !isLink && isFolder(path) ? tests(below: path) : []
        }
    }

    private static func isFolder(_ path: String) -> Bool { FileManager.default.isFolder(atPath: path) == true }

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
            let isEmpty = Self.isFolder(path) && FileManager.default.isReadableFile(atPath: path)
            return isEmpty ? Self.emptyFolder(path) : TestFile(path: path, content: .missing(error))
        }
        if path.hasSuffix(".test") { return TestFile(path: path, content: .script(source, runsCase: runsTest)) }
        do throws(SourceError) {
            return testFile(path, try UnitTestFile.read(source, isLenient: isLenient))
        } catch {
            return TestFile(path: path, content: .broken(error))
        }
    }

    private func testFile(_ path: String, _ file: UnitTestFile) -> TestFile {
        let folder = file.source.name.lastIndex(of: "/").map { String(file.source.name[...$0]) } ?? ""
        let patterns = file.ruleFiles.map { (path: $0.pattern.hasPrefix("/") ? $0.pattern : folder + $0.pattern, range: $0.range) }
        let content: TestFile.Content
        do throws(SourceError) {
            var rules: [RuleFile] = []
            var named: Set<String> = []
            for (pattern, range) in patterns {
                guard GlobPattern.isWellFormed(pattern) else {
                    throw SourceError(file.source, [Diagnostic("syntax error in pattern \(GoQuote.quote(pattern))", at: range, help: GlobPattern.help)])
                }
                let paths = RuleLoading.paths(matching: pattern).filter { FileManager.default.fileExists(atPath: $0) }
                if paths.isEmpty, !isLenient { throw Self.noRules(pattern, folder, in: file.source, at: range) }
                // A file that several patterns name is loaded once.
                for path in paths where named.insert(RuleLoading.cleaned(path)).inserted { rules.append(try Self.rules(path, named: range, in: file)) }
            }
            content = .unitTests(UnitTestRunner(file: file, ruleFiles: rules, runsTest: runsTest))
        } catch {
            content = .broken(error)
        }
        return TestFile(path: path, content: content, rulePatterns: patterns.map(\.path))
    }

    private static func noRules(_ pattern: String, _ folder: String, in source: SourceText, at range: SourceRange) -> SourceError {
        let shown = { (path: String) in path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path }
        let help = InputFile.nearest(to: pattern).map { "did you mean \(shown($0))?" }
        return SourceError(source, [Diagnostic("no file matches \(GoQuote.quote(shown(pattern)))", at: range, help: help)])
    }

    private static func rules(_ path: String, named range: SourceRange, in file: UnitTestFile) throws(SourceError) -> RuleFile {
        guard let source = try? InputFile.read(path) else { throw SourceError(file.source, [Diagnostic("\(path) cannot be read", at: range)]) }
        return try RuleFile.read(source)
    }
}
