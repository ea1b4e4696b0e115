import LapwingSeries
import SeededRandom
import Testing

@Suite struct NativeHistogramListedTests {
    /// What the API lists of a histogram.
    private func listed(_ histogram: NativeHistogram) -> NativeHistogram? {
        NativeHistogram(count: histogram.count, sum: histogram.sum, buckets: histogram.buckets.filter { $0.count != 0 })
    }

    @Test(arguments: [1, 2, 3, 4])
    func `an exponential histogram comes back from its list`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        for _ in 0..<300 {
            var histogram = NativeHistogram(schema: Int32(random.below(13) - 4), count: 9, sum: 1.5)
            // Indexes that the finite numbers have room for.
            let reach = histogram.schema < 0 ? 40 : 80
            let scale = Int32(random.below(reach) - reach / 2)
            histogram.positiveSpans = [.init(offset: scale, length: 3), .init(offset: Int32(1 + random.below(5)), length: 2)]
            histogram.positiveBuckets = (0..<5).map { _ in Double(1 + random.below(9)) }
            if random.below(2) == 0 {
                histogram.negativeSpans = [.init(offset: scale, length: 2)]
                histogram.negativeBuckets = [3, 4]
            }
            #expect(listed(histogram) == histogram, "seed \(seed): \(histogram)")
        }
    }

    @Test func `a zero bucket cuts the buckets beside it`() {
        let histogram = NativeHistogram(
            schema: 1, zeroThreshold: 0.9, zeroCount: 2, count: 12, sum: 3, positiveSpans: [.init(offset: 0, length: 3)], positiveBuckets: [1, 2, 3],
            negativeSpans: [.init(offset: 0, length: 2)], negativeBuckets: [3, 4])
        #expect(listed(histogram) == histogram)
        let only = NativeHistogram(zeroThreshold: 0.5, zeroCount: 2, count: 2, sum: 0)
        #expect(listed(only) == only)
        #expect(listed(NativeHistogram(count: 0, sum: 0)) == NativeHistogram(count: 0, sum: 0))
    }

    @Test func `custom bounds come back, empty buckets between others filled in`() {
        let histogram = NativeHistogram(
            schema: NativeHistogram.customBucketsSchema, count: 10, sum: 3, positiveSpans: [.init(offset: 0, length: 4)],
            positiveBuckets: [1, 2, 3, 4], customValues: [0.1, 0.5, 3])
        #expect(listed(histogram) == histogram)
        var sparse = histogram
        sparse.positiveSpans = [.init(offset: 0, length: 1), .init(offset: 1, length: 2)]
        sparse.positiveBuckets = [1, 3, 4]
        #expect(listed(sparse) == sparse)
    }

    @Test func `buckets that overlap or do not ascend are no histogram`() {
        func bucket(_ lower: Double, _ upper: Double) -> NativeHistogram.Bucket {
            .init(lower: lower, upper: upper, includesLower: false, includesUpper: true, count: 1)
        }
        #expect(NativeHistogram(count: 2, sum: 1, buckets: [bucket(1, 3), bucket(2, 4)]) == nil)
        #expect(NativeHistogram(count: 2, sum: 1, buckets: [bucket(2, 4), bucket(1, 2)]) == nil)
        #expect(NativeHistogram(count: 2, sum: 1, buckets: [bucket(.nan, 2)]) == nil)
        #expect(NativeHistogram(count: 2, sum: 1, buckets: [bucket(4, 2)]) == nil)
    }
}
