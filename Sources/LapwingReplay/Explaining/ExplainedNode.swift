public import LapwingPromQL
public import LapwingSeries

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
    /// The metric under which a recording rule keeps this; nil for a part of what is above it.
    public var recordedAs: String?
    /// Whether everything above is empty because of this.
    public var vanishes = false

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
