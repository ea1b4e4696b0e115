import LapwingExposition
import LapwingSeries
import Testing

@testable import LapwingRemote

@Suite struct `Batches to be sent` {
    /// Floats at odd times and histograms at even ones, `count` in all.
    private func series(_ count: Int) -> UnsentSeries {
        var samples = SampleColumns()
        for time in 1...Int64(count) {
            if time % 2 == 1 {
                samples.append(time: time, value: Double(time), startTime: time == 1 ? 0 : 1)
            } else {
                samples.append(time: time, histogram: NativeHistogram(schema: 0, count: 0, sum: 0), startTime: 1)
            }
        }
        return UnsentSeries(reference: SeriesReference(0), series: RemoteWriteSeries(labels: Labels(metric: "m"), samples: samples))
    }

    @Test func `a series is cut anywhere, and both kinds of its samples stay in the order of their times`() {
        let whole = series(9)
        for count in 0...10 {
            let (head, tail) = whole.cut(after: count)
            let (first, rest) = (head.series.samples, tail.series.samples)
            #expect(head.count == min(count, 9) && head.count + tail.count == 9)
            #expect((first.times + first.histogramTimes).max() ?? 0 == Int64(min(count, 9)))
            #expect((rest.times + rest.histogramTimes).min() ?? 10 == Int64(min(count, 9)) + 1)
            #expect(first.times + rest.times == [1, 3, 5, 7, 9] && first.histogramTimes + rest.histogramTimes == [2, 4, 6, 8])
            for part in [first, rest] {
                #expect(part.startTimes.isEmpty && part.times.count < 2 || part.startTimes == part.times.map { $0 == 1 ? 0 : 1 })
                #expect(part.values == part.times.map { Double($0) } && part.histogramStartTimes == part.histogramTimes.map { _ in 1 })
            }
        }
    }

    @Test func `no batch has more samples than it may, and none is lost`() {
        let batches = SendingBatch.batches(of: [series(5), series(9), series(1)], maximumSamples: 4)
        #expect(batches.map(\.count) == [4, 4, 4, 3])
    }
}
