import Foundation
import LapwingSeries

@testable import LapwingPromQL

/// The samples of one series in a window.
struct NaiveWindow {
    var labels: Labels
    var dropsName = false
    var samples: [(time: Int64, value: Double)] = []
    /// Those of the look-back around it, for `anchored` and `smoothed`.
    var around: [(time: Int64, value: Double)] = []
    var start: Int64
    var end: Int64

    var values: [Double] { samples.map(\.value) }
    var seconds: Double { Double(end - start) / 1000 }
}

extension NaiveEvaluator {
    func windows(_ expression: QueryExpression, at time: Int64) throws -> (windows: [NaiveWindow], modifier: VectorSelector.Extension?) {
        switch expression {
        case .matrixSelector(let node):
            let length = try milliseconds(node.window)
            let end = try moved(time, node.selector.time)
            let modifier = node.selector.rangeExtension
            let after = modifier == .smoothed ? lookback : 0
            let windows = series(node.selector.matchers).map { labels, samples in
                let live = samples.filter { !$0.value.isStaleMarker }
                return NaiveWindow(
                    labels: labels, samples: live.filter { $0.time > end - length && $0.time <= end },
                    around: live.filter { $0.time > end - length - lookback && $0.time <= end + after }, start: end - length, end: end)
            }
            return (windows.filter { !(modifier == nil ? $0.samples : $0.around).isEmpty }, modifier)
        case .subquery(let node):
            let length = try milliseconds(node.window)
            let step = try node.step.map(milliseconds) ?? 60_000
            let end = try moved(time, node.time)
            var windows: [Labels: NaiveWindow] = [:]
            // Every multiple of the step in the window, its start left out.
            var first = (end - length) / step * step
            while first <= end - length { first += step }
            for instant in stride(from: first, through: end, by: Int64.Stride(step)) {
                for element in try vector(node.expression, at: instant) {
                    var window = windows[element.labels] ?? NaiveWindow(labels: element.labels, dropsName: element.dropsName, start: end - length, end: end)
                    if window.dropsName != element.dropsName { throw Unsupported() }
                    window.samples.append((instant, element.value))
                    windows[element.labels] = window
                }
            }
            return (windows.values.sorted { $0.labels < $1.labels }, nil)
        case .parenthesized(let node): return try windows(node.expression, at: time)
        default: throw Unsupported()
        }
    }

    func rangeFunction(_ name: String, _ window: NaiveWindow, _ parameters: [Double], at time: Int64) throws -> Double? {
        let (values, samples) = (window.values, window.samples)
        let pairs = zip(values, values.dropFirst())
        func spread() -> Double {
            let mean = values.reduce(0, +) / Double(values.count)
            return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        }
        func seconds(_ sample: (time: Int64, value: Double)?) -> Double? { sample.map { Double($0.time) / 1000 } }
        switch name {
        case "sum_over_time": return values.reduce(0, +)
        case "avg_over_time": return values.reduce(0, +) / Double(values.count)
        case "min_over_time": return Self.least(values)
        case "max_over_time": return Self.greatest(values)
        case "count_over_time": return Double(values.count)
        case "last_over_time": return values.last
        case "first_over_time": return values.first
        case "present_over_time": return 1
        case "stdvar_over_time": return spread()
        case "stddev_over_time": return spread().squareRoot()
        case "quantile_over_time": return Self.quantile(parameters[0], values)
        case "mad_over_time":
            let median = Self.quantile(0.5, values)
            return Self.quantile(0.5, values.map { ($0 - median).magnitude })
        case "ts_of_first_over_time": return seconds(samples.first)
        case "ts_of_last_over_time": return seconds(samples.last)
        case "ts_of_min_over_time": return seconds(samples.last { $0.value == Self.least(values) })
        case "ts_of_max_over_time": return seconds(samples.last { $0.value == Self.greatest(values) })
        case "changes": return Double(pairs.count { $0 != $1 })
        case "resets": return Double(pairs.count { $0 > $1 })
        case "rate": return Self.extrapolated(window, isCounter: true).map { $0 / window.seconds }
        case "increase": return Self.extrapolated(window, isCounter: true)
        case "delta": return Self.extrapolated(window, isCounter: false)
        case "irate", "idelta":
            guard samples.count > 1 else { return nil }
            let (a, b) = (samples[samples.count - 2], samples[samples.count - 1])
            let change = name == "irate" && b.value < a.value ? b.value : b.value - a.value
            return name == "irate" ? change / (Double(b.time - a.time) / 1000) : change
        case "deriv": return samples.count < 2 ? nil : Self.line(samples, through: samples[0].time).slope
        case "predict_linear":
            let line = Self.line(samples, through: time)
            return samples.count < 2 ? nil : line.value + line.slope * parameters[0]
        case "double_exponential_smoothing": return Self.smoothing(values, parameters[0], parameters[1])
        default: throw Unsupported()
        }
    }

