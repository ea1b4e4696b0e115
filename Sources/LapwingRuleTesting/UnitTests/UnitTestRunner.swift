public import LapwingRules
import LapwingText

/// Runs the tests of one file over the rules that it names.
public struct UnitTestRunner: Sendable {
    public var file: UnitTestFile
    /// The groups of all rule files, in the order of evaluation.
    public let groups: [RuleGroup]
    /// Which tests run; nil for all.
    public var runsTest: (@Sendable (String) -> Bool)?
    /// Internal for the test that compares both ways of asking.
    var foreseeable: Set<String>

    public init(file: UnitTestFile, ruleFiles: [RuleFile], runsTest: (@Sendable (String) -> Bool)? = nil) {
        self.file = file
        self.runsTest = runsTest
        let all = ruleFiles.flatMap(\.groups)
        let order = file.groupOrder
        // Groups that the file does not list come after those that it does, in their own order.
        groups = all.enumerated().sorted { a, b in
            let (x, y) = (order.firstIndex(of: a.element.name) ?? order.count, order.firstIndex(of: b.element.name) ?? order.count)
            return (x, a.offset) < (y, b.offset)
        }.map(\.element)
        foreseeable = groups.foreseeableQueries
        for rules in ruleFiles {
            for rule in rules.groups.flatMap(\.rules) {
                self.file.rulePlaces["\(rules.name) \(rule.range.lowerBound)"] = rules.source.position(of: rule.range.lowerBound).line
            }
        }
    }

    /// Runs the tests side by side; outcomes come in the order of the file.
    public func run() -> [TestOutcome] { runAll(recordsCoverage: false).map(\.outcome) }

    /// Runs the tests and tells what they reach.
    public func runMeasuringCoverage() -> (outcomes: [TestOutcome], coverage: [RuleCoverage]) {
        let results = runAll(recordsCoverage: true)
        return (results.map(\.outcome), results.flatMap(\.coverage))
    }

    private func runAll(recordsCoverage: Bool) -> [(outcome: TestOutcome, coverage: [RuleCoverage])] {
        let chosen = file.tests.indices.filter { runsTest?(file.tests[$0].name) ?? true }
        return chosen.concurrentMap { index in
            let test = file.tests[index]
            let name = test.name.isEmpty ? "test \(index + 1)" : test.name
            let start = ContinuousClock.now
            let recorder = recordsCoverage ? CoverageRecorder(groups) : nil
            var run = UnitTestRun(test: test, file: file, groups: groups, foreseeable: foreseeable, recorder: recorder)
            let failures = run.failures()
            recorder?.expects(alerts: run.expectedAlerts, metrics: run.expectedMetrics)
            var outcome = TestOutcome(name: name, failures: failures, source: file.source, duration: start.duration(to: .now))
            outcome.corrections = run.corrections
            return (outcome, recorder?.coverages ?? [])
        }
    }
}
