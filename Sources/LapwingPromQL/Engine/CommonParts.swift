import LapwingText
import Synchronization

extension PreparedQuery {
    /// Finds what queries have in common, so that those asked at one instant compute it once (`SharedValues`).
    ///
    /// A part is common when more than one place asks for it: places inside a common part count once.
    /// - Complexity: O(characters × depth).
    public static func markCommonParts(_ queries: inout [PreparedQuery]) {
        var count = PartCount()
        for query in queries { count.visit(query.expression) }
        let common = count.places.filter { $0.value > 1 }.keys.sorted()
        let numbers = Dictionary(uniqueKeysWithValues: zip(common, common.indices))
        for index in queries.indices {
            queries[index].commonParts = [:]
            queries[index].expression.forEachSharedPart { part, text in
                if let number = numbers[text] { queries[index].commonParts[part.range] = number }
            }
        }
    }
}

/// How many places ask for each part of some queries.
private struct PartCount {
    var places: [String: Int] = [:]

    mutating func visit(_ expression: QueryExpression) {
        if expression.canBeShared {
            let count = places[expression.description, default: 0]
            places[expression.description] = count + 1
            if count > 0 { return }
        }
        for child in expression.shareableChildren { visit(child) }
    }
}

extension QueryExpression {
    /// Whether evaluating this again costs more than looking up what it was: calls, aggregations and operations that are vectors.
    fileprivate var canBeShared: Bool {
        switch self {
        case .call, .aggregation, .binary: type == .vector
        case .number, .string, .vectorSelector, .matrixSelector, .subquery, .unary, .parenthesized: false
        }
    }

    /// Without the arguments of functions that let histograms be read without their buckets: those are values of another kind.
    fileprivate var shareableChildren: [QueryExpression] {
        if case .call(let call) = self, ["histogram_count", "histogram_sum", "histogram_avg"].contains(call.function.name) { return [] }
        return children
    }

    fileprivate func forEachSharedPart(_ body: (_ part: QueryExpression, _ text: String) -> Void) {
        if canBeShared { body(self, description) }
        for child in shareableChildren { child.forEachSharedPart(body) }
    }
}

/// What queries that are asked over one snapshot at one instant have computed of the parts that they have in common.
public final class SharedValues: Sendable {
    /// Cells of all values together, 8 bytes each; what comes after that is computed as often as it is asked for.
    static let maximumCells = 4_000_000

    struct Value: Sendable {
        var matrix: StepMatrix
        /// What it took, which counts for each query that asks for it.
        var statistics: QueryStatistics
    }

    private struct Place: Hashable {
        var part: Int
        var grid: StepGrid
    }

    private struct Values: Sendable {
        var known: [Place: Value] = [:]
        var cells = 0
    }

    private let values = Mutex(Values())

    public init() {}

    func value(of part: Int, on grid: StepGrid) -> Value? { values.withLock { $0.known[Place(part: part, grid: grid)] } }

    func keep(_ value: Value, of part: Int, on grid: StepGrid) {
        values.withLock { values in
            guard values.cells + value.matrix.values.count <= Self.maximumCells else { return }
            values.cells += value.matrix.values.count
            values.known[Place(part: part, grid: grid)] = value
        }
    }
}

extension Evaluator {
    /// The value of a node that other queries of the same instant ask for too; nil for any other node.
    ///
    /// What comes with remarks is not shared: they say where in a query's own text they belong.
    mutating func shared(_ node: PlanNode, on grid: StepGrid) throws(QueryError) -> StepMatrix? {
        guard let sharedValues, let range = node.range, let part = commonParts[range] else { return nil }
        if let known = sharedValues.value(of: part, on: grid) {
            statistics.add(known.statistics)
            try hold(known.matrix.values.count)
            return known.matrix
        }
        let (statisticsBefore, annotationsBefore) = (statistics, annotations)
        (statistics, annotations) = (QueryStatistics(), Annotations())
        let matrix = try gather(try ownPipeline(node, on: grid), on: grid)
        if annotations.isEmpty { sharedValues.keep(SharedValues.Value(matrix: matrix, statistics: statistics), of: part, on: grid) }
        let (cost, remarks) = (statistics, annotations)
        (statistics, annotations) = (statisticsBefore, annotationsBefore)
        statistics.add(cost)
        annotations.add(remarks)
        return matrix
    }
}

extension PlanNode {
    /// Where in the text the node stands, for what can be shared.
    fileprivate var range: SourceRange? {
        switch self {
        case .call(let plan): plan.range
        case .aggregation(let plan): plan.range
        case .binary(let plan): plan.range
        case .number, .string, .selector, .window, .negated, .stepInvariant: nil
        }
    }
}
