import LapwingPromQL
import LapwingSeries

/// What is known of the result of `left op right`.
///
/// Source: Prometheus 3.14 `promql/engine.go`, `resultMetric`.
enum BinaryFacts {
    static func labels(of node: BinaryOperation, _ children: [AnalyzedExpression]) -> LabelFacts {
        let (left, right) = (children[0].labels, children[1].labels)
        let keepsName = node.operation.isSet || (node.operation.isComparison && !node.returnsBool)
        guard let matching = node.matching else {
            // A scalar on one side, or on both.
            let vector = node.left.type == .scalar ? right : left
            return keepsName ? vector : vector.withoutName
        }
        if node.operation == .or { return left.union(right) }
        let names = NameSet(matching.labels.names)
        // What is compared is the same on both sides.
        let common = matching.isOn
            ? left.keeping(names).intersection(right.keeping(names))
            : left.withoutName.dropping(names).intersection(right.withoutName.dropping(names))
        let isFilled = matching.leftFill != nil || matching.rightFill != nil
        let result: LabelFacts
        switch (node.operation, matching.cardinality) {
        case (.unless, _): result = left
        case (.and, _): result = matching.isOn ? left.sharing(common, names) : left.intersection(common.adding(left, named: names))
        case (_, .manyToOne): result = isFilled ? left.union(common) : grouped(left, right, common, matching)
        case (_, .oneToMany): result = isFilled ? right.union(common) : grouped(right, left, common, matching)
        case (_, .oneToOne), (_, .manyToMany):
            guard isFilled else {
                return keepsName ? matching.isOn ? common : common.takingName(of: left) : common.withoutName
            }
            result = matching.isOn ? left.keeping(names).union(right.keeping(names)) : left.dropping(names).union(right.dropping(names))
        }
        return keepsName ? result : result.withoutName
    }

    /// The "many" side with the labels taken over from the "one" side.
    private static func grouped(_ many: LabelFacts, _ one: LabelFacts, _ common: LabelFacts, _ matching: VectorMatching) -> LabelFacts {
        var result = matching.isOn
            ? many.sharing(common, NameSet(matching.labels.names)) : many.intersection(common.adding(many, named: NameSet(matching.labels.names)))
        for name in matching.included {
            result = result.dropping([name])
            guard one.possible.contains(name) else { continue }
            result = result.setting(name, to: one.certain[name])
            if one.usual.contains(name) { result.usual.insert(name) }
        }
        return result
    }

    static func values(of node: BinaryOperation, _ children: [AnalyzedExpression]) -> ValueBounds {
        let (left, right) = (children[0].values, children[1].values)
        if node.operation.isComparison {
            if node.returnsBool { return .truth }
            // A scalar on the left filters the vector on the right.
            if node.left.type == .scalar, node.right.type != .scalar {
                return right.intersection(.satisfying(node.operation.mirrored, left))
            }
            return left.intersection(.satisfying(node.operation, right))
        }
        if node.matching?.leftFill != nil || node.matching?.rightFill != nil { return .unknown }
        switch node.operation {
        case .and, .unless: return left
        case .or: return left.union(right)
        default: return left.applying(node.operation, right)
        }
    }
}

extension LabelFacts {
    /// With what is known of some labels from elsewhere.
    fileprivate func sharing(_ other: LabelFacts, _ names: NameSet) -> LabelFacts {
        let kept = dropping(names)
        return LabelFacts(
            possible: kept.possible.union(other.possible), certain: kept.certain.merging(other.certain) { $1 },
            usual: kept.usual.union(other.usual))
    }

    /// With some labels, and the metric's name, as another has them.
    fileprivate func adding(_ other: LabelFacts, named names: NameSet) -> LabelFacts {
        let added = other.keeping(names.union([LabelName.metric]))
        return LabelFacts(
            possible: possible.union(added.possible), certain: certain.merging(added.certain) { $1 }, usual: usual.union(added.usual))
    }

    fileprivate func takingName(of other: LabelFacts) -> LabelFacts { adding(other, named: []) }
}

extension BinaryOperator {
    /// The operator that says the same with sides exchanged.
    var mirrored: BinaryOperator {
        switch self {
        case .less: .greater
        case .greater: .less
        case .lessOrEqual: .greaterOrEqual
        case .greaterOrEqual: .lessOrEqual
        default: self
        }
    }
}
