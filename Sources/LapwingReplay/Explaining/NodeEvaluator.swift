public import LapwingPromQL
public import LapwingRules
public import LapwingSeries
import LapwingText

/// Evaluates an expression part by part.
public struct NodeEvaluator: Sendable {
    let engine: QueryEngine
    let snapshot: any SeriesSnapshot
    let time: Timestamp
    let labels: Labels
    let recordings: [RecordingRule]

    /// - Parameters:
    ///   - labels: only elements that do not contradict these are shown.
    ///   - recordings: rules whose expressions stand below the selectors that read what they record.
    public init(
        engine: QueryEngine, snapshot: any SeriesSnapshot, time: Timestamp, labels: Labels = .empty, recordings: [RecordingRule] = []
    ) {
        (self.engine, self.snapshot, self.time, self.labels, self.recordings) = (engine, snapshot, time, labels, recordings)
    }

    /// - Parameter query: the whole query that `expression` is a part of.
    /// - Complexity: as many queries as the expression, and those of the rules that record what it reads, have parts.
    public func node(_ expression: QueryExpression, in query: PreparedQuery) -> ExplainedNode { node(expression, query, below: []) }

    /// - Parameter above: the recorded metrics whose rules this is below: a rule may read itself.
    private func node(_ expression: QueryExpression, _ query: PreparedQuery, below above: [String]) -> ExplainedNode {
        // Parentheses are nothing by themselves.
        if case .parenthesized(let inner) = expression { return node(inner.expression, query, below: above) }
        let part = expression.range.text(in: query.text)
        let children =
            switch expression {
            case .number, .string: [ExplainedNode]()
            case .vectorSelector(let selector): recorded(selector, below: above)
            case .matrixSelector(let matrix): recorded(matrix.selector, below: above)
            default: expression.children.filter { !$0.isLiteral }.map { node($0, query, below: above) }
            }
        return ExplainedNode(text: part, expression: expression, value: value(of: part), children: children)
    }

    /// What rules record of the metric that a selector names, where it looks at the same time.
    private func recorded(_ selector: VectorSelector, below above: [String]) -> [ExplainedNode] {
        guard selector.time == TimeModifier(), !above.contains(selector.name) else { return [] }
        return recordings.filter { $0.metric == selector.name }.map { rule in
            var node = node(rule.query.expression, rule.query, below: above + [rule.metric])
            node.recordedAs = rule.metric
            return node
        }
    }

    func value(of text: String) -> ExplainedNode.Value {
        do throws(QueryError) {
            let result = try engine.instant(try engine.prepare(text), at: time, over: snapshot)
            switch result.value {
            case .scalar(let value): return .scalar(value)
            case .string(let text): return .string(text)
            case .vector(let samples): return .elements(samples.filter { concerns($0.labels) }.sorted { $0.labels < $1.labels })
            case .matrix(let matrix):
                let series = matrix.filter { concerns($0.labels) }
                return .window(series.map { ($0.labels, $0.times.count + $0.histogramTimes.count) })
            }
        } catch {
            return .failed(error.description)
        }
    }

    func concerns(_ found: Labels) -> Bool { labels.agree(with: found) }
}

extension QueryExpression {
    fileprivate var isLiteral: Bool {
        switch self {
        case .number, .string: true
        case .parenthesized(let node): node.expression.isLiteral
        default: false
        }
    }
}
