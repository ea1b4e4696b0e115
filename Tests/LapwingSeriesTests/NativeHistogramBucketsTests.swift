import LapwingSeries
import Testing

@Suite struct NativeHistogramBucketsTests {
    @Test func `an empty histogram shows its count and sum`() {
        #expect(NativeHistogram(count: 3, sum: 10).description == "{count:3, sum:10}")
    }

    @Test func `buckets ascend from the negative ones over zero to the positive ones`() {
        let histogram = NativeHistogram(
            schema: 0, zeroThreshold: 0.001, zeroCount: 2, count: 12, sum: 18.4,
            positiveSpans: [.init(offset: 0, length: 2), .init(offset: 1, length: 1)], positiveBuckets: [1, 2, 3],
            negativeSpans: [.init(offset: 1, length: 2)], negativeBuckets: [1, 3])
        #expect(
            histogram.description
                == "{count:12, sum:18.4, [-4,-2):3, [-2,-1):1, [-0.001,0.001]:2, (0.5,1]:1, (1,2]:2, (4,8]:3}")
    }

    @Test func `schemas set how fine the bounds are`() {
        let fine = NativeHistogram(schema: 1, count: 1, positiveSpans: [.init(offset: 1, length: 1)], positiveBuckets: [1])
        #expect(fine.buckets.map(\.lower) == [1])
        #expect(fine.buckets.map(\.upper) == [1.414213562373095])
        let coarse = NativeHistogram(schema: -2, count: 1, positiveSpans: [.init(offset: 1, length: 1)], positiveBuckets: [1])
        #expect(coarse.buckets.map(\.upper) == [16])
        let last = NativeHistogram(schema: 0, count: 1, positiveSpans: [.init(offset: 1024, length: 2)], positiveBuckets: [1, 1])
        #expect(last.buckets.map(\.upper) == [.greatestFiniteMagnitude, .infinity])
    }

    @Test func `custom buckets have their listed bounds`() {
        let histogram = NativeHistogram(
            schema: NativeHistogram.customBucketsSchema, count: 6, sum: 9,
            positiveSpans: [.init(offset: 0, length: 3)], positiveBuckets: [1, 2, 3], customValues: [5, 10])
        #expect(histogram.description == "{count:6, sum:9, [-Inf,5]:1, (5,10]:2, (10,+Inf]:3}")
    }
}
