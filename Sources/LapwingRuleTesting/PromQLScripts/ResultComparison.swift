import LapwingPromQL
import LapwingSeries
import LapwingText

/// A query's value beside what a script expects, as upstream compares them.
struct ResultComparison {
    private let evaluation: ScriptEvaluation

    /// Floats agree when they differ by less than this fraction of their sum.
    static let tolerance = 1e-6

    init(_ evaluation: ScriptEvaluation) { self.evaluation = evaluation }

    /// What differs; nil when nothing does.
    func fault(of value: QueryValue) -> String? {
        switch value {
        case .string(let text):
            guard let wanted = evaluation.string else { return "got the string \(GoQuote.quote(text))" }
            return text == wanted ? nil : "expected \(GoQuote.quote(wanted)), got \(GoQuote.quote(text))"
        case .scalar(let value):
            guard let wanted = evaluation.scalar else { return "got the scalar \(GoNumber.text(value))" }
            return Self.isSame(value, wanted) ? nil : "expected \(GoNumber.text(wanted)), got \(GoNumber.text(value))"
        case .vector(let samples): return vectorFault(samples)
        case .matrix(let series): return matrixFault(Array(series))
        }
    }

    /// As `fault(of:)`, for one step of a range query.
    func fault(ofStepAt time: Int64, in result: QueryResult, isScalar: Bool) -> String? {
        guard case .matrix(let series) = result.value else { return "a range query's value is a matrix" }
        if let fault = Self.orderFault(series) { return fault }
        var samples: [VectorSample] = []
        for one in series {
            if let index = one.times.firstIndex(of: time) {
                samples.append(VectorSample(labels: one.labels, time: time, value: one.values[index]))
            }
            if let index = one.histogramTimes.firstIndex(of: time) {
                samples.append(VectorSample(labels: one.labels, time: time, value: 0, histogram: one.histograms[index]))
            }
        }
        return isScalar ? fault(of: .scalar(samples.first?.value ?? 0)) : vectorFault(samples)
    }

    private static func orderFault(_ series: some Collection<MatrixSeries>) -> String? {
        for (first, second) in zip(series, series.dropFirst()) where second.labels < first.labels {
            return "the series are out of order: \(second.labels.seriesText) comes after \(first.labels.seriesText)"
        }
        return nil
    }

    // MARK: Vectors

    private func vectorFault(_ samples: [VectorSample]) -> String? {
        if evaluation.scalar != nil { return "expected a scalar, got a vector" }
        var missing = evaluation.series
        for (place, sample) in samples.enumerated() {
            guard let index = missing.firstIndex(where: { $0.labels == sample.labels }) else { return "unexpected: \(Self.text(sample))" }
            let element = missing.remove(at: index)
            if evaluation.isOrdered, element.position != place + 1 {
                return "expected \(element.labels.seriesText) at place \(element.position), got it at \(place + 1)"
            }
            guard let wanted = element.values.first else { return "expected no value for \(element.labels.seriesText)" }
            if let fault = Self.difference(wanted, sample.value, sample.histogram) { return "\(sample.labels.seriesText): \(fault)" }
        }
        return missing.first.map { "missing: \($0.labels.seriesText)" }
    }

    private static func text(_ sample: VectorSample) -> String {
        "\(sample.labels.seriesText) \(sample.histogram?.notation ?? GoNumber.text(sample.value))"
    }

    private static func difference(_ wanted: ScriptValue, _ value: Double, _ histogram: NativeHistogram?) -> String? {
        switch (wanted.value, histogram) {
        case (.float(let wanted), nil): isSame(wanted, value) ? nil : "expected \(GoNumber.text(wanted)), got \(GoNumber.text(value))"
        case (.gap, nil): isSame(0, value) ? nil : "expected nothing, got \(GoNumber.text(value))"
        case (.histogram(let expected), let histogram?):
            HistogramComparison.isSame(expected, histogram, withHint: wanted.statesHint)
                ? nil : "expected \(expected.notation), got \(text(histogram, withHint: wanted.statesHint))"
        case (.histogram(let wanted), nil): "expected \(wanted.notation), got \(GoNumber.text(value))"
        case (.float(let wanted), let histogram?): "expected \(GoNumber.text(wanted)), got \(histogram.notation)"
        case (.gap, let histogram?): "expected nothing, got \(histogram.notation)"
        }
    }

