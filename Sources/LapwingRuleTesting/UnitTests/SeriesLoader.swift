import LapwingPromQL
import LapwingSeries
import LapwingStorage

/// Feeds a test's series into a store as its time comes, as a scrape would.
struct SeriesLoader {
    private let references: [SeriesReference]
    private let series: [(labels: Labels, values: [NotatedValue])]
    private let start: Int64
    private let interval: Int64
    private let gaps: [ClosedRange<Duration>]
    /// Whether a series has both floats and histograms: a batch takes the ones before the others, and those would come too late.
    private let isMixed: Bool
    private var next = 0

    init(_ test: UnitTest, into store: Store) throws(AppendError) {
        series = test.series
        references = try store.references(for: test.series.map(\.labels))
        start = test.start.milliseconds
        gaps = test.gaps
        interval = max(1, test.interval.milliseconds)
        isMixed = test.series.contains { $0.values.contains(where: \.isFloat) && $0.values.contains(where: \.isHistogram) }
    }

    mutating func load(through time: Timestamp, into store: Store) {
        let longest = series.map(\.values.count).max() ?? 0
        var batch = SampleBatch()
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
                if batch.count > 0 { _ = try? store.append(batch) }
                batch = SampleBatch()
            }
        }
        if batch.count > 0 { _ = try? store.append(batch) }
    }
}

extension NotatedValue {
    fileprivate var isFloat: Bool { if case .float = self { true } else { false } }

    fileprivate var isHistogram: Bool { if case .histogram = self { true } else { false } }
}
