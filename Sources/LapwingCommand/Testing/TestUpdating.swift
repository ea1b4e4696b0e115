import LapwingRuleTesting
import LapwingSystem
import LapwingText

/// `lapwing test --update`: writes what was got into the test files, and runs them again.
enum TestUpdating {
    static func run(_ files: [TestFile], _ reader: TestFileReader) -> ExitStatus {
        var (passed, failed) = (0, 0)
        for file in files {
            let outcomes = update(file) ? reader.read(file.path).run(measuringCoverage: false).outcomes : file.run(measuringCoverage: false).outcomes
            for outcome in outcomes where !outcome.hasPassed { Console.output(TestCommand.report(file.path, outcome)) }
            failed += outcomes.count { !$0.hasPassed }
            passed += outcomes.count(where: \.hasPassed)
        }
        Console.output("\(passed) passed, \(failed) failed\n")
        return failed == 0 ? .success : .failure
    }

    /// Whether the file was changed.
    private static func update(_ file: TestFile) -> Bool {
        guard case .unitTests(let runner) = file.content else { return false }
        let corrections = file.run(measuringCoverage: false).outcomes.flatMap(\.corrections)
        guard !corrections.isEmpty, let update = try? TestUpdate(runner.file, with: corrections) else { return false }
        for exception in update.exceptions { Console.error(exception.rendered(in: runner.file.source) + "\n") }
        if update.count == 0 { return false }
        do throws(SystemError) {
            try ByteStream.write(Array(update.text.utf8), toFile: file.path)
        } catch {
            Console.error("lapwing: \(file.path) cannot be written: \(error)\n")
            return false
        }
        Console.output("\(file.path): \(Counted.text(update.count, "expectation")) updated\n")
        return true
    }
}