    /// What was compared: the hint only where one was expected.
    private static func text(_ histogram: NativeHistogram, withHint: Bool) -> String {
        var compared = histogram
        if !withHint { compared.counterResetHint = .unknown }
        return compared.notation
    }

    // MARK: Matrices

    private func matrixFault(_ series: [MatrixSeries]) -> String? {
        if evaluation.isOrdered { return "an order is expected of a matrix" }
        if evaluation.scalar != nil { return "expected a scalar, got a matrix" }
        if let fault = Self.orderFault(series) { return fault }
        var missing = evaluation.series
        for one in series {
            guard let index = missing.firstIndex(where: { $0.labels == one.labels }) else {
                let found = "\(Counted.text(one.times.count, "float")) and \(Counted.text(one.histogramTimes.count, "histogram"))"
                return "unexpected: \(one.labels.seriesText) with \(found)"
            }
            if let fault = pointFault(one, missing.remove(at: index)) { return "\(one.labels.seriesText)\(fault)" }
        }
        return missing.first.map { "missing: \($0.labels.seriesText)" }
    }

    private func pointFault(_ series: MatrixSeries, _ expected: ExpectedSeries) -> String? {
        let steps = evaluation.steps
        var (float, histogram) = (0, 0)
        for (index, wanted) in expected.values.enumerated() {
            let time = steps.start + Int64(index) * steps.step
            if time > steps.end { return ": expected are \(Counted.text(expected.values.count, "point")), and the steps have room for \(index)" }
            switch wanted.value {
            case .gap: break
            case .float:
                guard float < series.times.count, series.times[float] == time else { return " at \(time) ms: no float there" }
                if let fault = Self.difference(wanted, series.values[float], nil) { return " at \(time) ms: \(fault)" }
                float += 1
            case .histogram:
                guard histogram < series.histogramTimes.count, series.histogramTimes[histogram] == time else { return " at \(time) ms: no histogram there" }
                if let fault = Self.difference(wanted, 0, series.histograms[histogram]) { return " at \(time) ms: \(fault)" }
                histogram += 1
            }
        }
        if float < series.times.count { return " has a float at \(series.times[float]) ms that was not expected" }
        if histogram < series.histogramTimes.count { return " has a histogram at \(series.histogramTimes[histogram]) ms that was not expected" }
        return nil
    }

    /// Source: Prometheus 3.14 `util/almost/almost.go`.
    static func isSame(_ a: Double, _ b: Double) -> Bool {
        if a.isStaleMarker || b.isStaleMarker { return a.isStaleMarker && b.isStaleMarker }
        if a == b || (a.isNaN && b.isNaN) { return true }
        let difference = (a - b).magnitude
        let sum = a.magnitude + b.magnitude
        if a == 0 || b == 0 || sum < .leastNormalMagnitude { return difference < tolerance * .leastNormalMagnitude }
        return difference / min(sum, .greatestFiniteMagnitude) < tolerance
    }
}

/// Two native histograms, bucket by bucket, whatever their spans.
enum HistogramComparison {
    static func isSame(_ a: NativeHistogram, _ b: NativeHistogram, withHint: Bool) -> Bool {
        a.schema == b.schema && ResultComparison.isSame(a.count, b.count) && ResultComparison.isSame(a.sum, b.sum)
            && (!a.usesCustomBuckets || a.customValues == b.customValues)
            && a.zeroThreshold == b.zeroThreshold && ResultComparison.isSame(a.zeroCount, b.zeroCount)
            && isSame(filled(a.positiveSpans, a.positiveBuckets), filled(b.positiveSpans, b.positiveBuckets))
            && isSame(filled(a.negativeSpans, a.negativeBuckets), filled(b.negativeSpans, b.negativeBuckets))
            && (!withHint || a.counterResetHint == b.counterResetHint)
    }

    /// The buckets that hold something.
    private static func filled(_ spans: [NativeHistogram.BucketSpan], _ counts: [Double]) -> [(index: Int64, count: Double)] {
        var result: [(index: Int64, count: Double)] = []
        var index: Int64 = 0
        var next = 0
        for span in spans {
            index += Int64(span.offset)
            for _ in 0..<span.length where next < counts.count {
                if counts[next] != 0 { result.append((index, counts[next])) }
                index += 1
                next += 1
            }
        }
        return result
    }

    private static func isSame(_ a: [(index: Int64, count: Double)], _ b: [(index: Int64, count: Double)]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { $0.index == $1.index && ResultComparison.isSame($0.count, $1.count) }
    }
}
