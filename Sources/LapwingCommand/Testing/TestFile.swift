import LapwingRuleTesting
import LapwingServer
import LapwingText

/// A file of tests, read.
struct TestFile {
    enum Content {
        case unitTests(UnitTestRunner)
        /// With which of its cases run, by their names; nil for all.
        case script(SourceText, runsCase: (@Sendable (String) -> Bool)?)
        case broken(SourceError)
        case missing(InputFileError)
    }

    let path: String
    let content: Content
    /// The rule files that its tests are about, as patterns from here.
    private let rulePatterns: [String]
    /// What the patterns stood for when it was read.
    private let readRules: [String]

    init(path: String, content: Content, rulePatterns: [String] = []) {
        (self.path, self.content, self.rulePatterns) = (path, content, rulePatterns)
        readRules = rulePatterns.flatMap(RuleLoading.paths)
    }

    /// The rule files that there were, are and should be.
    var ruleFiles: Set<String> { Set(readRules + rulePatterns.flatMap(RuleLoading.paths)) }

    func run(measuringCoverage: Bool) -> (outcomes: [TestOutcome], coverage: [RuleCoverage]) {
        switch content {
        case .unitTests(let runner): return measuringCoverage ? runner.runMeasuringCoverage() : (runner.run(), [])
        case .missing(let error): return ([TestOutcome(name: path, failures: [error.diagnostic], source: SourceText(name: path, ""))], [])
        case .broken(let error): return ([TestOutcome(name: path, failures: error.diagnostics, source: error.source)], [])
        case .script(let source, let runsCase):
            do throws(SourceError) {
                var script = try ScriptRunner(source)
                return (script.run().filter { runsCase?($0.name) ?? true }, [])
            } catch {
                return ([TestOutcome(name: path, failures: error.diagnostics, source: error.source)], [])
            }
        }
    }
}
