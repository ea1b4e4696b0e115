import LapwingPromQL
import LapwingSeries
import LapwingText

/// What an expression's values are measured in, as far as the names of its metrics tell.
struct ChartUnit: Sendable, Hashable {
    static let none = ChartUnit(base: "")

    /// As it stands behind a number, without what it is divided by: `s`, `B`, or nothing.
    private var base: String
    /// How often it is divided by seconds: 1 for a rate.
    private var perSecond = 0

    private init(base: String, perSecond: Int = 0) { (self.base, self.perSecond) = (base, perSecond) }

    /// - Parameter query: one that does not parse has no unit.
    init(ofQuery query: String) { self = (try? Parser.parse(query)).map(Self.unit) ?? .none }

    /// `s`, `B/s`, `/s`; empty where nothing is known, or seconds in each second are counted.
    var symbol: String {
        switch (base, perSecond) {
        case (_, 0): base
        case ("s", 1): ""
        case (_, 1): base + "/s"
        default: ""
        }
    }

    /// A number with its unit: `1.5 kB`, `250 ms`, `3.2 k/s`.
    ///
    /// - Parameter step: from what it has to be told: an axis' next tick.
    func text(_ value: Double, step: Double = 0) -> String {
        let symbol = symbol
        // Of `m/s` nobody could tell whether it is thousandths.
        let prefixes: ClosedRange<Int> =
            symbol == "s" ? -3...0 : symbol == "/s" ? 0...5 : Self.unprefixed.contains(base) ? 0...0 : -3...5
        let (number, prefix) = ChartScale.parts(value, prefixes: prefixes, step: step)
        if symbol.isEmpty { return number + prefix }
        return prefix.isEmpty && symbol.hasPrefix("/") ? number + symbol : "\(number) \(prefix)\(symbol)"
    }

    /// A series' name, cut where there is no room for it, and its least, greatest and last value.
    func legend(of series: MatrixSeries, columns: Int) -> String {
        let finite = series.values.filter(\.isFinite)
        let figures = [("min", finite.min()), ("max", finite.max()), ("last", series.values.last)]
            .compactMap { name, value in value.map { "  \(name) \(text($0))" } }.joined()
        return series.labels.seriesText.shortened(to: max(16, columns - figures.count)) + figures
    }

    /// Units by the last word of a metric's name.
    private static let symbols = [
        "seconds": "s", "milliseconds": "ms", "bytes": "B", "percent": "%", "celsius": "°C", "volts": "V", "amperes": "A", "joules": "J",
        "watts": "W", "meters": "m", "hertz": "Hz", "bits": "bit",
    ]
    private static let unprefixed: Set<String> = ["ms", "%", "°C"]
    /// What may stand behind the unit.
    private static let suffixes: Set<Substring> = ["total", "sum", "max", "min"]

    /// Of `http_request_duration_seconds_sum`, or of a recorded `job:http_requests:rate5m`.
    ///
    /// - Parameter ofObservations: whether what buckets count is meant, and not the counts.
    private init(ofMetric name: String, _ ofObservations: Bool) {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        var words = (parts.count == 3 ? parts[1] : parts.last ?? "").split(separator: "_")
        if ofObservations, words.last == "bucket" { words.removeLast() }
        // When something was created is told in seconds, whatever it measures.
        if words.last == "created" { words = ["seconds"] }
        let unit = words.last { !Self.suffixes.contains($0) }.flatMap { Self.symbols[String($0)] } ?? ""
        self.init(base: unit, perSecond: parts.count == 3 && parts[2].hasPrefix("rate") ? 1 : 0)
    }

    private static let rates: Set<String> = ["rate", "irate", "deriv"]
    /// Functions whose result has the unit of their argument.
    private static let keeping: Set<String> = [
        "increase", "delta", "idelta", "avg_over_time", "min_over_time", "max_over_time", "sum_over_time", "last_over_time", "first_over_time",
        "quantile_over_time", "stddev_over_time", "mad_over_time", "abs", "ceil", "floor", "round", "clamp", "clamp_max", "clamp_min", "sort",
        "sort_desc", "sort_by_label", "sort_by_label_desc", "label_replace", "label_join", "scalar", "vector", "predict_linear",
        "double_exponential_smoothing",
    ]
    /// Functions whose result has the unit of what the buckets count.
    private static let ofBuckets: Set<String> = ["histogram_quantile", "histogram_avg", "histogram_stddev"]
    private static let keepingAggregations: Set<AggregationOperator> = [.sum, .avg, .min, .max, .topk, .bottomk, .quantile, .stddev]

    private static func unit(_ expression: QueryExpression) -> ChartUnit { unit(expression, ofObservations: false) }

    private static func unit(_ expression: QueryExpression, ofObservations: Bool) -> ChartUnit {
        let unit = { (part: QueryExpression) in self.unit(part, ofObservations: ofObservations) }
        return switch expression {
        case .number, .string: .none
        case .vectorSelector(let selector): ChartUnit(ofMetric: selector.name, ofObservations)
        case .matrixSelector(let matrix): ChartUnit(ofMetric: matrix.selector.name, ofObservations)
        case .parenthesized(let node): unit(node.expression)
        case .unary(let node): unit(node.operand)
        case .subquery(let node): unit(node.expression)
        case .aggregation(let node): keepingAggregations.contains(node.operation) ? unit(node.expression) : .none
        case .call(let node): self.unit(node, ofObservations)
        case .binary(let node): self.unit(node, ofObservations)
        }
    }

    private static func unit(_ call: Call, _ ofObservations: Bool) -> ChartUnit {
        let name = call.function.name
        if ["time", "timestamp"].contains(name) { return ChartUnit(base: "s") }
        guard let counted = call.arguments.first(where: { $0.type == .vector || $0.type == .matrix }) else { return .none }
        let argument = unit(counted, ofObservations: ofObservations || ofBuckets.contains(name))
        if rates.contains(name) { return ChartUnit(base: argument.base, perSecond: argument.perSecond + 1) }
        if ofBuckets.contains(name) { return ChartUnit(base: argument.base) }
        return keeping.contains(name) ? argument : .none
    }

    private static func unit(_ node: BinaryOperation, _ ofObservations: Bool) -> ChartUnit {
        let (left, right) = (unit(node.left, ofObservations: ofObservations), unit(node.right, ofObservations: ofObservations))
        let (isLeftNumber, isRightNumber) = (node.left.type == .scalar, node.right.type == .scalar)
        switch node.operation {
        case .divide where !isLeftNumber && !isRightNumber:
            if right.base.isEmpty { return ChartUnit(base: left.base, perSecond: left.perSecond - right.perSecond) }
            return left.base == right.base ? ChartUnit(base: "", perSecond: left.perSecond - right.perSecond) : .none
        // A factor may change the unit.
        case .multiply, .divide, .modulo, .power, .arctangent: return .none
        default:
            if node.operation.isComparison, node.returnsBool { return .none }
            if isLeftNumber { return right }
            return isRightNumber || left == right || node.operation == .and || node.operation == .unless ? left : .none
        }
    }
}
