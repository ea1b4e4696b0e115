import LapwingPromQL
import LapwingSeries
import LapwingStorage
import LapwingText

/// A `load` block: series whose samples stand at the multiples of an interval.
struct LoadedSeries {
    /// Milliseconds.
    let interval: Int64
    /// Whether classic histograms are loaded as native ones with custom buckets as well.
    let addsCustomBuckets: Bool
    let range: SourceRange
    private(set) var samples: [Labels: SampleColumns] = [:]
    /// What cannot be read or stored: the evaluation after the block then fails with it.
    private(set) var faults: [Diagnostic] = []
    private var pendingStart: (line: StartTimeLine, range: SourceRange)?

    init(interval: Int64, addsCustomBuckets: Bool, range: SourceRange) {
        self.interval = interval
        self.addsCustomBuckets = addsCustomBuckets
        self.range = range
    }

    // MARK: Reading

    /// A line of the block; of two for one series the last holds.
    mutating func read(_ line: ScriptReader.Line) {
        do throws(PromQLSyntaxError) {
            if StartTimeLine.isOne(line.text) {
                finishStart()
                pendingStart = (try StartTimeLine(line.text), line.range)
                return
            }
            let series = try SeriesLine(line.text)
            let offsets = startOffsets(series)
            for value in series.values { checkHistogram(value.value, at: line.range) }
            samples[series.labels] = columns(series.values, offsets)
        } catch {
            faults.append(Diagnostic(error.message, at: line.range))
        }
    }

    /// A store takes no histogram that cannot be.
    private mutating func checkHistogram(_ value: NotatedValue, at range: SourceRange) {
        guard let error = value.impossibility else { return }
        faults.append(Diagnostic(error.message, at: range))
    }

    /// The block has ended.
    mutating func finish() {
        finishStart()
        if addsCustomBuckets { addCustomBuckets() }
        for labels in samples.keys { samples[labels]?.settleResetHints() }
    }

    private mutating func finishStart() {
        if let range = pendingStart?.range { faults.append(Diagnostic("no line of samples follows the one of start times", at: range)) }
        pendingStart = nil
    }

    private mutating func startOffsets(_ series: SeriesLine) -> [Int64?] {
        guard let (line, range) = pendingStart else { return [] }
        pendingStart = nil
        if line.labels != series.labels {
            faults.append(Diagnostic("the start times are of another series than the samples that follow", at: range))
        } else if line.offsets.count != series.values.count {
            faults.append(Diagnostic("\(Counted.text(line.offsets.count, "start time")) for \(Counted.text(series.values.count, "sample"))", at: range))
        } else {
            return line.offsets
        }
        return []
    }

    private func columns(_ values: [ScriptValue], _ offsets: [Int64?]) -> SampleColumns {
        var columns = SampleColumns()
        for (index, value) in values.enumerated() {
            let time = Int64(index) &* interval
            let start = offsets.isEmpty ? nil : offsets[index]
            switch value.value {
            case .gap: break
            case .float(let float):
                columns.times.append(time)
                columns.values.append(float)
                if !offsets.isEmpty { columns.startTimes.append(start.map { time &+ $0 } ?? 0) }
            case .histogram(let histogram):
                columns.histogramTimes.append(time)
                columns.histograms.append(histogram)
                if !offsets.isEmpty { columns.histogramStartTimes.append(start.map { time &+ $0 } ?? 0) }
            }
        }
        return columns
    }

    private mutating func addCustomBuckets() {
        var collected: [Labels: [Int64: ClassicHistogramParts]] = [:]
        for (labels, columns) in samples {
            guard let part = ClassicHistogramParts.Part(labels) else { continue }
            for (time, value) in zip(columns.times, columns.values) {
                collected[part.histogram, default: [:]][time, default: ClassicHistogramParts()].set(part.place, value)
            }
        }
        for (labels, times) in collected {
            var columns = SampleColumns()
            for (time, parts) in times.sorted(by: { $0.key < $1.key }) {
                guard let histogram = parts.histogram else {
                    faults.append(Diagnostic("\(labels.seriesText) at \(time) ms: its buckets do not grow, or its count is another", at: range))
                    return
                }
                columns.histogramTimes.append(time)
                columns.histograms.append(histogram)
            }
            samples[labels] = columns
        }
    }

    // MARK: Storing

    /// - Returns: what was refused.
    func append(to store: Store) -> [Diagnostic] {
        var faults = faults
        for (labels, columns) in samples.sorted(by: { $0.key < $1.key }) {
            do throws(AppendError) {
                guard let reference = try store.references(for: [labels]).first else { continue }
                var batch = SampleBatch()
                batch.series = Array(repeating: reference, count: columns.times.count)
                (batch.times, batch.values, batch.startTimes) = (columns.times, columns.values, columns.startTimes)
                batch.histogramSeries = Array(repeating: reference, count: columns.histogramTimes.count)
                (batch.histogramTimes, batch.histograms) = (columns.histogramTimes, columns.histograms)
                batch.histogramStartTimes = columns.histogramStartTimes
                if let refused = try store.append(batch).first {
                    faults.append(Diagnostic("\(labels.seriesText): a sample was refused (\(refused.reason))", at: range))
                }
            } catch {
                faults.append(Diagnostic("\(labels.seriesText): \(error.message)", at: range))
            }
        }
        return faults
    }
}

extension SampleColumns {
    /// Gives histograms the hints that a store has for them.
    fileprivate mutating func settleResetHints() {
        var hints = ResetHints()
        var float = 0
        for index in histograms.indices {
            while float < times.count, times[float] < histogramTimes[index] {
                float += 1
                hints.passFloat()
            }
            histograms[index] = hints.settled(histograms[index])
        }
    }
}
