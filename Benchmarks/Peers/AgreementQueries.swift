/// The questions of `Benchmarks agree`: what has meant the same since Prometheus 2.42.
///
/// Ranges, offsets and steps are multiples of 15 s, so that no window ends on a sample: in 3.14 windows are open on the left.
enum AgreementQueries {
    static let all: [String] = windows + functions + aggregations + joins + handWritten

    private static let selectors = [
        "http_requests_total", "http_requests_total{path=~\"/p[1-5]\",status!=\"500\"}", "temperature", "odd{case!=\"special\"}",
        "odd{case=\"special\"}", "long_total",
    ]
    private static let counted = ["http_requests_total", "http_requests_total{path=~\"/p[1-5]\"}", "long_total", "odd{case=~\"gaps|saw|stale\"}"]

    private static let windows: [String] =
        [
            "avg", "min", "max", "sum", "count", "last", "present", "stddev", "stdvar",
        ].flatMap { name in zip(selectors, ["5m", "1m30s", "30m", "10m", "2m", "1h"]).map { "\(name)_over_time(\($0)[\($1)])" } }
        + ["rate", "increase", "irate", "delta", "idelta", "resets", "changes", "deriv"].flatMap { name in
            zip(counted, ["5m", "2m", "1h", "10m"]).map { "\(name)(\($0)[\($1)])" }
        }
        + ["0.5", "0.9", "0", "1", "-1", "2", "0.123"].map { "quantile_over_time(\($0), temperature[10m])" }
        + ["600", "-3600", "0"].map { "predict_linear(temperature[15m], \($0))" }
        + ["absent_over_time(odd{case=\"stale\"}[1m])", "absent_over_time(nothing{a=\"b\"}[5m])", "rate(temperature[15s])"]
        + ["avg", "max", "sum", "count", "stddev", "last"].flatMap { name in
            [
                "\(name)_over_time(rate(http_requests_total[2m])[10m:1m])", "\(name)_over_time(temperature[30m:30s])",
                "\(name)_over_time(odd{case=\"gaps\"}[20m:1m] offset 3m)",
            ]
        }

    private static let functions: [String] =
        [
            "abs", "ceil", "floor", "round", "exp", "ln", "log2", "log10", "sqrt", "sgn", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
            "cosh", "tanh", "asinh", "acosh", "atanh", "deg", "rad", "timestamp", "sort", "sort_desc",
        ].flatMap { name in ["temperature", "odd", "http_requests_total{status=\"200\"} / 7"].map { "\(name)(\($0))" } }
        // No dates of what is no number: Go's conversion to an integer is the processor's.
        + ["minute", "hour", "day_of_week", "day_of_month", "day_of_year", "days_in_month", "month", "year"].flatMap { name in
            ["", "temperature * 1e6", "odd{case!=\"special\"}", "timestamp(http_requests_total)"].map { "\(name)(\($0))" }
        }
        + [
            "clamp(temperature, -10, 100.5)", "clamp_min(temperature, 3)", "clamp_max(odd, 20)", "clamp(temperature, 5, 1)",
            "round(temperature, 0.25)", "round(temperature, 7)", "absent(nothing)", "absent(temperature)", "scalar(odd{case=\"constant\"})",
            "vector(time())", "vector(scalar(temperature))", "pi()", "time()",
            "label_replace(temperature, \"host\", \"$1\", \"instance\", \"host-(.*)\")",
            "label_replace(temperature, \"zone\", \"\", \"zone\", \".*\")",
            "label_join(http_requests_total, \"both\", \"-\", \"path\", \"status\")",
            "histogram_quantile(0.95, sum by (le, path) (rate(http_request_duration_seconds_bucket[5m])))",
            "histogram_quantile(0.5, http_request_duration_seconds_bucket)", "histogram_quantile(0, http_request_duration_seconds_bucket)",
            "histogram_quantile(1.5, http_request_duration_seconds_bucket)", "histogram_quantile(0.99, rate(http_request_duration_seconds_bucket[1m]))",
        ]

