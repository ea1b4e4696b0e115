import LapwingSeries
import LapwingText

extension Evaluator {
    /// A range function over a series that has histograms, step by step.
    mutating func fillMixed(
        _ kernel: WindowKernel, _ matrix: inout StepMatrix, base: Int, _ frame: WindowFrame, _ parameters: [[Double]],
        _ labels: Labels, _ range: SourceRange
    ) throws(QueryError) {
        let all = columns
        var low = 0
        var high = 0
        for step in 0..<frame.grid.count {
            let (start, end) = (frame.start(of: step), frame.end(of: step))
            while high < all.histogramTimes.count, all.histogramTimes[high] <= end { high += 1 }
            while low < high, all.histogramTimes[low] <= start { low += 1 }
            var floats = SampleColumns()
            for index in all.times.indices where all.times[index] > start && all.times[index] <= end {
                floats.times.append(all.times[index])
                floats.values.append(all.values[index])
                if !all.startTimes.isEmpty { floats.startTimes.append(all.startTimes[index]) }
            }
            let histograms = Array(all.histograms[low..<high])
            let times = Array(all.histogramTimes[low..<high])
            if floats.times.isEmpty, times.isEmpty { continue }
            let window = MixedWindow(floats: floats, histograms: histograms, histogramTimes: times)
            switch kernel {
            case .count: matrix.values[base + step] = Double(floats.times.count + times.count)
            case .present: matrix.values[base + step] = 1
            case .timeOfFirst: matrix.values[base + step] = Double(window.firstTime) / 1000
            case .timeOfLast: matrix.values[base + step] = Double(window.lastTime) / 1000
            case .first: matrix.set(window.first, at: base + step)
            case .last: matrix.set(window.last, at: base + step)
            default:
                if times.isEmpty {
                    let single = WindowFrame(
                        grid: StepGrid(start: frame.grid.time(step), step: 1, count: 1), shift: frame.shift, window: frame.window)
                    kernel.fill(&matrix.values, from: base + step, floats, single, parameters.map { [$0[step]] })
                } else {
                    throw .execution("\(kernel.rawValue) over native histograms is not there yet")
                }
            }
        }
    }
}

/// One window's samples of both kinds.
struct MixedWindow {
    enum Value {
        case float(Double)
        case histogram(NativeHistogram)
    }

    var floats: SampleColumns
    var histograms: [NativeHistogram]
    var histogramTimes: [Int64]

    var firstTime: Int64 { min(floats.times.first ?? .max, histogramTimes.first ?? .max) }
    var lastTime: Int64 { max(floats.times.last ?? .min, histogramTimes.last ?? .min) }

    var first: Value {
        if let histogram = histograms.first, histogramTimes[0] <= floats.times.first ?? .max { return .histogram(histogram) }
        return .float(floats.values.first ?? .nan)
    }

    var last: Value {
        if let histogram = histograms.last, lastTime == histogramTimes.last { return .histogram(histogram) }
        return .float(floats.values.last ?? .nan)
    }
}

extension StepMatrix {
    mutating func set(_ value: MixedWindow.Value, at cell: Int) {
        switch value {
        case .float(let float): values[cell] = float
        case .histogram(let histogram): set(histogram, at: cell)
        }
    }
}
