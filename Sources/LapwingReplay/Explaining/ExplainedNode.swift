public import LapwingPromQL
public import LapwingSeries
import LapwingText

/// A part of an expression with what it was worth at one time.
public struct ExplainedNode: Sendable {
    public enum Value: Sendable {
        /// Those that the question is about, in the order of labels.
        case elements([VectorSample])
        case scalar(Double)
        case string(String)
        /// Series with the numbers of their samples in the window.
        case window([(labels: Labels, samples: Int)])
        case failed(String)
    }

    public var text: String
    public var expression: QueryExpression
    public var value: Value
    public var children: [ExplainedNode]

    /// Whether nothing came of it.
    public var isEmpty: Bool {
        switch value {
        case .elements(let elements): elements.isEmpty
        case .window(let series): series.isEmpty
        case .failed: true
        case .scalar, .string: false
        }
    }

    var elements: [VectorSample] {
        if case .elements(let elements) = value { elements } else { [] }
    }
}

/// Evaluates an expression part by part.
public struct NodeEvaluator: Sendable {
    let engine: QueryEngine
    let snapshot: any SeriesSnapshot
    let time: Timestamp
    let labels: Labels

    /// - Parameter labels: only elements that do not contradict these are shown.
    public init(engine: QueryEngine, snapshot: any SeriesSnapshot, time: Timestamp, labels: Labels = .empty) {
        (self.engine, self.snapshot, self.time, self.labels) = (engine, snapshot, time, labels)
    }

    /// - Parameter text: of the whole query that `expression` is a part of.
    /// - Complexity: as many queries as the expression has parts.
    public func node(_ expression: QueryExpression, in text: String) -> ExplainedNode {
        // Parentheses are nothing by themselves.
        if case .parenthesized(let inner) = expression { return node(inner.expression, in: text) }
        let bytes = Array(text.utf8)[expression.range.lowerBound..<expression.range.upperBound]
        let part = String(decoding: bytes, as: UTF8.self)
        var children: [ExplainedNode] = []
        switch expression {
        case .matrixSelector, .vectorSelector, .number, .string: break
        default: children = expression.children.filter { !$0.isLiteral }.map { node($0, in: text) }
        }
        return ExplainedNode(text: part, expression: expression, value: value(of: part), children: children)
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

    func concerns(_ found: Labels) -> Bool {
        labels.allSatisfy { label in found[label.name].map { $0 == label.value } ?? true }
    }
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
