import LapwingSeries

@testable import LapwingPromQL

/// The twin of the engine: evaluates one instant at a time, as the definitions read, over a dictionary of arrays.
///
/// It knows nothing of plans, rows or windows that move, and does not care what it costs.
struct NaiveEvaluator {
    let source: TableSource
    let lookback: Int64 = 300_000

    typealias Vector = [Labels: Double]

    struct Unsupported: Error {}
    /// Two series of one set of labels: names fall away early here and late in the engine, so that it may see no harm.
    struct SameLabels: Error {}
    /// Two series where a join wants one.
    struct Ambiguous: Error {}

    enum Value {
        case scalar(Double)
        case vector(Vector)
    }

    func evaluate(_ expression: QueryExpression, at time: Int64) throws -> Value {
        switch expression {
        case .number(let node): return .scalar(node.value)
        case .parenthesized(let node): return try evaluate(node.expression, at: time)
        case .vectorSelector(let node): return .vector(latest(node, at: time))
        case .unary(let node):
            switch try evaluate(node.operand, at: time) {
            case .scalar(let value): return .scalar(node.operation == .minus ? -value : value)
            case .vector(let vector):
                if node.operation == .plus { return .vector(vector) }
                return .vector(try named(vector.map { ($0.key.withoutMetricName, -$0.value) }))
            }
        case .call(let node): return .vector(try call(node, at: time))
        case .aggregation(let node): return .vector(try aggregate(node, at: time))
        case .binary(let node): return try binary(node, at: time)
        case .string, .matrixSelector, .subquery: throw Unsupported()
        }
    }

    private func named(_ pairs: [(Labels, Double)]) throws -> Vector {
        var vector: Vector = [:]
        for (labels, value) in pairs where vector.updateValue(value, forKey: labels) != nil { throw SameLabels() }
        return vector
    }

    private func offset(_ time: TimeModifier) -> Int64 {
        if case .literal(let milliseconds, _, _)? = time.offset { milliseconds } else { 0 }
    }

    private func latest(_ node: VectorSelector, at time: Int64) -> Vector {
        let now = time - offset(node.time)
        var vector: Vector = [:]
        for (labels, samples) in source.series where node.matchers.allSatisfy({ $0.matches(labels) }) {
            guard let last = samples.last(where: { $0.time <= now }), last.time > now - lookback, !last.value.isStaleMarker else { continue }
            vector[labels] = last.value
        }
        return vector
    }

    /// The samples of each series in the window before an instant.
    private func windows(
        _ expression: QueryExpression, at time: Int64
    ) throws -> (windows: [Labels: [(time: Int64, value: Double)]], start: Int64, end: Int64) {
        switch expression {
        case .matrixSelector(let node):
            guard case .literal(let length, _, _) = node.window else { throw Unsupported() }
            let end = time - offset(node.selector.time)
            var windows: [Labels: [(time: Int64, value: Double)]] = [:]
            for (labels, samples) in source.series where node.selector.matchers.allSatisfy({ $0.matches(labels) }) {
                let inside = samples.filter { $0.time > end - length && $0.time <= end && !$0.value.isStaleMarker }
                if !inside.isEmpty { windows[labels] = inside }
            }
            return (windows, end - length, end)
        case .subquery(let node):
            guard case .literal(let length, _, _) = node.window, case .literal(let step, _, _)? = node.step else { throw Unsupported() }
            let end = time - offset(node.time)
            var windows: [Labels: [(time: Int64, value: Double)]] = [:]
            // Every multiple of the step in the window, its start left out.
            for instant in stride(from: end - length + 1, through: end, by: 1).lazy.filter({ $0 % step == 0 }) {
                guard case .vector(let vector) = try evaluate(node.expression, at: instant) else { throw Unsupported() }
                for (labels, value) in vector { windows[labels, default: []].append((instant, value)) }
            }
            return (windows, end - length, end)
        default: throw Unsupported()
        }
    }

    private func call(_ node: Call, at time: Int64) throws -> Vector {
        let (windows, start, end) = try windows(node.arguments[0], at: time)
        var pairs: [(Labels, Double)] = []
        for (labels, samples) in windows {
            guard let value = over(node.function.name, samples, start: start, end: end) else { continue }
            pairs.append((node.function.name == "last_over_time" ? labels : labels.withoutMetricName, value))
        }
        return try named(pairs)
    }

    private func over(_ function: String, _ samples: [(time: Int64, value: Double)], start: Int64, end: Int64) -> Double? {
        let values = samples.map(\.value)
        switch function {
        case "sum_over_time": return values.reduce(0, +)
        case "avg_over_time": return values.reduce(0, +) / Double(values.count)
        case "min_over_time": return values.min()
        case "max_over_time": return values.max()
        case "count_over_time": return Double(values.count)
        case "last_over_time": return values.last
        case "changes": return Double(zip(values, values.dropFirst()).count { $0 != $1 })
        case "resets": return Double(zip(values, values.dropFirst()).count { $0 > $1 })
        case "rate": return extrapolated(samples, start, end, isCounter: true).map { $0 / (Double(end - start) / 1000) }
        case "increase": return extrapolated(samples, start, end, isCounter: true)
        case "delta": return extrapolated(samples, start, end, isCounter: false)
        default: return nil
        }
    }

