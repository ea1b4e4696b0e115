import Dispatch
import LapwingRules
public import LapwingText
import Synchronization

/// Tries changed rules on their tests: a change that no test notices is a behaviour that none holds.
public struct MutationRun: Sendable {
    /// A change and whether it was noticed.
    public struct Result: Sendable {
        public var file: String
        public var ruleName: String
        /// Where the rule stands in its file.
        public var ruleRange: SourceRange
        public var mutation: RuleMutation
        public var isNoticed: Bool
    }

    private let runners: [UnitTestRunner]

    /// - Parameter runners: those of all test files, whose tests pass.
    public init(_ runners: [UnitTestRunner]) { self.runners = runners }

    /// In the order of rules and their texts.
    ///
    /// - Complexity: as many runs of the tests that speak of a rule, or of what depends on it, as it has changes; a change that is
    ///   noticed costs only the tests up to the first that does.
    public func results() -> [Result] {
        var tasks: [(file: String, rule: Rule, mutation: RuleMutation)] = []
        var seen: Set<String> = []
        for group in runners.flatMap(\.groups) {
            for rule in group.rules where seen.insert("\(group.file) \(rule.range.lowerBound)").inserted {
                tasks += rule.mutations.map { (group.file, rule, $0) }
            }
        }
        let mutants = tasks
        let noticed = Mutex([Bool](repeating: false, count: mutants.count))
        DispatchQueue.concurrentPerform(iterations: mutants.count) { index in
            let task = mutants[index]
            let isNoticed = runners.contains { $0.notices(task.mutation, of: task.rule, in: task.file) }
            noticed.withLock { $0[index] = isNoticed }
        }
        return zip(mutants, noticed.withLock { $0 }).map { mutant, isNoticed in
            Result(
                file: mutant.file, ruleName: mutant.rule.name, ruleRange: mutant.rule.range, mutation: mutant.mutation, isNoticed: isNoticed)
        }
    }
}

extension UnitTestRunner {
    fileprivate func notices(_ mutation: RuleMutation, of rule: Rule, in file: String) -> Bool {
        guard groups.contains(where: { $0.file == file }) else { return false }
        let changed = groups.map { group in
            group.file == file ? group.replacingRules { $0.range == rule.range ? mutation.rule : $0 } : group
        }
        return notices(changed, testing: names(affectedBy: rule, in: changed))
    }

    /// The names of a rule and of all that read it, and so on.
    private func names(affectedBy rule: Rule, in groups: [RuleGroup]) -> Set<String> {
        let all = groups.flatMap(\.rules)
        var affected = [rule]
        var names: Set<String> = [rule.name]
        var next = 0
        while next < affected.count {
            for other in all where !names.contains(other.name) && other.mayRead(affected[next]) {
                names.insert(other.name)
                affected.append(other)
            }
            next += 1
        }
        return names
    }
}
