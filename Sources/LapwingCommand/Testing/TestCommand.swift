import LapwingRegex
import LapwingRuleTesting
import LapwingServer
import LapwingSystem
import LapwingText

/// `lapwing test`: runs rule unit tests, offline.
enum TestCommand {
    /// Flags of which each has something else done with the tests, and those that say how their results are told.
    private static let (modes, reports) = (["--record", "--mutate", "--update", "--watch"], ["--coverage", "--junit"])

    static func run(_ arguments: Arguments) throws(UsageError) -> ExitStatus {
        let mode = modes.first(where: arguments.has)
        if let mode, let other = (modes + reports).first(where: { $0 != mode && arguments.has($0) }) {
            throw UsageError("\(mode) and \(other) exclude each other")
        }
        if let mode, mode != "--mutate", arguments.has("--output") { throw UsageError("--output does not go with \(mode)") }
        if arguments.has("--record") { return try TestRecording.run(arguments) }
        if let flag = ["--data", "--match", "--start", "--end", "--interval", "--rules"].first(where: arguments.has) {
            throw UsageError("\(flag) goes with --record")
        }
        if arguments.operands.isEmpty { throw UsageError("test needs a file or a folder") }
        let output = arguments.text("--output") ?? "text"
        let reader = TestFileReader(runsTest: try filter(arguments), isLenient: arguments.has("--promtool-compat"))
        if arguments.has("--watch") { return TestWatch(arguments.operands, reader).run() }
        let files = arguments.operands.flatMap(TestFileReader.paths).concurrentMap(reader.read)
        if arguments.has("--update") { return TestUpdating.run(files, reader) }
        if arguments.has("--mutate") { return mutate(files, asJSON: output == "json") }
        let measuresCoverage = arguments.has("--coverage")
        let results = files.concurrentMap { $0.run(measuringCoverage: measuresCoverage) }
        let outcomes = zip(files, results).flatMap { file, result in result.outcomes.map { (file: file.path, outcome: $0) } }
        let coverage = measuresCoverage ? CoverageText(results.map(\.coverage)) : nil
        let failed = outcomes.count { !$0.outcome.hasPassed }
        var isComplete = true
        if outcomes.isEmpty, let pattern = arguments.text("--run") {
            Console.error("lapwing: no test has a name that --run \(pattern) matches\n")
            isComplete = false
        }
        if output == "json" {
            Console.output(TestJSON.text(outcomes, coverage))
        } else {
            for (path, outcome) in outcomes where !outcome.hasPassed { Console.output(report(path, outcome)) }
            if let coverage { Console.output(coverage.text) }
        }
        if let path = arguments.text("--junit") {
            do throws(SystemError) {
                try ByteStream.write(Array(JUnitReport.text(outcomes).utf8), toFile: path)
            } catch {
                Console.error("lapwing: \(path) cannot be written: \(error)\n")
                isComplete = false
            }
        }
        if output == "text" { Console.output(lastLine(outcomes.map(\.outcome))) }
        return failed == 0 && isComplete ? .success : .failure
    }

    /// How many passed and failed, which is told last whatever came before.
    private static func lastLine(_ outcomes: [TestOutcome]) -> String {
        let failed = outcomes.count { !$0.hasPassed }
        return "\(outcomes.count - failed) passed, \(failed) failed\n"
    }

    /// A test that failed, as a person reads it.
    static func report(_ path: String, _ outcome: TestOutcome) -> String {
        "\(TextStyle.console.colored("FAIL", .red)) \(path): \(outcome.name)\n\(outcome.report)\n\n"
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

    /// Changes the rules one thing at a time and lists the changes that no test notices.
    private static func mutate(_ files: [TestFile], asJSON: Bool) -> ExitStatus {
        let results = files.concurrentMap { $0.run(measuringCoverage: false) }
        let outcomes = zip(files, results).flatMap { file, result in result.outcomes.map { (file: file.path, outcome: $0) } }
        let lastLine = lastLine(outcomes.map(\.outcome))
        let failing = outcomes.filter { !$0.outcome.hasPassed }
        if let first = failing.first {
            Console.error("lapwing: \(first.file): tests that fail say nothing about changed rules; let them pass first\n")
            Console.output(asJSON ? TestJSON.text(outcomes, nil) : failing.map { report($0.file, $0.outcome) }.joined() + lastLine)
            return .failure
        }
        let runners = files.compactMap { file in if case .unitTests(let runner) = file.content { runner } else { nil } }
        let mutations = MutationRun(runners).results()
        Console.output(asJSON ? MutationText.json(mutations) : MutationText.text(mutations) + lastLine)
        return mutations.allSatisfy(\.isNoticed) ? .success : .failure
    }
}
