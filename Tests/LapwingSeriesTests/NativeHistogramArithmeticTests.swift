import LapwingSeries
import SeededRandom
import Testing

@Suite struct NativeHistogramArithmeticTests {
    private static func random(_ dice: inout SeededGenerator, schema: Int32, zeroThreshold: Double) -> NativeHistogram {
        func side(_ dice: inout SeededGenerator) -> ([NativeHistogram.BucketSpan], [Double]) {
            var spans: [NativeHistogram.BucketSpan] = []
            var counts: [Double] = []
            for place in 0..<dice.below(4) {
                let offset = place == 0 ? dice.below(13) - 6 : dice.below(4)
                let length = dice.below(4)
                spans.append(.init(offset: Int32(offset), length: UInt32(length)))
                for _ in 0..<length { counts.append(Double(dice.below(5))) }
            }
            return (spans, counts)
        }
        var histogram = NativeHistogram(schema: schema, zeroThreshold: zeroThreshold, zeroCount: Double(dice.below(4)))
        (histogram.positiveSpans, histogram.positiveBuckets) = side(&dice)
        (histogram.negativeSpans, histogram.negativeBuckets) = side(&dice)
        // As a client keeps them: nothing that its zero bucket would count.
        var probe = NativeHistogram(schema: schema)
        func clear(_ spans: [NativeHistogram.BucketSpan], _ counts: inout [Double]) {
            (probe.positiveSpans, probe.positiveBuckets) = (spans, counts)
            for (place, bucket) in probe.buckets.enumerated() where bucket.lower < zeroThreshold { counts[place] = 0 }
        }
        clear(histogram.positiveSpans, &histogram.positiveBuckets)
        clear(histogram.negativeSpans, &histogram.negativeBuckets)
        histogram.count = histogram.positiveBuckets.reduce(histogram.zeroCount, +) + histogram.negativeBuckets.reduce(0, +)
        return histogram
    }

    @Test(arguments: [1 as UInt64, 2, 3]) func `sums and differences are those of maps from index to count`(seed: UInt64) throws {
        var dice = SeededGenerator(seed)
        for round in 0..<400 {
            // Widths that no bucket of a schema from 0 up is split by, or any width at one schema.
            let isOneSchema = dice.below(2) == 0
            let schemas = isOneSchema ? [2, 2] : [Int32(dice.below(4)), Int32(dice.below(4))]
            let widths = isOneSchema ? [0, 0.3, 1.1] : [0, 0.25, 0.5, 2]
            let a = Self.random(&dice, schema: Int32(schemas[0]), zeroThreshold: widths[dice.below(widths.count)])
            let b = Self.random(&dice, schema: Int32(schemas[1]), zeroThreshold: widths[dice.below(widths.count)])
            for sign in [1.0, -1] {
                var result = a
                if sign > 0 { try result.add(b) } else { try result.subtract(b) }
                let expected = NaiveHistogram.sum(NaiveHistogram(a), NaiveHistogram(b), sign: sign)
                #expect(NaiveHistogram(result) == expected, "seed \(seed), round \(round), sign \(sign): \(a) and \(b)")
                let compact = result.compacted()
                #expect(NaiveHistogram(compact) == expected)
                #expect(!compact.positiveBuckets.contains(0) && !compact.positiveSpans.dropFirst().contains { $0.offset == 0 })
            }
            var sum = NativeHistogramSum(a)
            _ = try sum.add(b)
            #expect(NaiveHistogram(sum.total) == NaiveHistogram.sum(NaiveHistogram(a), NaiveHistogram(b), sign: 1))
        }
    }

    @Test(arguments: [4 as UInt64, 5]) func `a counter that only grew was not reset, one that lost a bucket was`(seed: UInt64) throws {
        var dice = SeededGenerator(seed)
        for round in 0..<200 {
            let before = Self.random(&dice, schema: Int32(dice.below(4)), zeroThreshold: [0, 0.25][dice.below(2)])
            var after = before.reduced(to: Int32(dice.below(Int(before.schema) + 1)))
            try after.add(Self.random(&dice, schema: after.schema, zeroThreshold: after.zeroThreshold))
            #expect(!after.isReset(after: before), "seed \(seed), round \(round): \(before) then \(after)")
            let filled = after.positiveBuckets.indices.filter { after.positiveBuckets[$0] != 0 }
            guard let place = filled.last else { continue }
            var lost = after
            lost.positiveBuckets[place] -= 1
            #expect(lost.isReset(after: after), "seed \(seed), round \(round)")
        }
    }

