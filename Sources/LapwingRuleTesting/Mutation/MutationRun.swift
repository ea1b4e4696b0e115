import LapwingRules
public import LapwingText

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
        var rules: [(file: String, rule: Rule)] = []
        var seen: Set<String> = []
        for group in runners.flatMap(\.groups) {
            rules += group.rules.filter { seen.insert("\(group.file) \($0.range.lowerBound)").inserted }.map { (group.file, $0) }
        }
        let trials = rules.concurrentMap { file, rule in runners.flatMap { MutationTrial.all(of: rule, in: file, among: $0) } }
        let mutants = zip(rules, trials).flatMap { place, trials in place.rule.mutations.map { (place, $0, trials) } }
        let noticed = mutants.concurrentMap { place, mutation, trials in
            trials.contains { $0.notices(mutation, of: place.rule, in: place.file) }
        }
        return zip(mutants, noticed).map { mutant, isNoticed in
            let ((file, rule), mutation, _) = mutant
            return Result(file: file, ruleName: rule.name, ruleRange: rule.range, mutation: mutation, isNoticed: isNoticed)
        }
    }
}
