import Foundation
import LapwingSeries
import LapwingText
import Testing

@testable import LapwingPromQL

/// Native histograms of all kinds, and queries about them.
private struct HistogramGenerator {
    var random: QueryGenerator

    mutating func data() -> TableSource {
        var source = random.data()
        for (index, name) in ["n", "n", "gauge", "custom", "mixed", "odd"].enumerated() {
            let labels = Labels(metric: name, ["host": ["x", "y", "x", "x", "x", "y"][index], "path": "/"])
            var floats: [(time: Int64, value: Double)] = []
            var histograms: [(time: Int64, value: NativeHistogram)] = []
            var current = histogram(name)
            for scrape in 0..<120 {
                if random.next(15) == 0 { continue }
                let time = Int64(scrape) * 15_000 + Int64(random.next(20))
                if name == "mixed", random.next(3) == 0 {
                    floats.append((time, Double(random.next(100))))
                    continue
                }
                if random.next(25) == 0 || (name == "odd" && random.next(6) == 0) { current = histogram(name) } else { grow(&current) }
                histograms.append((time, random.next(50) == 0 ? .staleMarker : current))
            }
            if !floats.isEmpty { source.series[labels] = floats }
            source.histograms[labels] = histograms
        }
        return source
    }

    private mutating func histogram(_ name: String) -> NativeHistogram {
        let isCustom = name == "custom" || (name == "odd" && random.next(3) == 0)
        var histogram = NativeHistogram(
            counterResetHint: name == "gauge" ? .gauge : [.unknown, .notReset, .reset][random.next(3)],
            schema: isCustom ? NativeHistogram.customBucketsSchema : Int32(random.next(4)) - 1)
        let count = 1 + random.next(4)
        let offset = isCustom ? random.next(2) : random.next(5) - 2
        histogram.positiveSpans = [.init(offset: Int32(offset), length: UInt32(count))]
        histogram.positiveBuckets = (0..<count).map { _ in Double(random.next(10)) }
        if isCustom {
            histogram.customValues = [[1, 2, 5, 10, 20], [1, 5, 7, 10, 30, 40]][random.next(2)]
        } else {
            histogram.zeroThreshold = [0, 0.001, 0.5][random.next(3)]
            histogram.zeroCount = Double(random.next(5))
            histogram.negativeSpans = [.init(offset: 0, length: 2)]
            histogram.negativeBuckets = [1, Double(random.next(4))]
        }
        histogram.count = (histogram.positiveBuckets + histogram.negativeBuckets).reduce(histogram.zeroCount, +)
        histogram.sum = Double(random.next(200)) / 4
        return histogram
    }

    private mutating func grow(_ histogram: inout NativeHistogram) {
        let added = Double(random.next(5))
        histogram.positiveBuckets[0] += added
        histogram.count += added
        histogram.sum += added * 1.5
    }

    mutating func query(_ depth: Int) -> String {
        let selector = random.pick([
            "n", "gauge", "custom", "mixed", "odd", "{host=\"x\", __name__=~\"n|custom\"}", "n{host=\"y\"}", "b", "{path=\"/\", host=\"x\"}",
        ])
        if depth == 0 { return selector + random.pick(["", "", " smoothed", " offset 1m"]) }
        let range = random.pick(["[1m]", "[3m]", "[10m]"])
        switch random.next(8) {
        case 0:
            let function = random.pick(WindowKernel.allCases.map(\.rawValue).filter {
                !["predict_linear", "quantile_over_time", "double_exponential_smoothing"].contains($0)
            })
            return "\(function)(\(selector)\(range))"
        case 1:
            let function = random.pick(["rate", "increase", "delta", "rate"])
            return "\(function)(\(selector)\(range) \(random.pick(["anchored", "smoothed"])))"
        case 2: return "\(random.pick(["changes", "resets"]))(\(selector)\(range) anchored)"
        case 3:
            let function = random.pick(["histogram_count", "histogram_sum", "histogram_avg", "histogram_stddev", "histogram_stdvar", "abs", "-", ""])
            return "\(function)(\(query(depth - 1)))"
        case 4: return "\(random.pick(["histogram_quantile(0.9, ", "histogram_fraction(0, 2, "]))\(query(depth - 1)))"
        case 5:
            let operation = random.pick(["sum", "avg", "count", "min", "max", "group", "stddev"])
            return "\(operation) \(random.pick(["by (host)", "by (host, path)", "by ()"])) (\(query(depth - 1)))"
        case 6: return "(\(query(depth - 1))) \(random.pick(["*", "/", "+", ">", "==", "</", ">/"])) \(random.next(5))"
        default:
            let operation = random.pick(["+", "-", "*", "==", "!=", "or", "and", "unless"])
            return "(\(query(depth - 1))) \(operation) ignoring (\(random.pick(["path", "none"]))) (\(query(depth - 1)))"
        }
    }
}

@Suite struct `A range query` {
    @Test func `is an instant query at each step, of histograms too`() throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["LAPWING_LONG_TESTS"] == nil ? 300 : 20_000
        let seed = environment["LAPWING_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: .min ... .max)
        var generator = HistogramGenerator(random: QueryGenerator(seed: seed))
        let engine = QueryEngine()
        var source = generator.data()
        var compared = 0
        for round in 0..<count {
            if round % 50 == 49 { source = generator.data() }
            let query = try engine.prepare(generator.query(generator.random.next(4)))
            let start = Int64(300_000 + generator.random.next(1_200_000))
            let times = (0..<4).map { start + Int64($0) * 37_000 }
            let range = Result { () throws(QueryError) in
                try engine.range(
                    query, from: Timestamp(milliseconds: times[0]), through: Timestamp(milliseconds: times[3]), step: .seconds(37), over: source)
            }
            let instants = times.map { time in
                Result { () throws(QueryError) in try engine.instant(query, at: Timestamp(milliseconds: time), over: source) }
            }
            let what = "seed \(seed): \(query.text) from \(times[0])"
            guard case .success(let result) = range, case .matrix(let series) = result.value else {
                // Rows of the same labels are a fault at any node of a range query, and only in the end of an instant one.
                continue
            }
            compared += 1
            for (time, instant) in zip(times, instants) {
                guard case .success(let one) = instant, case .vector(let samples) = one.value else {
                    Issue.record("\(what) at \(time): \(instant)")
                    continue
                }
                expectSame(samples, Array(series), at: time, "\(what) at \(time)")
            }
            let wanted = Set(instants.flatMap { instant -> [String] in
                guard case .success(let one) = instant else { return [] }
                return one.annotations.all.map(\.message)
            })
            #expect(Set(result.annotations.all.map(\.message)) == wanted, "\(what)")
        }
        #expect(compared > count / 2)
    }

    private func expectSame(_ samples: [VectorSample], _ series: [MatrixSeries], at time: Int64, _ what: String) {
        var points: [Labels: String] = [:]
        for one in series {
            if let place = one.times.firstIndex(of: time) { points[one.labels] = text(one.values[place]) }
            if let place = one.histogramTimes.firstIndex(of: time) { points[one.labels] = one.histograms[place].description }
        }
        let wanted = Dictionary(samples.map { ($0.labels, $0.histogram?.description ?? text($0.value)) }) { _, last in last }
        if points != wanted { Issue.record("\(what): \(points.sorted { $0.key < $1.key }), not \(wanted.sorted { $0.key < $1.key })") }
    }

    /// Windows slide in a range query, which the last digits show.
    private func text(_ value: Double) -> String { GoNumber.text(value, .general, precision: 9) }
}
