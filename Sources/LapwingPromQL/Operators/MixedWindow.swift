import LapwingSeries

/// One window of a series that has histograms: which of its samples, floats and histograms, lie in it.
struct MixedWindow {
    enum Value {
        case float(Double)
        case histogram(NativeHistogram)
    }

    let columns: SampleColumns
    var floats: Range<Int>
    var histograms: Range<Int>

    var isEmpty: Bool { floats.isEmpty && histograms.isEmpty }
    var isMixed: Bool { !floats.isEmpty && !histograms.isEmpty }
    var count: Int { floats.count + histograms.count }

    var firstTime: Int64 {
        min(floats.isEmpty ? .max : columns.times[floats.lowerBound], histograms.isEmpty ? .max : columns.histogramTimes[histograms.lowerBound])
    }

    var lastTime: Int64 {
        max(
            floats.isEmpty ? .min : columns.times[floats.upperBound - 1],
            histograms.isEmpty ? .min : columns.histogramTimes[histograms.upperBound - 1])
    }

    var first: Value {
        if !histograms.isEmpty, columns.histogramTimes[histograms.lowerBound] == firstTime {
            return .histogram(columns.histograms[histograms.lowerBound])
        }
        return .float(floats.isEmpty ? .nan : columns.values[floats.lowerBound])
    }

    var last: Value {
        if !histograms.isEmpty, columns.histogramTimes[histograms.upperBound - 1] == lastTime {
            return .histogram(columns.histograms[histograms.upperBound - 1])
        }
        return .float(floats.isEmpty ? .nan : columns.values[floats.upperBound - 1])
    }

    /// The floats of the window as columns of their own.
    var floatColumns: SampleColumns {
        var result = SampleColumns()
        result.times = Array(columns.times[floats])
        result.values = Array(columns.values[floats])
        if !columns.startTimes.isEmpty { result.startTimes = Array(columns.startTimes[floats]) }
        return result
    }

    /// The samples of both kinds in the order of their times.
    func forEachSample(_ body: (Sample) -> Void) {
        var (float, histogram) = (floats.lowerBound, histograms.lowerBound)
        while float < floats.upperBound || histogram < histograms.upperBound {
            let isFloat =
                histogram >= histograms.upperBound
                || (float < floats.upperBound && columns.times[float] < columns.histogramTimes[histogram])
            if isFloat {
                body(.float(float))
                float += 1
            } else {
                body(.histogram(histogram))
                histogram += 1
            }
        }
    }

    /// A sample by its place in the columns.
    enum Sample {
        case float(Int)
        case histogram(Int)
    }
}

extension SampleColumns {
    /// When the counting that a histogram continues began; 0 unknown.
    func histogramStartTime(_ index: Int) -> Int64 { histogramStartTimes.isEmpty ? 0 : histogramStartTimes[index] }

    /// Whether a counter of histograms began anew between two samples that follow one another.
    func isHistogramReset(at index: Int) -> Bool {
        isHistogramStartReset(at: index) || histograms[index].isReset(after: histograms[index - 1])
    }

    func isHistogramStartReset(at index: Int) -> Bool {
        !histogramStartTimes.isEmpty
            && isStartTimeReset(
                histogramStartTimes[index - 1], histogramTimes[index - 1], histogramStartTimes[index], histogramTimes[index])
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
