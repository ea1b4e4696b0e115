import LapwingPromQL
import LapwingSeries

/// What is known of a function's result.
enum FunctionFacts {
    static func labels(of call: Call, _ children: [AnalyzedExpression]) -> LabelFacts {
        let vector = children.first { $0.expression.type == .vector || $0.expression.type == .matrix }?.labels
        switch call.function.name {
        case "absent", "absent_over_time": return absent(children.first)
        case "vector": return .none
        case "label_replace": return replaced(vector ?? .unknown, call)
        case "label_join": return joined(vector ?? .unknown, call)
        case "info": return withInfo(vector ?? .unknown)
        case "sort", "sort_desc", "sort_by_label", "sort_by_label_desc", "last_over_time", "first_over_time": return vector ?? .unknown
        case "histogram_quantile", "histogram_fraction": return (vector ?? .unknown).withoutName.dropping([LabelName.bucket])
        case "histogram_quantiles":
            let label = string(call, 1).map { (vector ?? .unknown).setting($0, to: .any) }
            return (label ?? .unknown).withoutName.dropping([LabelName.bucket])
        default: return vector?.withoutName ?? .none
        }
    }

    /// The labels of equality matchers that name a label once.
    private static func absent(_ argument: AnalyzedExpression?) -> LabelFacts {
        guard let matchers = argument?.bare.selector?.matchers else { return .none }
        var labels = LabelValues()
        for matcher in matchers where matcher.name != LabelName.metric && matcher.operation == .equal && !matcher.value.isEmpty {
            if matchers.count(where: { $0.name == matcher.name }) == 1 { labels[matcher.name] = .some([matcher.value]) }
        }
        return LabelFacts(possible: .only(labels.names), certain: labels)
    }

    private static func string(_ call: Call, _ index: Int) -> String? {
        guard call.arguments.indices.contains(index), case .string(let node) = call.arguments[index].bare else { return nil }
        return node.value
    }

    private static func replaced(_ vector: LabelFacts, _ call: Call) -> LabelFacts {
        guard let target = string(call, 1), let replacement = string(call, 2), let source = string(call, 3), let pattern = string(call, 4)
        else { return .unknown }
        // Where the pattern matches whatever the label is, the target is set; else it stays as it was.
        if pattern == ".*" || pattern == "(.*)" || (pattern.isEmpty && !vector.possible.contains(source)) || (pattern + source).isEmpty {
            if replacement.isEmpty { return vector.dropping([target]) }
            if !replacement.contains("$") { return vector.setting(target, to: .some([replacement])) }
            if ["$1", "${1}"].contains(replacement), pattern == "(.*)" {
                guard vector.possible.contains(source) else { return vector.dropping([target]) }
                var facts = vector.setting(target, to: vector.certain[source])
                if vector.usual.contains(source) { facts.usual.insert(target) }
                return facts
            }
        }
        return vector.setting(target, to: vector.isCertain(target) && !replacement.isEmpty ? .any : nil)
    }

    private static func joined(_ vector: LabelFacts, _ call: Call) -> LabelFacts {
        guard let target = string(call, 1) else { return .unknown }
        let sources = (3..<max(3, call.arguments.count)).compactMap { string(call, $0) }
        return vector.setting(target, to: sources.contains { vector.isCertain($0) } || sources.count > 1 ? .any : nil)
    }

    private static func withInfo(_ vector: LabelFacts) -> LabelFacts {
        var facts = vector
        facts.possible = .all
        return facts
    }

    // MARK: Values

    static func values(of call: Call, _ children: [AnalyzedExpression]) -> ValueBounds {
        let name = call.function.name
        if let fixed = fixed[name] { return fixed }
        let inner = children.first { $0.expression.type == .vector || $0.expression.type == .matrix }?.values ?? .unknown
        switch name {
        case "avg_over_time", "min_over_time", "max_over_time", "last_over_time", "first_over_time", "sort", "sort_desc", "sort_by_label",
            "sort_by_label_desc", "label_replace", "label_join", "info":
            return inner
        case "quantile_over_time": return (0...1).contains(call.arguments.first?.number ?? -1) ? inner : .unknown
        case "sum_over_time": return inner.lower >= 0 ? .notNegative : .unknown
        case "vector", "scalar": return children.first?.values ?? .unknown
        case "clamp_max": return inner.clamped(from: nil, to: call.arguments.last?.number)
        case "clamp_min": return inner.clamped(from: call.arguments.last?.number, to: nil)
        case "clamp":
            guard call.arguments.count == 3 else { return .unknown }
            return inner.clamped(from: call.arguments[1].number, to: call.arguments[2].number)
        default: return .unknown
        }
    }

    /// Functions whose values lie between bounds whatever they are given.
    private static let fixed: [String: ValueBounds] = [
        "abs": .notNegative, "sqrt": .notNegative, "exp": .notNegative, "rate": .notNegative, "irate": .notNegative,
        "increase": .notNegative, "changes": .notNegative, "resets": .notNegative, "stddev_over_time": .notNegative,
        "stdvar_over_time": .notNegative, "mad_over_time": .notNegative, "histogram_stddev": .notNegative,
        "histogram_stdvar": .notNegative, "histogram_fraction": .truth, "time": .notNegative, "timestamp": .unknown,
        "count_over_time": ValueBounds(lower: 1), "present_over_time": .exactly(1), "absent": .exactly(1),
        "absent_over_time": .exactly(1), "sgn": ValueBounds(lower: -1, upper: 1), "hour": ValueBounds(lower: 0, upper: 23),
        "minute": ValueBounds(lower: 0, upper: 59), "day_of_week": ValueBounds(lower: 0, upper: 6),
        "day_of_month": ValueBounds(lower: 1, upper: 31), "days_in_month": ValueBounds(lower: 28, upper: 31),
        "day_of_year": ValueBounds(lower: 1, upper: 366), "month": ValueBounds(lower: 1, upper: 12),
    ]
}

extension ValueBounds {
    fileprivate func clamped(from low: Double?, to high: Double?) -> ValueBounds {
        var result = self
        if let low { (result.lower, result.upper) = (max(lower, low), max(upper, low)) }
        if let high { (result.lower, result.upper) = (min(result.lower, high), min(result.upper, high)) }
        (result.excludesLower, result.excludesUpper) = (false, false)
        return result
    }
}
