import LapwingPromQL
public import LapwingSeries

/// How far an element is from what a comparison asks for.
public struct ThresholdGap: Sendable {
    /// The comparison's text.
    public var comparison: String
    public var labels: Labels
    public var value: Double
    public var threshold: Double
    /// From the threshold to the value; positive: greater.
    public var distance: Double { value - threshold }

    /// One for each element that the expression's comparisons compare: the outer ones before those in them, the nearest of each first.
    static func gaps(of node: ExplainedNode, _ evaluator: NodeEvaluator) -> [ThresholdGap] {
        switch node.expression {
        // What is compared there is of other times.
        case .subquery: return []
        case .binary(let operation) where operation.operation == .unless: return gaps(in: node.children.prefix(1), evaluator)
        case .binary(let operation): return ofItsOwn(node, operation, evaluator) + gaps(in: node.children[...], evaluator)
        default: return gaps(in: node.children[...], evaluator)
        }
    }

    /// Without those of the rules that record what is read.
    private static func gaps(in parts: ArraySlice<ExplainedNode>, _ evaluator: NodeEvaluator) -> [ThresholdGap] {
        parts.filter { $0.recordedAs == nil }.flatMap { gaps(of: $0, evaluator) }
    }

    /// Those of one comparison, without the comparisons in it.
    static func ofItsOwn(_ node: ExplainedNode, _ operation: BinaryOperation, _ evaluator: NodeEvaluator) -> [ThresholdGap] {
        guard operation.operation.isComparison else { return [] }
        let (left, right) = (evaluator.value(of: operation.left.description), evaluator.value(of: operation.right.description))
        let gap = { (element: VectorSample, value: Double, threshold: Double) in
            ThresholdGap(comparison: node.text, labels: element.labels, value: value, threshold: threshold)
        }
        let found: [ThresholdGap]
        switch (left, right) {
        case (.elements(let elements), .scalar(let threshold)), (.scalar(let threshold), .elements(let elements)):
            found = elements.filter { $0.histogram == nil }.map { gap($0, $0.value, threshold) }
        case (.elements(let left), .elements(let right)):
            let pairs = operation.matching?.pairs(left, right) ?? []
            found = pairs.map { left, right in gap(operation.matching?.cardinality == .oneToMany ? right : left, left.value, right.value) }
        default: found = []
        }
        return found.sorted { abs($0.distance) < abs($1.distance) }
    }
}

extension VectorMatching {
    /// By what elements find their partners.
    func key(of labels: Labels) -> Labels {
        isOn ? labels.keeping(self.labels) : labels.dropping(self.labels).withoutMetricName
    }

    /// The elements that are compared with one another, without histograms.
    func pairs(_ left: [VectorSample], _ right: [VectorSample]) -> [(VectorSample, VectorSample)] {
        let partners = Dictionary(grouping: right) { key(of: $0.labels) }
        return left.flatMap { one in
            (partners[key(of: one.labels)] ?? []).filter { one.histogram == nil && $0.histogram == nil }.map { (one, $0) }
        }
    }
}
