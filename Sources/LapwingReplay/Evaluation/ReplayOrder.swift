import LapwingRules

/// In which order rules can be evaluated over a whole block of time, each after those that it reads.
///
/// A rule that reads what a later rule of its group writes sees that rule's result of the instant before, and rules may read
/// each other in a circle: such rules stay together and are evaluated instant by instant.
struct ReplayOrder: Sendable {
    /// A rule by its group and its place there.
    struct Place: Hashable, Comparable, Sendable {
        var group: Int
        var rule: Int

        static func < (a: Self, b: Self) -> Bool { (a.group, a.rule) < (b.group, b.rule) }
    }

    /// Rules that have to be evaluated together; most stand alone.
    struct Stage: Sendable {
        /// In the order of groups and rules.
        var rules: [Place]
        /// Whether every instant has to be evaluated before the next.
        var isStepwise: Bool
        /// How many stages have to be over before, one after the other.
        var level = 0
    }

    private(set) var stages: [Stage] = []

    /// The stages by levels: those of a wave do not read each other.
    var waves: [[Stage]] { Dictionary(grouping: stages, by: \.level).sorted { $0.key < $1.key }.map(\.value) }

    /// All rules together, instant by instant: what any order has to come to.
    init(stepwise groups: [RuleGroup]) { stages = [Stage(rules: Self.places(of: groups), isStepwise: true)] }

    private static func places(of groups: [RuleGroup]) -> [Place] {
        groups.indices.flatMap { group in groups[group].rules.indices.map { Place(group: group, rule: $0) } }
    }

    init(_ groups: [RuleGroup]) {
        let places = Self.places(of: groups)
        let rules = groups.flatMap(\.rules)
        let dependencies = RuleDependencies(among: rules, countsTemplates: true)
        /// Beside `places`: the rules that one has to wait for.
        var reads = rules.map { dependencies.rules(readBy: $0) }
        for (reader, found) in reads.enumerated() {
            // The other way round as well: an earlier rule of the group has to have seen the instant before.
            for index in found where places[index].group == places[reader].group && reader < index { reads[index].append(reader) }
        }
        /// Beside `places`, of those that have been reached.
        var levels = [Int](repeating: 0, count: places.count)
        for component in Self.components(reads) {
            let isCircle = component.count > 1 || reads[component[0]].contains(component[0])
            let before = Set(component.flatMap { reads[$0] }).subtracting(component)
            let level = before.map { levels[$0] + 1 }.max() ?? 0
            for rule in component { levels[rule] = level }
            stages.append(Stage(rules: component.map { places[$0] }.sorted(), isStepwise: isCircle, level: level))
        }
    }

    /// The strongly connected components of a graph, each after those that its edges lead to.
    ///
    /// Source: R. Tarjan, "Depth-first search and linear graph algorithms", 1972.
    private static func components(_ edges: [[Int]]) -> [[Int]] {
        var walk = Walk(edges: edges)
        for node in edges.indices where walk.numbers[node] == nil { walk.visit(node) }
        return walk.components
    }

    private struct Walk {
        let edges: [[Int]]
        var numbers: [Int: Int] = [:]
        var lowest: [Int: Int] = [:]
        var stack: [Int] = []
        var isOnStack: Set<Int> = []
        var components: [[Int]] = []

        init(edges: [[Int]]) { self.edges = edges }

        /// Goes down with a path of its own, since rules may form a chain of any length.
        mutating func visit(_ first: Int) {
            var path = [enter(first)]
            while let (node, edge) = path.last {
                if edge < edges[node].count {
                    path[path.count - 1].edge += 1
                    let next = edges[node][edge]
                    if let number = numbers[next] {
                        if isOnStack.contains(next) { lower(node, to: number) }
                    } else {
                        path.append(enter(next))
                    }
                } else {
                    path.removeLast()
                    leave(node)
                    if let parent = path.last, let low = lowest[node] { lower(parent.node, to: low) }
                }
            }
        }

        private mutating func enter(_ node: Int) -> (node: Int, edge: Int) {
            lowest[node] = numbers.count
            numbers[node] = numbers.count
            stack.append(node)
            isOnStack.insert(node)
            return (node, 0)
        }

        private mutating func lower(_ node: Int, to low: Int) { lowest[node] = min(low, lowest[node] ?? low) }

        private mutating func leave(_ node: Int) {
            guard lowest[node] == numbers[node], let start = stack.lastIndex(of: node) else { return }
            components.append(Array(stack[start...]))
            isOnStack.subtract(stack[start...])
            stack.removeSubrange(start...)
        }
    }
}
