import LapwingSeries
import SeededRandom

/// Makes queries and data from a seed.
struct QueryGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed) }

    mutating func next(_ bound: Int) -> Int { random.below(bound) }

    mutating func pick(_ choices: [String]) -> String { choices[next(choices.count)] }

    /// Series of a counter, a gauge and a classic histogram over an hour, with gaps, resets and stale markers; some begin late, and some
    /// end with a stale marker.
    mutating func data() -> TableSource {
        var source = TableSource()
        for name in ["a_total", "b"] {
            for host in ["x", "y", "z"] {
                for path in ["/", "/p"] where next(6) > 0 {
                    source.series[Labels(metric: name, ["host": host, "path": path])] = samples(isGauge: name == "b", growth: 8)
                }
            }
        }
        for host in ["x", "y"] {
            source.series[Labels(metric: "owner", ["host": host, "team": pick(["t", "u"])])] = samples(isGauge: true, growth: 3)
            for (index, bound) in ["0.1", "1", "+Inf"].enumerated() {
                source.series[Labels(metric: "h_bucket", ["host": host, "le": bound])] = samples(isGauge: false, growth: 4 * (index + 1))
            }
        }
        return source
    }

    private mutating func samples(isGauge: Bool, growth: Int) -> [(time: Int64, value: Double)] {
        var samples: [(time: Int64, value: Double)] = []
        var value = Double(next(50))
        let begin = next(4) == 0 ? next(120) : 0
        let end = next(4) == 0 ? 40 + next(120) : 240
        for scrape in begin..<max(begin + 1, end) {
            if next(20) == 0 { continue }
            if next(30) == 0 { value = 0 }
            value += isGauge ? Double(next(21) - 10) : Double(next(growth))
            let isStale = next(60) == 0 || scrape + 1 == end && end < 240
            samples.append((Int64(scrape) * 15_000 + Int64(next(20)), isStale ? StaleMarker.value : value))
        }
        return samples
    }

    mutating func selector() -> String {
        pick(["a_total", "b", "a_total{host=\"x\"}", "b{host!=\"y\"}", "{__name__=~\"a_total|b\", host=\"z\"}", "b{path=\"/\"}", "owner"])
    }

    private mutating func time() -> String { pick(["", "", "", " offset 2m", " offset -1m", " @ 1200", " @ end()", " @ start() offset 3m"]) }

    private mutating func range() -> String { "[" + pick(["1m", "2m30s", "5m", "20m"]) + "]" }

    mutating func vector(_ depth: Int) -> String {
        if depth == 0 { return selector() + pick(["", "", "", " smoothed"]) + time() }
        switch next(13) {
        case 0, 1: return aggregation(depth)
        case 2, 3: return window()
        case 4: return element(depth)
        case 5: return "(\(vector(depth - 1))) \(pick(["+", "-", "*", "/", "%", "^", "atan2", ">", "<", ">= bool", "> bool"])) \(next(20))"
        case 6: return "\(next(20)) \(pick(["+", "-", "*", "<", "<= bool"])) (\(vector(depth - 1)))"
        case 7: return "(\(vector(depth - 1))) \(pick(["and", "or", "unless"])) \(pick(["", "on (host)", "ignoring (path)"])) (\(vector(depth - 1)))"
        case 8: return oneToOne(depth)
        case 9: return grouped()
        case 10: return "histogram_quantile(\(pick(["0.5", "0.9", "1", "-1"])), sum by (\(pick(["le", "le, host"]))) (rate(h_bucket\(range()))))"
        case 11: return "-(\(vector(depth - 1)))"
        default:
            let step = pick([":1m", ":30s", ":"])
            return "\(pick(["sum_over_time", "max_over_time", "count_over_time", "delta", "last_over_time"]))((\(vector(depth - 1)))[3m\(step)]\(time()))"
        }
    }

    private mutating func aggregation(_ depth: Int) -> String {
        let grouping = pick(["by (host)", "by (host, path)", "without (path)", "by ()"])
        switch next(4) {
        case 0:
            // What is chosen must not hang on the last bit of a sum.
            let operation = pick(["topk \(grouping) (2, ", "bottomk \(grouping) (1, ", "limitk \(grouping) (2, ", "limit_ratio \(grouping) (-0.4, "])
            return "\(operation)\(pick([selector(), "max_over_time(\(selector())\(range()))"])))"
        case 1: return "quantile \(grouping) (\(pick(["0.3", "0", "2"])), \(vector(depth - 1)))"
        case 2: return "count_values \(grouping) (\"v\", \(selector()))"
        default:
            return "\(pick(["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"])) \(grouping) (\(vector(depth - 1)))"
        }
    }

    private mutating func window() -> String {
        switch next(8) {
        case 0: return "quantile_over_time(\(pick(["0.2", "0.9", "-1"])), \(selector())\(range()))"
        case 1: return "predict_linear(\(selector())\(range()), \(next(600)))"
        case 2: return "double_exponential_smoothing(\(selector())\(range()), 0.4, 0.3)"
        case 3: return "\(pick(["rate", "increase", "delta"]))(\(selector())\(range()) \(pick(["anchored", "smoothed"]))\(time()))"
        case 4: return "\(pick(["changes", "resets"]))(\(selector())\(range()) anchored\(time()))"
        default:
            let function = pick([
                "rate", "increase", "delta", "irate", "idelta", "deriv", "sum_over_time", "avg_over_time", "min_over_time", "max_over_time",
                "count_over_time", "last_over_time", "first_over_time", "present_over_time", "stddev_over_time", "stdvar_over_time",
                "mad_over_time", "changes", "resets", "ts_of_first_over_time", "ts_of_last_over_time", "ts_of_min_over_time",
                "ts_of_max_over_time", "absent_over_time",
            ])
            return "\(function)(\(selector())\(range())\(time()))"
        }
    }

    private mutating func element(_ depth: Int) -> String {
        let inner = vector(depth - 1)
        switch next(8) {
        case 0: return "clamp(\(inner), \(next(20)), \(next(40)))"
        case 1: return "\(pick(["clamp_min", "clamp_max", "round"]))(\(inner), \(1 + next(20)))"
        case 2: return "label_replace(\(inner), \"first\", \"$1-${2}\", \"\(pick(["host", "path", "__name__"]))\", \"(.)(.*)\")"
        case 3: return "label_join(\(inner), \"both\", \"+\", \"host\", \"path\")"
        case 4: return "absent(\(selector()))"
        case 5: return pick(["vector(time())", "vector(scalar(\(selector())))", "timestamp(\(selector()))", "vector(max_of(3, \(next(6))))", "hour()"])
        case 6: return "\(pick(["year", "month", "day_of_year", "day_of_week", "days_in_month", "minute"]))(\(selector()) * 86400)"
        default:
            let function = pick([
                "abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh",
                "tanh", "asinh", "acosh", "atanh", "rad", "deg", "sgn", "sort", "timestamp",
            ])
            return "\(function)(\(inner))"
        }
    }

    private mutating func oneToOne(_ depth: Int) -> String {
        let operation = pick(["+", "-", "*", ">", "> bool", "<="])
        let matching = pick(["", "on (host, path)", "ignoring (path)", "ignoring (team)"])
        // Fills need no group modifier, and a set operator takes none.
        let fill = pick(["", "", "fill (0)", "fill_left (1)", "fill_right (2)", "fill_left (1) fill_right (3)"])
        return "(\(vector(depth - 1))) \(operation) \(matching) \(fill) (\(vector(depth - 1)))"
    }

    private mutating func grouped() -> String {
        let fill = pick(["", "", "fill (0)", "fill_left (1)", "fill_right (2)"])
        let (many, one) = (pick(["a_total", "b", "rate(a_total[5m])"]), pick(["owner", "sum by (host) (owner)", "max by (host, team) (owner)"]))
        let operation = pick(["*", "+", ">", "< bool"])
        return next(2) == 0
            ? "\(many) \(operation) on (host) group_left \(pick(["", "(team)"])) \(fill) \(one)"
            : "\(one) \(operation) on (host) group_right \(pick(["", "(team)"])) \(fill) \(many)"
    }
}
