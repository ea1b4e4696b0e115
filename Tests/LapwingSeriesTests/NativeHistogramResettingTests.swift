import LapwingSeries
import Testing

@Suite struct NativeHistogramResettingTests {
    private let base = NativeHistogram(
        zeroThreshold: 0.01, zeroCount: 5.5, count: 20, sum: 30, positiveSpans: [.init(offset: -2, length: 2), .init(offset: 1, length: 3)],
        positiveBuckets: [1, 0, 3.3, 4.2, 0.1], negativeSpans: [.init(offset: 3, length: 2)], negativeBuckets: [3.1, 3])

    private func changed(_ change: (inout NativeHistogram) -> Void) -> NativeHistogram {
        var histogram = base
        change(&histogram)
        return histogram
    }

    @Test func `less of anything but the sum is a reset`() {
        #expect(!changed { $0.sum = 1 }.isReset(after: base))
        #expect(!changed { $0.positiveBuckets[3] += 1 }.isReset(after: base))
        #expect(changed { $0.count -= 1 }.isReset(after: base))
        #expect(changed { $0.zeroCount -= 1 }.isReset(after: base))
        #expect(changed { $0.positiveBuckets[3] -= 1 }.isReset(after: base))
        #expect(changed { $0.negativeBuckets[1] -= 1 }.isReset(after: base))
    }

    @Test func `a bucket may go only if it was empty`() {
        let lean = base.compacted()
        #expect(!lean.isReset(after: base))
        #expect(changed { ($0.positiveSpans, $0.positiveBuckets) = ([], []) }.isReset(after: base))
    }

    @Test func `a hint is taken at its word, but for a gauge's`() {
        #expect(changed { $0.counterResetHint = .reset }.isReset(after: base))
        #expect(!changed { ($0.counterResetHint, $0.count) = (.notReset, 0) }.isReset(after: base))
        #expect(changed { ($0.counterResetHint, $0.count) = (.gauge, 0) }.isReset(after: base))
    }

    @Test func `a finer schema and a narrower zero bucket are resets, their opposites are not`() {
        #expect(changed { $0.schema = 1 }.isReset(after: base))
        #expect(changed { $0.zeroThreshold = 0.001 }.isReset(after: base))
        #expect(!base.reduced(to: -2).isReset(after: base))
        // 0.25 is the end of the bucket that holds 1.
        let wide = changed {
            ($0.zeroThreshold, $0.zeroCount) = (0.25, 6.5)
            $0.positiveBuckets[0] = 0
        }
        #expect(!wide.isReset(after: base))
        #expect(changed { $0.zeroThreshold = 0.25 }.isReset(after: base), "its bucket is not in the zero bucket's count")
        #expect(changed { ($0.zeroThreshold, $0.zeroCount) = (0.2, 60) }.isReset(after: base), "the zero bucket splits a bucket")
    }

    @Test func `custom buckets of other bounds are compared between common ones`() {
        let before = NativeHistogram(
            schema: -53, count: 6, positiveSpans: [.init(offset: 0, length: 3)], positiveBuckets: [1, 2, 3], customValues: [1, 2])
        var after = NativeHistogram(
            schema: -53, count: 6, positiveSpans: [.init(offset: 0, length: 2)], positiveBuckets: [3, 3], customValues: [2])
        #expect(!after.isReset(after: before))
        after.positiveBuckets = [2, 4]
        #expect(after.isReset(after: before))
        #expect(after.isReset(after: base) && changed { $0.count = 60 }.isReset(after: after))
    }
}
