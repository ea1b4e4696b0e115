import LapwingSeries
import Testing

@Suite struct NativeHistogramLayoutTests {
    private func positive(_ spans: [(Int32, UInt32)], _ counts: [Double]) -> NativeHistogram {
        NativeHistogram(
            count: counts.reduce(0, +), positiveSpans: spans.map { .init(offset: $0.0, length: $0.1) }, positiveBuckets: counts)
    }

    @Test func `empty buckets go from the ends and the middle of spans`() {
        let histogram = positive([(-2, 4), (1, 2), (0, 1)], [0, 1, 0, 2, 3, 0, 4])
        #expect(histogram.compacted() == positive([(-1, 1), (1, 1), (1, 1), (1, 1)], [1, 2, 3, 4]))
    }

    @Test func `small gaps may be filled`() {
        let histogram = positive([(-2, 1), (1, 1), (3, 1)], [1, 2, 3])
        #expect(histogram.compacted(maximumEmptyBuckets: 2) == positive([(-2, 3), (3, 1)], [1, 0, 2, 3]))
        #expect(histogram.compacted(maximumEmptyBuckets: .max) == positive([(-2, 7)], [1, 0, 2, 0, 0, 0, 3]))
    }

    @Test func `a coarser schema takes pairs of buckets together`() {
        var histogram = positive([(-3, 5), (2, 2)], [1, 2, 3, 4, 5, 6, 7])
        histogram.schema = 1
        let coarse = histogram.reduced(to: 0)
        #expect(coarse.schema == 0)
        #expect(coarse.positiveSpans == [.init(offset: -1, length: 5)])
        #expect(coarse.positiveBuckets == [3, 7, 5, 6, 7])
        #expect(histogram.reduced(to: -1).positiveBuckets == [10, 11, 7])
        #expect(histogram.reduced(to: 2) == histogram)
    }

    @Test func `the same data may be split into other spans, and not into other buckets`() {
        let one = positive([(1, 4)], [1, 0, 2, 3])
        var other = positive([(1, 1), (0, 0), (0, 3)], [1, 0, 2, 3])
        other.counterResetHint = .gauge
        #expect(one.isSameData(as: other))
        #expect(!one.isSameData(as: one.compacted()))
        var negated = one
        negated.sum = -0.0
        #expect(!one.isSameData(as: negated))
        negated.sum = .nan
        #expect(negated.isSameData(as: negated))
    }

    @Test func `buckets come in both directions, kept out of the zero bucket`() {
        let histogram = NativeHistogram(
            zeroThreshold: 0.75, zeroCount: 2, count: 12, positiveSpans: [.init(offset: 0, length: 2)], positiveBuckets: [1, 2],
            negativeSpans: [.init(offset: 0, length: 1), .init(offset: 2, length: 1)], negativeBuckets: [3, 4])
        let lower = [-8, -1, -0.75, 0.75, 1]
        #expect(histogram.buckets.map(\.lower) == lower)
        #expect(histogram.buckets.map(\.upper) == [-4, -0.75, 0.75, 1, 2])
        #expect(histogram.buckets.map(\.count) == [4, 3, 2, 1, 2])
        var walk = OrderedBuckets(histogram, isDescending: true)
        var descending: [Double] = []
        while let place = walk.next() { descending.append(histogram.bucket(at: place).lower) }
        #expect(descending == lower.reversed())
    }

    @Test func `spans that list more buckets than there are do no harm`() throws {
        var broken = positive([(0, 5), (.max, 3), (.max, .max)], [1, 2])
        #expect(broken.buckets.count == 2)
        #expect(broken.compacted().positiveBuckets == [1, 2])
        try broken.add(broken)
        _ = broken.reduced(to: -4)
        #expect(!broken.isReset(after: positive([(0, 1)], [1])))
        var walk = OrderedBuckets(broken, isDescending: true)
        while walk.next() != nil {}
        #expect(throws: NativeHistogramError.self) { try positive([(0, 5)], [1]).validate() }
    }

    @Test func `schemas and widths that do not exist do no harm`() throws {
        var odd = positive([(-3, 2), (1, 1)], [1, 2, 3])
        for (schema, other) in [(Int32.max, Int32.min), (.min, .max), (.min, .min), (9, -5), (-60, -53), (-53, .min)] {
            for threshold in [0, -1, .infinity, .nan, 1e300] {
                (odd.schema, odd.zeroThreshold) = (schema, threshold)
                var next = odd
                (next.schema, next.zeroThreshold, next.customValues) = (other, 0.5, [2, 1, .nan])
                _ = next.isReset(after: odd)
                _ = odd.isReset(after: next)
                _ = try? next.add(odd)
                _ = try? odd.subtract(next)
                _ = next.trimmed(.below, .nan).trimmed(.above, -.infinity)
                _ = next.reduced(to: .min).description
            }
        }
    }

    @Test func `validation says what is wrong`() throws {
        try positive([(-3, 2), (1, 1)], [1, 2, 3]).validate()
        func message(_ histogram: NativeHistogram) -> String {
            do throws(NativeHistogramError) { try histogram.validate() } catch { return error.message }
            return ""
        }
        #expect(message(positive([(0, 1), (-1, 1)], [1, 2])).hasPrefix("positive side: span number 2 with offset -1:"))
        #expect(message(positive([(0, 3)], [1, 2])).hasPrefix("positive side: spans need 3 buckets, have 2 buckets:"))
        #expect(message(positive([(0, 2)], [2, -1])).hasPrefix("positive side: bucket number 2 has observation count of -1:"))
        #expect(message(NativeHistogram(schema: 9)).hasSuffix("got schema 9"))
        #expect(message(NativeHistogram(schema: -53, zeroCount: 1)) == "custom buckets: must have zero count of 0")
        #expect(message(NativeHistogram(schema: -53, customValues: [1, 1])).contains("strictly increasing"))
        #expect(message(NativeHistogram(schema: -53, customValues: [1, .infinity])).contains("must be finite"))
        #expect(message(NativeHistogram(schema: 0, customValues: [1])) == "histogram with exponential schema must not have custom bounds")
    }
}
