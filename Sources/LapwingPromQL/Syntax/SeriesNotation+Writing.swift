public import LapwingSeries
import LapwingText

extension SeriesNotation {
    /// Values as the notation's items, runs of equal ones and of whole numbers at equal steps as one.
    ///
    /// - Complexity: O(values).
    public static func text(of values: [NotatedValue]) -> String {
        var items: [String] = []
        var index = 0
        while index < values.count {
            let value = values[index]
            var end = index + 1
            while end < values.count, isSame(values[end], value) { end += 1 }
            if end - index == 1, let step = wholeStep(values, at: index) {
                while end < values.count, wholeStep(values, at: end - 1) == step { end += 1 }
                // Two values say nothing of a step.
                if end - index < 3 { end = index + 1 }
                if end - index > 1 {
                    items.append("\(text(of: value))\(step < 0 ? "" : "+")\(GoNumber.text(step))x\(end - index - 1)")
                    index = end
                    continue
                }
            }
            let count = end - index
            if case .gap = value {
                items.append(count == 1 ? "_" : "_x\(count)")
            } else {
                items.append(count == 1 ? text(of: value) : "\(text(of: value))x\(count - 1)")
            }
            index = end
        }
        return items.joined(separator: " ")
    }

    /// `{{schema:0 sum:5 count:4 buckets:[1 2 1]}}`, with empty buckets between others alone; it is the same for two histograms that differ in
    /// nothing else.
    ///
    /// Source: Prometheus 3.14 `model/histogram/float_histogram.go`, `TestExpression`.
    public static func text(of histogram: NativeHistogram) -> String {
        var fields: [String] = []
        func add(_ name: String, _ value: Double) { if value != 0 { fields.append("\(name):\(GoNumber.text(value))") } }
        func add(_ name: String, _ values: [Double]) {
            if !values.isEmpty { fields.append("\(name):[\(values.map { GoNumber.text($0) }.joined(separator: " "))]") }
        }
        let histogram = histogram.compacted(maximumEmptyBuckets: .max)
        add("schema", Double(histogram.schema))
        add("sum", histogram.sum)
        add("count", histogram.count)
        add("z_bucket", histogram.zeroCount)
        add("z_bucket_w", histogram.zeroThreshold)
        add("offset", Double(histogram.positiveSpans.first?.offset ?? 0))
        add("buckets", histogram.positiveBuckets)
        add("n_offset", Double(histogram.negativeSpans.first?.offset ?? 0))
        add("n_buckets", histogram.negativeBuckets)
        add("custom_values", histogram.customValues)
        switch histogram.counterResetHint {
        case .unknown: break
        case .reset: fields.append("counter_reset_hint:reset")
        case .notReset: fields.append("counter_reset_hint:not_reset")
        case .gauge: fields.append("counter_reset_hint:gauge")
        }
        return "{{\(fields.joined(separator: " "))}}"
    }

    /// Whether the notation has a form for it: buckets that are too far apart are not listed one by one.
    public static func canSay(_ histogram: NativeHistogram) -> Bool {
        let histogram = histogram.compacted(maximumEmptyBuckets: .max)
        return histogram.positiveSpans.count <= 1 && histogram.negativeSpans.count <= 1
    }

    private static func text(of value: NotatedValue) -> String {
        switch value {
        case .gap: "_"
        case .float(let value): value.isStaleMarker ? "stale" : GoNumber.text(value)
        case .histogram(let histogram): histogram.isStaleMarker ? "stale" : text(of: histogram)
        }
    }

    /// With the same bits, as stale markers and other numbers that are none have their own. A negative zero is like no other, since
    /// the steps of a run are added to it.
    private static func isSame(_ a: NotatedValue, _ b: NotatedValue) -> Bool {
        if case .float(let a) = a, case .float(let b) = b { return a.bitPattern == b.bitPattern && a.bitPattern != (-0.0).bitPattern }
        return a == b
    }

    /// From a value to the next, where adding it any number of times is exact.
    private static func wholeStep(_ values: [NotatedValue], at index: Int) -> Double? {
        guard index + 1 < values.count, case .float(let a) = values[index], case .float(let b) = values[index + 1]
        else { return nil }
        let step = b - a
        let isWhole = a.rounded() == a && b.rounded() == b && a.magnitude < 0x1p52 && b.magnitude < 0x1p52
        return isWhole && step != 0 && (a + step).bitPattern == b.bitPattern ? step : nil
    }
}