    /// A NaN counts only where there is nothing else.
    static func least(_ values: [Double]) -> Double { values.filter { !$0.isNaN }.min() ?? .nan }

    static func greatest(_ values: [Double]) -> Double { values.filter { !$0.isNaN }.max() ?? .nan }

    static func quantile(_ quantile: Double, _ values: [Double]) -> Double {
        if quantile < 0 { return -.infinity }
        if quantile > 1 { return .infinity }
        let sorted = values.sorted { $0 < $1 || ($0.isNaN && !$1.isNaN) }
        let rank = quantile * Double(sorted.count - 1)
        let (low, high) = (Int(rank.rounded(.down)), Int(rank.rounded(.up)))
        return sorted[low] * (1 - (rank - Double(low))) + sorted[high] * (rank - Double(low))
    }

    private static func line(_ samples: [(time: Int64, value: Double)], through time: Int64) -> (slope: Double, value: Double) {
        let count = Double(samples.count)
        let x = samples.map { Double($0.time - time) / 1000 }
        let y = samples.map(\.value)
        let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
        let slope = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
        return (slope, meanY - slope * meanX)
    }

    private static func smoothing(_ values: [Double], _ smoothing: Double, _ trend: Double) -> Double? {
        guard values.count > 1 else { return nil }
        var (level, slope) = (values[0], values[1] - values[0])
        for (index, value) in values.enumerated().dropFirst() {
            let next = smoothing * value + (1 - smoothing) * (level + slope)
            // The slope follows the level that was, one sample behind.
            if index < values.count - 1 { slope = trend * (next - level) + (1 - trend) * slope }
            level = next
        }
        return level
    }

    private static func extrapolated(_ window: NaiveWindow, isCounter: Bool) -> Double? {
        let samples = window.samples
        guard samples.count >= 2, let first = samples.first, let last = samples.last else { return nil }
        var change = last.value - first.value
        if isCounter { for (a, b) in zip(samples, samples.dropFirst()) where b.value < a.value { change += a.value } }
        let covered = Double(last.time - first.time) / 1000
        let spacing = covered / Double(samples.count - 1)
        var before = Double(first.time - window.start) / 1000
        var after = Double(window.end - last.time) / 1000
        if before >= spacing * 1.1 { before = spacing / 2 }
        if isCounter, change > 0, first.value >= 0 { before = min(before, covered * first.value / change) }
        if after >= spacing * 1.1 { after = spacing / 2 }
        return change * (covered + before + after) / covered
    }

    /// A function over a window whose edges are those of the samples around it.
    func extendedFunction(_ name: String, _ window: NaiveWindow, _ modifier: VectorSelector.Extension) throws -> Double? {
        let anchor = window.around.last { $0.time <= window.start }
        let inside = window.around.filter { $0.time > window.start && $0.time <= window.end }
        switch name {
        case "changes", "resets":
            guard !inside.isEmpty else { return nil }
            let all = (anchor.map { [$0] } ?? []) + inside
            return Double(zip(all, all.dropFirst()).count { name == "resets" ? $0.value > $1.value : $0.value != $1.value })
        case "rate", "increase", "delta": break
        default: throw Ambiguous()
        }
        let isCounter = name != "delta"
        var points = inside
        if modifier == .anchored {
            guard !inside.isEmpty else { return nil }
            if let anchor { points.insert(anchor, at: 0) }
        } else {
            let (before, after) = (window.around.last { $0.time < window.start }, window.around.first { $0.time > window.end })
            let onStart = window.around.first { $0.time == window.start }
            if inside.isEmpty, after == nil { return nil }
            if inside.isEmpty, before == nil, onStart == nil { return nil }
            // A point on each edge, between the samples around it.
            if let onStart {
                points.insert(onStart, at: 0)
            } else if let before, let next = inside.first ?? after {
                points.insert((window.start, Self.between(before, next, window.start, isCounter: isCounter)), at: 0)
            }
            if let after, inside.last?.time != window.end, let previous = inside.last ?? onStart ?? before {
                points.append((window.end, Self.between(previous, after, window.end, isCounter: isCounter)))
            }
        }
        guard let first = points.first, let last = points.last else { return nil }
        var change = last.value - first.value
        if isCounter { for (a, b) in zip(points, points.dropFirst()) where b.value < a.value { change += a.value } }
        return name == "rate" ? change / window.seconds : change
    }
}
