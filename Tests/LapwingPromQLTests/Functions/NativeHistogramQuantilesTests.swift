import LapwingSeries
import Testing

@testable import LapwingPromQL

@Suite struct NativeHistogramQuantilesTests {
    private let positive = NativeHistogram(count: 12, sum: 30, positiveSpans: [.init(offset: 1, length: 3)], positiveBuckets: [4, 4, 4])

    private func quantile(_ q: Double, _ histogram: NativeHistogram) -> (value: Double, remark: NativeHistogramRemark?) {
        var remark: NativeHistogramRemark?
        let value = histogram.quantile(q, &remark)
        return (value, remark)
    }

    @Test func `the middle of an exponential bucket is its geometric mean`() {
        #expect((quantile(0.5, positive).value - (2.0 * 4).squareRoot()).magnitude < 1e-12)
        #expect(quantile(1, positive).value == 8 && quantile(0, positive).value == 1)
        #expect(quantile(-1, positive).value == -.infinity && quantile(2, positive).value == .infinity)
        #expect(quantile(.nan, positive).value.isNaN && quantile(0.5, NativeHistogram()).value.isNaN)
    }

    @Test func `a negative histogram is the mirror of a positive one`() {
        let negative = NativeHistogram(count: 12, sum: -30, negativeSpans: positive.positiveSpans, negativeBuckets: positive.positiveBuckets)
        for q in [0, 0.1, 0.4, 0.5, 0.75, 1] {
            #expect((quantile(q, negative).value + quantile(1 - q, positive).value).magnitude < 1e-9)
        }
    }

    @Test func `the zero bucket is linear and reaches to the side where there are others`() {
        var histogram = positive
        (histogram.zeroThreshold, histogram.zeroCount, histogram.count) = (0.5, 12, 24)
        #expect(quantile(0.25, histogram).value == 0.25)
        (histogram.positiveSpans, histogram.positiveBuckets, histogram.count) = ([], [], 12)
        #expect(quantile(0.25, histogram).value == -0.25)
    }

    @Test func `custom buckets are linear, and end at the bound they have`() {
        let custom = NativeHistogram(
            schema: -53, count: 10, sum: 40, positiveSpans: [.init(offset: 0, length: 3)], positiveBuckets: [2, 4, 4], customValues: [5, 10])
        #expect(quantile(0.1, custom).value == 2.5)
        #expect(quantile(0.4, custom).value == 7.5)
        #expect(quantile(0.9, custom).value == 10)
    }

    @Test func `observations that are no numbers count as the greatest, and are told of`() {
        var histogram = positive
        (histogram.count, histogram.sum) = (16, .nan)
        let within = quantile(0.5, histogram)
        #expect(within.value == 4 && within.remark == .isSkewed)
        let beyond = quantile(0.9, histogram)
        #expect(beyond.value.isNaN && beyond.remark == .isNotANumber)
        var remark: NativeHistogramRemark?
        #expect(histogram.fraction(from: -.infinity, to: .infinity, &remark) == 0.75 && remark == .leavesOutNotANumbers)
    }

    @Test func `a fraction is the inverse of a quantile`() {
        var histogram = positive
        (histogram.negativeSpans, histogram.negativeBuckets) = ([.init(offset: 0, length: 2)], [3, 1])
        (histogram.zeroThreshold, histogram.zeroCount, histogram.count) = (0.25, 2, 18)
        for q in [0.05, 0.2, 0.3, 0.31, 0.5, 0.77, 0.99] {
            var remark: NativeHistogramRemark?
            let fraction = histogram.fraction(from: -.infinity, to: quantile(q, histogram).value, &remark)
            #expect((fraction - q).magnitude < 1e-9 && remark == nil, "\(q): \(fraction)")
        }
        var remark: NativeHistogramRemark?
        #expect(histogram.fraction(from: 2, to: 1, &remark) == 0)
        #expect(histogram.fraction(from: .nan, to: 1, &remark).isNaN)
    }
}
