import LapwingPromQL
import LapwingSeries
import LapwingText

/// A query's result beside what a script expects, as upstream compares them.
struct ResultComparison {
    private let command: ScriptCommand
    private let result: QueryResult

    /// Floats agree when they differ by less than this fraction of their sum.
    static let tolerance = 1e-6

    init(_ command: ScriptCommand, _ result: QueryResult) {
        self.command = command
        self.result = result
    }

    /// What differs; nil when nothing does.
    var fault: String? {
        for case .string(let wanted) in command.expectations {
            guard case .string(let got) = result.value else { return "expected a string" }
            return got == wanted ? nil : "expected \(GoQuote.quote(wanted)), got \(GoQuote.quote(got))"
        }
        var expected: [(labels: Labels, values: [NotatedValue])] = []
        for (text, _) in command.lines {
            do throws(PromQLSyntaxError) {
                expected.append(try ScriptRunner.expected(text))
            } catch {
                return "the expected line \(GoQuote.quote(text)) cannot be read: \(error.message)"
            }
        }
        switch result.value {
        case .string(let text): return "got the string \(GoQuote.quote(text))"
        case .scalar(let value):
            guard expected.count == 1, case .float(let wanted)? = expected[0].values.first else { return "got the scalar \(GoNumber.text(value))" }
            return Self.isSame(value, wanted) ? nil : "expected \(GoNumber.text(wanted)), got \(GoNumber.text(value))"
        case .vector(let samples): return vectorFault(samples, expected)
        case .matrix(let series): return matrixFault(series, expected)
        }
    }

    private func vectorFault(_ samples: [VectorSample], _ expected: [(labels: Labels, values: [NotatedValue])]) -> String? {
        let isOrdered = command.expectations.contains { if case .ordered = $0 { true } else { false } }
        guard samples.count == expected.count else {
            return "expected \(expected.count) elements, got \(samples.count):\n" + samples.map(Self.text).joined(separator: "\n")
        }
        let got = isOrdered ? samples : samples.sorted { $0.labels < $1.labels }
        let wanted = isOrdered ? expected : expected.sorted { $0.labels < $1.labels }
        for (sample, element) in zip(got, wanted) {
            guard sample.labels == element.labels else { return "expected \(element.labels.seriesText), got \(Self.text(sample))" }
            guard element.values.count == 1 else { return "expected one value for \(element.labels.seriesText)" }
            if let fault = Self.difference(element.values[0], sample.value, sample.histogram) { return "\(sample.labels.seriesText): \(fault)" }
        }
        return nil
    }

    private func matrixFault(_ series: [MatrixSeries], _ expected: [(labels: Labels, values: [NotatedValue])]) -> String? {
        var (start, step): (Int64, Int64) = (0, 1)
        switch command.kind {
        case .range(_, let from, _, let by): (start, step) = (from, by)
        default:
            for case .rangeVector(let from, _, let by) in command.expectations { (start, step) = (from, by) }
        }
        let wanted = expected.filter { $0.values.contains { $0 != .gap } }
        guard series.count == wanted.count else {
            return "expected \(wanted.count) series, got \(series.count):\n" + series.map(\.labels.seriesText).joined(separator: "\n")
        }
        for element in wanted {
            guard let got = series.first(where: { $0.labels == element.labels }) else { return "\(element.labels.seriesText) is missing" }
            var points: [Int64: (Double, NativeHistogram?)] = [:]
            for (time, value) in zip(got.times, got.values) { points[time] = (value, nil) }
            for (time, histogram) in zip(got.histogramTimes, got.histograms) { points[time] = (0, histogram) }
            for (index, value) in element.values.enumerated() {
                let time = start + Int64(index) * step
                let point = points.removeValue(forKey: time)
                if value == .gap, point == nil { continue }
                guard value != .gap, let point else {
                    return "\(element.labels.seriesText) at \(time) ms: \(point == nil ? "nothing there" : "expected nothing")"
                }
                if let fault = Self.difference(value, point.0, point.1) { return "\(element.labels.seriesText) at \(time) ms: \(fault)" }
            }
            if let extra = points.keys.min() { return "\(element.labels.seriesText) has a point at \(extra) ms that was not expected" }
        }
        return nil
    }

    private static func text(_ sample: VectorSample) -> String {
        "\(sample.labels.seriesText) \(sample.histogram?.description ?? GoNumber.text(sample.value))"
    }

    private static func difference(_ wanted: NotatedValue, _ value: Double, _ histogram: NativeHistogram?) -> String? {
        switch (wanted, histogram) {
        case (.float(let wanted), nil): isSame(wanted, value) ? nil : "expected \(GoNumber.text(wanted)), got \(GoNumber.text(value))"
        case (.histogram(let wanted), let histogram?):
            isSame(wanted, histogram) ? nil : "expected \(wanted), got \(histogram)"
        case (.histogram(let wanted), nil): "expected \(wanted), got \(GoNumber.text(value))"
        case (.float(let wanted), let histogram?): "expected \(GoNumber.text(wanted)), got \(histogram)"
        case (.gap, _): "expected nothing"
        }
    }

    static func isSame(_ a: Double, _ b: Double) -> Bool {
        if a == b || (a.isNaN && b.isNaN) { return true }
        let difference = (a - b).magnitude
        let sum = a.magnitude + b.magnitude
        if a == 0 || b == 0 || sum < .leastNormalMagnitude { return difference < tolerance * .leastNormalMagnitude }
        return difference / min(sum, .greatestFiniteMagnitude) < tolerance
    }

    /// Bucket by bucket, whatever the spans.
    private static func isSame(_ a: NativeHistogram, _ b: NativeHistogram) -> Bool {
        guard a.schema == b.schema, isSame(a.count, b.count), isSame(a.sum, b.sum), a.customValues == b.customValues else { return false }
        let (left, right) = (a.buckets.filter { $0.count != 0 }, b.buckets.filter { $0.count != 0 })
        return left.count == right.count
            && zip(left, right).allSatisfy { isSame($0.lower, $1.lower) && isSame($0.upper, $1.upper) && isSame($0.count, $1.count) }
    }
}
