import LapwingPromQL
import LapwingRules
import LapwingTemplate
public import LapwingText

/// What tests have reached of one rule.
public struct RuleCoverage: Sendable {
    /// Something that a test can reach.
    public enum Aim: Sendable, Hashable, CustomStringConvertible {
        /// The expression had a result.
        case result
        case pending, firing, resolved
        /// An expectation speaks of the alert, or of the recorded metric.
        case expected
        /// One side of an `or` had a result.
        case side(String)
        /// A way of a template's branch.
        case branch(condition: String, isBody: Bool)

        public var description: String {
            switch self {
            case .result: "the expression has no result in any test"
            case .pending: "no test sees it pending"
            case .firing: "no test sees it firing"
            case .resolved: "no test sees it resolve"
            case .expected: "no test expects anything of it"
            case .side(let text): "no test has a result for \(text)"
            case .branch(let condition, let isBody): "no test reaches {{\(isBody ? "" : "else of ")\(condition)}}"
            }
        }
    }

    public var name: String
    public var file: String
    /// Where the rule stands in its file.
    public var range: SourceRange
    /// Everything that there is to reach.
    public let aims: [Aim]
    public internal(set) var reached: Set<Aim> = []

    init(_ rule: Rule, in group: RuleGroup) {
        (name, file, range) = (rule.name, group.file, rule.range)
        let sides = rule.query.expression.alternatives.map { Aim.side($0.range.text(in: rule.query.text)) }
        switch rule {
        case .recording: aims = [.result, .expected] + sides
        case .alerting(let alert):
            let branches = (alert.labels + alert.annotations).flatMap(\.template.branches)
            let waiting: [Aim] = alert.hold > .zero ? [.pending] : []
            var seen: Set<Aim> = []
            aims = (waiting + [.firing, .resolved, .expected] + sides + branches.map { .branch(condition: $0.condition, isBody: $0.isBody) })
                .filter { seen.insert($0).inserted }
        }
    }

    public var missed: [Aim] { aims.filter { !reached.contains($0) } }

    /// What another run has reached of the same rule.
    mutating func merge(_ other: RuleCoverage) { reached.formUnion(other.reached) }
}

/// What tests have reached of all rules.
public struct CoverageReport: Sendable {
    /// In the order of files and rules.
    public private(set) var rules: [RuleCoverage] = []

    public init() {}

    public mutating func merge(_ coverages: [RuleCoverage]) {
        for coverage in coverages {
            if let index = rules.firstIndex(where: { $0.file == coverage.file && $0.range == coverage.range }) {
                rules[index].merge(coverage)
            } else {
                rules.append(coverage)
            }
        }
    }

    public var aims: Int { rules.reduce(0) { $0 + $1.aims.count } }
    public var reached: Int { rules.reduce(0) { $0 + $1.aims.count - $1.missed.count } }
}

extension QueryExpression {
    /// The sides of every `or`.
    var alternatives: [QueryExpression] {
        let below = children.flatMap(\.alternatives)
        guard case .binary(let node) = self, node.operation == .or else { return below }
        // `a or b or c` is `(a or b) or c`: its sides are three.
        return [node.left, node.right].filter { if case .binary(let side) = $0 { side.operation != .or } else { true } } + below
    }
}
