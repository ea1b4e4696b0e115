import LapwingPromQL
import LapwingSeries
import LapwingText

/// Feeds a test's series into a store as its time comes, as a scrape would.
struct SeriesLoader {
    private let references: [SeriesReference]
    private let series: [(labels: Labels, values: [NotatedValue])]
    private let start: Int64
    private let interval: Int64
    private let gaps: [ClosedRange<Duration>]
    /// Whether a series has both floats and histograms: a batch takes the ones before the others, and those would come too late.
    private let isMixed: Bool
    private let range: SourceRange
    private var next = 0

    init(_ test: UnitTest, into sink: some SampleSink) throws(AppendError) {
        series = test.series
        references = try sink.references(for: test.series.map(\.labels))
        range = test.range
        start = test.start.milliseconds
        gaps = test.gaps
        interval = max(1, test.interval.milliseconds)
        isMixed = test.series.contains { $0.values.contains(where: \.isFloat) && $0.values.contains(where: \.isHistogram) }
    }

    /// - Returns: what was refused.
    mutating func load(through time: Timestamp, into sink: some SampleSink) -> [Diagnostic] {
        let longest = series.map(\.values.count).max() ?? 0
        var batch = SampleBatch()
        var faults: [Diagnostic] = []
        while next < longest, start + Int64(next) * interval <= time.milliseconds {
            let offset = Duration.milliseconds(Int64(next) * interval)
            let isGap = gaps.contains { $0.contains(offset) }
            for (reference, series) in zip(references, series) where next < series.values.count && !isGap {
                let milliseconds = start + Int64(next) * interval
                switch series.values[next] {
                case .gap: break
                case .float(let value): batch.append(reference, time: milliseconds, value: value)
                case .histogram(let histogram): batch.append(reference, time: milliseconds, histogram: histogram)
                }
            }
            next += 1
            if isMixed {
                faults += append(batch, to: sink)
                batch = SampleBatch()
            }
        }
        return faults + append(batch, to: sink)
    }

    private func append(_ batch: SampleBatch, to sink: some SampleSink) -> [Diagnostic] {
        guard batch.count > 0 else { return [] }
        do throws(AppendError) {
            return try sink.append(batch).map { refused in
                let histogram = refused.index - batch.series.count
                let reference = histogram < 0 ? batch.series[refused.index] : batch.histogramSeries[histogram]
                let labels = zip(references, series).first { $0.0 == reference }?.1.labels ?? .empty
                return Diagnostic("\(labels.seriesText): a sample was refused (\(refused.reason))", at: range)
            }
        } catch {
            return [Diagnostic(error.message, at: range)]
        }
    }
}

extension NotatedValue {
    fileprivate var isFloat: Bool { if case .float = self { true } else { false } }

    fileprivate var isHistogram: Bool { if case .histogram = self { true } else { false } }
}
