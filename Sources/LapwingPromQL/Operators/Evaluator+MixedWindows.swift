import LapwingSeries
import LapwingText

/// A range function over a series that has histograms, step by step.
func fillMixed(
    _ kernel: WindowKernel, _ row: inout StepRow, _ columns: SampleColumns, _ frame: WindowFrame, _ parameters: [[Double]],
    _ annotations: inout Annotations, _ labels: Labels, _ range: SourceRange
) throws(QueryError) {
    var low = 0
    var high = 0
    for step in 0..<frame.grid.count {
        let (start, end) = (frame.start(of: step), frame.end(of: step))
        while high < columns.histogramTimes.count, columns.histogramTimes[high] <= end { high += 1 }
        while low < high, columns.histogramTimes[low] <= start { low += 1 }
        var floats = SampleColumns()
        for index in columns.times.indices where columns.times[index] > start && columns.times[index] <= end {
            floats.times.append(columns.times[index])
            floats.values.append(columns.values[index])
            if !columns.startTimes.isEmpty { floats.startTimes.append(columns.startTimes[index]) }
        }
        let histograms = Array(columns.histograms[low..<high])
        let times = Array(columns.histogramTimes[low..<high])
        if floats.times.isEmpty, times.isEmpty { continue }
        let window = MixedWindow(floats: floats, histograms: histograms, histogramTimes: times)
        switch kernel {
        case .count: row.values[step] = Double(floats.times.count + times.count)
        case .present: row.values[step] = 1
        case .timeOfFirst: row.values[step] = Double(window.firstTime) / 1000
        case .timeOfLast: row.values[step] = Double(window.lastTime) / 1000
        case .first: row.set(window.first, at: step)
        case .last: row.set(window.last, at: step)
        default:
            guard times.isEmpty else { throw .execution("\(kernel.rawValue) over native histograms is not there yet") }
            row.values[step] = floatsAlone(kernel, floats, frame, parameters, step)
        }
    }
}

/// The value of one step's window that has no histograms.
func floatsAlone(_ kernel: WindowKernel, _ floats: SampleColumns, _ frame: WindowFrame, _ parameters: [[Double]], _ step: Int) -> Double {
    var scratch = WindowScratch(
        WindowFrame(grid: StepGrid(start: frame.grid.time(step), step: 1, count: 1), shift: frame.shift, window: frame.window))
    scratch.columns = floats
    scratch.bounds.update(floats.times)
    var single = [StepMatrix.absent]
    kernel.fill(&single, &scratch, parameters.map { [$0[step]] })
    return single[0]
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

extension StepRow {
    mutating func set(_ value: MixedWindow.Value, at step: Int) {
        switch value {
        case .float(let float): values[step] = float
        case .histogram(let histogram): set(histogram, at: step)
        }
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