    private func extrapolated(_ samples: [(time: Int64, value: Double)], _ start: Int64, _ end: Int64, isCounter: Bool) -> Double? {
        guard samples.count >= 2, let first = samples.first, let last = samples.last else { return nil }
        var change = last.value - first.value
        if isCounter { for (a, b) in zip(samples, samples.dropFirst()) where b.value < a.value { change += a.value } }
        let covered = Double(last.time - first.time) / 1000
        let spacing = covered / Double(samples.count - 1)
        var before = Double(first.time - start) / 1000
        var after = Double(end - last.time) / 1000
        if before >= spacing * 1.1 { before = spacing / 2 }
        if isCounter, change > 0, first.value >= 0 { before = min(before, covered * first.value / change) }
        if after >= spacing * 1.1 { after = spacing / 2 }
        return change * (covered + before + after) / covered
    }

    private func aggregate(_ node: Aggregation, at time: Int64) throws -> Vector {
        guard case .vector(let vector) = try evaluate(node.expression, at: time) else { throw Unsupported() }
        var groups: [Labels: [Double]] = [:]
        for (labels, value) in vector {
            let key = node.isWithout ? labels.withoutMetricName.dropping(node.grouping) : labels.keeping(node.grouping)
            groups[key, default: []].append(value)
        }
        return try groups.mapValues { values in
            switch node.operation {
            case .sum: values.reduce(0, +)
            case .avg: values.reduce(0, +) / Double(values.count)
            case .min: values.min() ?? .nan
            case .max: values.max() ?? .nan
            case .count: Double(values.count)
            case .group: 1
            default: throw Unsupported()
            }
        }
    }

    private func binary(_ node: BinaryOperation, at time: Int64) throws -> Value {
        let (left, right) = (try evaluate(node.left, at: time), try evaluate(node.right, at: time))
        func apply(_ a: Double, _ b: Double, keeping kept: Double) -> Double? {
            switch node.operation {
            case .add: a + b
            case .subtract: a - b
            case .multiply: a * b
            case .divide: a / b
            case .greater: node.returnsBool ? (a > b ? 1 : 0) : a > b ? kept : nil
            case .less: node.returnsBool ? (a < b ? 1 : 0) : a < b ? kept : nil
            default: nil
            }
        }
        let keepsName = node.operation.isComparison && !node.returnsBool
        func result(_ labels: Labels) -> Labels { keepsName ? labels : labels.withoutMetricName }
        switch (left, right) {
        case (.scalar(let a), .scalar(let b)): return .scalar(apply(a, b, keeping: a) ?? .nan)
        case (.vector(let vector), .scalar(let b)):
            return .vector(try named(vector.compactMap { labels, a in apply(a, b, keeping: a).map { (result(labels), $0) } }))
        case (.scalar(let a), .vector(let vector)):
            return .vector(try named(vector.compactMap { labels, b in apply(a, b, keeping: b).map { (result(labels), $0) } }))
        case (.vector(let a), .vector(let b)): return .vector(try joined(node, a, b, { apply($0, $1, keeping: $2) }, result))
        }
    }

    private func joined(
        _ node: BinaryOperation, _ left: Vector, _ right: Vector, _ apply: (Double, Double, Double) -> Double?, _ result: (Labels) -> Labels
    ) throws -> Vector {
        let matching = node.matching ?? VectorMatching()
        func signature(_ labels: Labels) -> Labels {
            matching.isOn ? labels.keeping(matching.labels) : labels.withoutMetricName.dropping(matching.labels)
        }
        if node.operation.isSet {
            let there = Set((node.operation == .or ? left : right).keys.map(signature))
            switch node.operation {
            case .and: return left.filter { there.contains(signature($0.key)) }
            case .unless: return left.filter { !there.contains(signature($0.key)) }
            default: return left.merging(right.filter { !there.contains(signature($0.key)) }) { first, _ in first }
            }
        }
        guard matching.cardinality == .oneToOne else { throw Unsupported() }
        if left.isEmpty || right.isEmpty { return [:] }
        var partners: [Labels: Double] = [:]
        for (labels, value) in right where partners.updateValue(value, forKey: signature(labels)) != nil { throw Ambiguous() }
        var pairs: [(Labels, Double)] = []
        var matched: Set<Labels> = []
        for (labels, value) in left {
            guard let partner = partners[signature(labels)] else { continue }
            guard matched.insert(signature(labels)).inserted else { throw Ambiguous() }
            guard let outcome = apply(value, partner, value) else { continue }
            let kept = result(labels)
            pairs.append((matching.isOn ? kept.keeping(matching.labels) : kept.dropping(matching.labels), outcome))
        }
        return try named(pairs)
    }
}
