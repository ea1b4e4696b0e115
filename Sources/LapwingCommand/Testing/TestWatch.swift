import LapwingRuleTesting
import LapwingServer
import LapwingSystem

/// Runs tests again whenever a file that they depend on changes, until it is interrupted.
struct TestWatch {
    /// How often files are looked at, in microseconds.
    private static let pause: UInt32 = 100_000

    private let operands: [String]
    private let reader: TestFileReader
    private var files: [TestFile] = []
    private var outcomes: [String: [TestOutcome]] = [:]
    private var stamps: [String: FileStamp?] = [:]

    init(_ operands: [String], _ reader: TestFileReader) { (self.operands, self.reader) = (operands, reader) }

    func run() -> ExitStatus {
        var watch = self
        while true {
            let changed = watch.takeChanges()
            if !changed.isEmpty { Console.output(watch.rerun(changed)) }
            usleep(Self.pause)
        }
    }

    /// The test files that are new, gone, or depend on something that has changed since this was last asked.
    mutating func takeChanges() -> Set<String> {
        let paths = operands.flatMap(TestFileReader.paths)
        var watched = Set(paths)
        for file in files { watched.formUnion(file.ruleFiles) }
        let now = Dictionary(uniqueKeysWithValues: watched.map { ($0, FileStamp(of: $0)) })
        let touched = Set(watched.filter { now[$0] != stamps[$0] })
        var changed = Set(paths.filter { touched.contains($0) || outcomes[$0] == nil })
        for file in files where !touched.isDisjoint(with: file.ruleFiles) { changed.insert(file.path) }
        for gone in Set(files.map(\.path)).subtracting(paths) { changed.insert(gone) }
        stamps = now
        return changed
    }

    /// - Returns: what to show: the failures of the files that ran, and the count over all.
    mutating func rerun(_ changed: Set<String>) -> String {
        let paths = operands.flatMap(TestFileReader.paths)
        files.removeAll { changed.contains($0.path) }
        for path in changed { outcomes[path] = nil }
        var text = ""
        for path in paths where changed.contains(path) {
            let file = reader.read(path)
            for rules in file.ruleFiles where stamps[rules] == nil { stamps[rules] = FileStamp(of: rules) }
            files.append(file)
            let results = file.run(measuringCoverage: false).outcomes
            outcomes[path] = results
            text += results.filter { !$0.hasPassed }.map { TestCommand.report(path, $0) }.joined()
        }
        let all = outcomes.values.joined()
        let failed = all.count { !$0.hasPassed }
        return text + "\(all.count - failed) passed, \(failed) failed; watching, end with ^C\n"
    }
}