    private static let aggregations: [String] =
        ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar", "topk(3, ", "bottomk(2, ", "quantile(0.3, ", "count_values(\"v\", "]
        .flatMap { name in
            ["", " by (path)", " by (status, nothing)", " without (instance)", " without (path, status)"].map { grouping in
                let (function, inner) = name.hasSuffix(", ") ? (name.prefix { $0 != "(" }, name.drop { $0 != "(" }) : (name[...], "(")
                // Counts are whole numbers, and some are equal: those of `topk` would be a matter of order.
                let vector = name.hasSuffix("k(3, ") || name.hasSuffix("k(2, ") ? "deriv(http_requests_total[20m])" : "http_requests_total"
                return "\(function)\(grouping) \(inner)\(vector))"
            }
        } + ["sum", "avg", "min", "max", "count", "quantile(0.7, "].map { "\($0)\($0.hasSuffix(" ") ? "" : "(")odd)" }
        + ["sum", "avg", "stddev", "max"].map { "\($0) by (zone) (temperature)" }
        + ["sum by (path) (rate(http_requests_total[5m]))", "avg without (instance) (increase(http_requests_total[10m]))"]

    private static let joins: [String] =
        // Not `atan2`, which 2.42 let keep the name.
        ["+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<=", "> bool", "== bool"].flatMap { name in
            [
                "http_requests_total{status=\"200\"} \(name) on (instance, path) http_requests_total{status=\"500\"}",
                "temperature \(name) 3", "2 \(name) temperature", "temperature \(name) ignoring (case) temperature",
            ]
        }
        + ["and", "or", "unless"].flatMap { name in
            [
                "http_requests_total{path=~\"/p1.*\"} \(name) http_requests_total{status=\"200\"}",
                "http_requests_total \(name) on (path) http_requests_total{path=\"/p3\"}", "temperature \(name) ignoring (zone, instance) odd",
            ]
        }
        + [
            "http_requests_total / on (path) group_left sum by (path) (http_requests_total)",
            "sum by (path) (http_requests_total) * on (path) group_right http_requests_total",
            "http_requests_total{status=\"200\"} * on (instance, path) group_left (status) http_requests_total{status=\"500\"}",
            "http_requests_total + on (path) http_requests_total", "1 + 2 * 3 ^ 2 ^ 0.5 - -4 % 3", "-temperature", "1 > bool 2", "1 / 0", "0 / 0",
        ]

    private static let handWritten: [String] = [
        "temperature offset 10m", "temperature offset -10m", "temperature @ end()", "rate(http_requests_total[5m] @ start())",
        "rate(http_requests_total[5m] offset 15m)", "sum(rate(http_requests_total[5m])) / count(http_requests_total)",
        "{__name__=\"temperature\",zone=\"z1\"}", "{__name__=~\"temp.*\"}", "{case=~\"gaps|saw\"}", "temperature{zone=~\"z[02]\",instance!~\"host-.\"}",
        "odd{missing=\"\"}", "odd{case=~\".+\"}", "nothing", "sum(nothing)", "nothing or vector(1)", "count(temperature > 100) or vector(0)",
        "max_over_time(sum(rate(http_requests_total[2m]))[20m:1m])", "rate(sum(http_requests_total)[10m:1m])",
        "sum by (le) (increase(http_request_duration_seconds_bucket[10m]))", "topk(1, temperature) by (zone)", "odd{case=\"lonely\"}",
        "avg(temperature) by (zone) > on (zone) group_right temperature", "time() - timestamp(temperature)", "0x1F + 1e3", "\"a text\"",
        "sum(http_requests_total) by (path) == 0", "rate(http_requests_total)", "sum(", "temperature[5m] + 1", "absent(sum(nothing))",
        "min_over_time((temperature * 2)[10m:30s])", "changes(odd{case=\"stale\"}[30m])", "stddev(temperature) > 1 and on () vector(1)",
    ]
}