    @Test func `a sum that is kept with its losses loses nothing`() throws {
        func one(_ value: Double) -> NativeHistogram {
            NativeHistogram(count: value, sum: value, positiveSpans: [.init(offset: 1, length: 1)], positiveBuckets: [value])
        }
        var sum = NativeHistogramSum(one(1e100))
        for value in [1, -1e100, 1] { _ = try sum.add(one(value)) }
        #expect(sum.total.sum == 2)
        #expect(sum.total.count == 2)
        #expect(sum.total.positiveBuckets == [2])
    }

    @Test func `a mean goes on where the sum would overflow`() throws {
        let huge = NativeHistogram(count: 4, sum: 1.5e308, positiveSpans: [.init(offset: 1, length: 1)], positiveBuckets: [4])
        var mean = NativeHistogramMean(huge)
        for _ in 0..<3 { _ = try mean.add(huge) }
        #expect(mean.value.sum == 1.5e308)
        #expect(mean.value.count == 4)
    }

    @Test func `custom buckets of other bounds meet at those they share`() throws {
        var a = NativeHistogram(
            schema: -53, count: 15, sum: 30, positiveSpans: [.init(offset: 0, length: 5)], positiveBuckets: [1, 2, 3, 4, 5],
            customValues: [1, 2, 3, 4])
        let b = NativeHistogram(
            schema: -53, count: 6, sum: 20, positiveSpans: [.init(offset: 0, length: 3)], positiveBuckets: [1, 2, 3], customValues: [2, 4])
        #expect(try a.add(b) == [.boundsReconciled])
        #expect(a.customValues == [2, 4])
        #expect(a.positiveBuckets == [4, 9, 8])
        #expect(a.positiveSpans == [.init(offset: 0, length: 3)])
        var c = b
        #expect(try c.subtract(b) == [])
        #expect(c.compacted().positiveBuckets.isEmpty)
    }

    @Test func `exponential and custom buckets cannot be added`() {
        var a = NativeHistogram(schema: 1, count: 1)
        let untouched = a
        #expect(throws: NativeHistogramError.incompatibleSchemas) { try a.add(NativeHistogram(schema: -53, count: 1)) }
        #expect(a == untouched)
    }

    @Test(arguments: [
        (NativeHistogram.CounterResetHint.unknown, NativeHistogram.CounterResetHint.reset, NativeHistogram.CounterResetHint.unknown, false),
        (.reset, .reset, .reset, false), (.notReset, .notReset, .notReset, false), (.gauge, .reset, .gauge, false),
        (.notReset, .gauge, .gauge, false), (.notReset, .unknown, .unknown, false), (.reset, .notReset, .unknown, true),
    ])
    func `a sum says of resets what both can say`(
        first: NativeHistogram.CounterResetHint, second: NativeHistogram.CounterResetHint, sum: NativeHistogram.CounterResetHint,
        collides: Bool
    ) throws {
        var histogram = NativeHistogram(counterResetHint: first, count: 1)
        let remarks = try histogram.add(NativeHistogram(counterResetHint: second, count: 1))
        #expect(histogram.counterResetHint == sum)
        #expect(remarks.contains(.resetsCollide) == collides)
    }

    @Test func `dividing by nought takes the buckets, a negative factor makes a gauge`() {
        var histogram = NativeHistogram(count: 3, sum: 6, positiveSpans: [.init(offset: 0, length: 1)], positiveBuckets: [3])
        #expect(histogram.scaled(by: -2).positiveBuckets == [-6])
        #expect(histogram.scaled(by: -2).counterResetHint == .gauge)
        histogram.divide(by: 0)
        #expect(histogram.count == .infinity && histogram.positiveBuckets.isEmpty && histogram.positiveSpans.isEmpty)
    }
}
