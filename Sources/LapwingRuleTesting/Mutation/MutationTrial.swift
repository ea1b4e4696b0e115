import LapwingAlerting
import LapwingPromQL
import LapwingRules
import LapwingSeries

/// A test that can notice a change to one rule, with no more rules than its expectations depend on.
struct MutationTrial: Sendable {
    private let test: UnitTest
    private let file: UnitTestFile
    private let groups: [RuleGroup]

    /// Whether the test fails with a rule changed.
    func notices(_ mutation: RuleMutation, of rule: Rule, in path: String) -> Bool {
        let changed = groups.map { group in
            group.file == path ? group.replacingRules { $0.range == rule.range ? mutation.rule : $0 } : group
        }
        var run = UnitTestRun(test: test, file: file, groups: changed, foreseeable: changed.foreseeableQueries, recorder: nil)
        run.stopsAtFailure = true
        return !run.failures().isEmpty
    }

    /// The trials of a file's tests for a rule: those that speak of it, or of what reads it. A change of the rule changes neither, since
    /// it reads no other metrics than before.
    ///
    /// - Complexity: O(rules² + tests × rules), each by the nodes of expressions.
    static func all(of rule: Rule, in path: String, among runner: UnitTestRunner) -> [MutationTrial] {
        guard runner.groups.contains(where: { $0.file == path }) else { return [] }
        let affected = names(affectedBy: rule, in: runner.groups)
        return runner.file.tests.filter { (runner.runsTest?($0.name) ?? true) && $0.speaks(of: affected) }.map { test in
            let needed = test.needs(of: runner.groups)
            let groups = needed.map { names in runner.groups.map { group in group.keepingRules { names.contains($0.name) } } }
            return MutationTrial(test: test, file: runner.file, groups: groups?.filter { !$0.rules.isEmpty } ?? runner.groups)
        }
    }

    /// The names of a rule and of all that read it, and so on.
    private static func names(affectedBy rule: Rule, in groups: [RuleGroup]) -> Set<String> {
        let all = groups.flatMap(\.rules)
        var affected = [rule]
        var names: Set<String> = [rule.name]
        var next = 0
        while next < affected.count {
            let writer = RuleDependencies(among: [affected[next]])
            for other in all where !names.contains(other.name) && (other.asksInTemplates || !writer.rules(readBy: other).isEmpty) {
                names.insert(other.name)
                affected.append(other)
            }
            next += 1
        }
        return names
    }
}

extension UnitTest {
    /// The names of the rules on which the test's expectations depend; nil where that may be any.
    ///
    /// - Complexity: O(rules × expressions' nodes).
    fileprivate func needs(of groups: [RuleGroup]) -> Set<String>? {
        if !notificationExpectations.isEmpty { return nil }
        var metrics: [String: [String?]] = [:]
        for rule in groups.flatMap(\.rules) { metrics[rule.name, default: []] += rule.asksInTemplates ? [nil] : rule.query.expression.metrics }
        var names: Set<String> = []
        var waiting: [String?] = alertExpectations.map { Optional($0.alertName) } + queryExpectations.flatMap(\.query.expression.metrics)
        while let next = waiting.popLast() {
            guard let name = next, !AlertSamples.metrics.contains(name) else { return nil }
            if names.insert(name).inserted { waiting += metrics[name] ?? [] }
        }
        return names
    }

    /// Whether an expectation is about an alert or metric of one of these names, or may be, as every one of notifications.
    fileprivate func speaks(of names: Set<String>) -> Bool {
        if !notificationExpectations.isEmpty { return true }
        if alertExpectations.contains(where: { names.contains($0.alertName) }) { return true }
        return queryExpectations.contains { expectation in
            expectation.query.expression.metrics.contains { $0.map { names.contains($0) || AlertSamples.metrics.contains($0) } ?? true }
        }
    }
}
