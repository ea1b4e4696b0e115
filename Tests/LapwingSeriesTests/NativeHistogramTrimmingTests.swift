import LapwingSeries
import Testing

@Suite struct NativeHistogramTrimmingTests {
    private let exponential = NativeHistogram(
        count: 30, sum: 100, positiveSpans: [.init(offset: 0, length: 4)], positiveBuckets: [5, 5, 10, 10])

    @Test func `a value between buckets keeps whole ones`() {
        let below = exponential.trimmed(.below, 4)
        #expect(below.positiveBuckets == [5, 5, 10])
        #expect(below.count == 20)
        let above = exponential.trimmed(.above, 4)
        #expect(above.positiveBuckets == [10])
        #expect(above.positiveSpans == [.init(offset: 3, length: 1)])
        #expect(above.sum == 10 * (4.0 * 8).squareRoot())
    }

    @Test func `a value in a bucket splits it on a logarithmic scale`() {
        let below = exponential.trimmed(.below, (4.0 * 8).squareRoot())
        #expect((below.positiveBuckets[3] - 5).magnitude < 1e-9)
        #expect((below.count - 25).magnitude < 1e-9)
    }

    @Test func `a value beyond all changes nothing, not even the sum`() {
        #expect(exponential.trimmed(.below, 1000) == exponential)
        #expect(exponential.trimmed(.above, 0) == exponential)
        #expect(exponential.trimmed(.above, 1000).count == 0)
    }

    @Test func `custom buckets are split linearly, endless ones kept or dropped whole`() {
        let custom = NativeHistogram(
            schema: -53, count: 15, sum: 100, positiveSpans: [.init(offset: 0, length: 3)], positiveBuckets: [2, 8, 5], customValues: [5, 10])
        let below = custom.trimmed(.below, 7.5)
        #expect(below.positiveBuckets == [2, 4])
        #expect(below.sum == 2 * 2.5 + 4 * 6.25)
        #expect(custom.trimmed(.above, 20).positiveBuckets == [5])
        #expect(custom.trimmed(.below, 20).positiveBuckets == [2, 8])
    }

    @Test func `the zero bucket reaches to the side where there are others`() {
        var histogram = exponential
        (histogram.zeroThreshold, histogram.zeroCount) = (0.5, 4)
        #expect(histogram.trimmed(.below, 0.25).zeroCount == 2)
        #expect(histogram.trimmed(.below, 0).zeroCount == 0)
        (histogram.positiveSpans, histogram.positiveBuckets) = ([], [])
        #expect(histogram.trimmed(.below, 0).zeroCount == 2)
    }
}
