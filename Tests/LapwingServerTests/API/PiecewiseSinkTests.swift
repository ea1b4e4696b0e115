import LapwingSeries
import LapwingStorage
import Testing

@testable import LapwingServer

@Suite struct `Large batches` {
    @Test func `are stored in pieces, and what is refused is told by its place in the whole`() throws {
        let store = Store()
        let sink = PiecewiseSink(sink: store)
        let references = try sink.references(for: [Labels(metric: "a"), Labels(metric: "b"), Labels(metric: "h")])
        let count = PiecewiseSink.samplesAtOnce + 10
        let wrong = [0, 5, PiecewiseSink.samplesAtOnce, count - 1]
        var batch = SampleBatch()
        for index in 0..<count {
            batch.append(wrong.contains(index) ? SeriesReference(999) : references[index % 2], time: Int64(index), value: Double(index))
            batch.startTimes.append(0)
        }
        for index in 0..<3 {
            batch.append(index == 1 ? SeriesReference(999) : references[2], time: Int64(index), histogram: NativeHistogram())
        }
        let refused = try sink.append(batch)
        #expect(refused.map(\.index) == wrong + [count + 1])
        #expect(refused.allSatisfy { $0.reason == .unknownSeries })
        #expect(store.counts.samples == count - wrong.count + 2)
    }
}
