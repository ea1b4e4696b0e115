import LapwingSeries
import LapwingText
import SeededRandom
import Testing

@testable import LapwingPromQL

@Suite struct ClassicBucketsTests {
    private func buckets(_ pairs: [(Double, Double)]) -> ClassicBuckets {
        var buckets = ClassicBuckets()
        for (bound, count) in pairs { buckets.append(bound, count) }
        return buckets
    }

    private func quantile(_ quantile: Double, _ pairs: [(Double, Double)]) -> (value: Double, forced: ForcedMonotonicity?) {
        var buckets = buckets(pairs)
        var forced: ForcedMonotonicity?
        let value = buckets.quantile(quantile, at: 7, forced: &forced)
        return (value, forced)
    }

    private let plain: [(Double, Double)] = [(10, 10), (15, 15), (20, 15), (30, 15), (.infinity, 15)]

    @Test(arguments: [(1.0, 15.0), (0.99, 14.85), (0.9, 13.5), (0.5, 7.5)])
    func `a quantile lies on the line through its bucket`(q: Double, value: Double) {
        #expect((quantile(q, plain).value - value).magnitude < 1e-12)
    }

    @Test func `a count that rounding has made smaller is mended without a word`() {
        let (value, forced) = quantile(0.5, [(10, 10), (15, 15), (20, 15.00000000001), (30, 15), (.infinity, 15)])
        #expect(value == 7.5 && forced == nil)
    }

    @Test func `a count that falls is raised, and told of`() {
        let (value, forced) = quantile(0.5, [(1, 5), (2, 3), (4, 4), (.infinity, 6)])
        #expect(value == 0.6)
        #expect(forced?.lowestBucket == 2 && forced?.highestBucket == 4 && forced?.greatestDifference == 2 && forced?.firstTime == 7)
    }

    @Test func `what has no answer is no number`() {
        #expect(quantile(0.5, []).value.isNaN)
        #expect(quantile(0.5, [(1, 1), (2, 2)]).value.isNaN, "no bucket for everything")
        #expect(quantile(0.5, [(.infinity, 2)]).value.isNaN, "one bucket tells nothing")
        #expect(quantile(0.5, [(1, 0), (.infinity, 0)]).value.isNaN, "nothing was observed")
        #expect(quantile(.nan, plain).value.isNaN)
        #expect(quantile(-0.1, plain).value == -.infinity && quantile(1.1, plain).value == .infinity)
    }

    @Test func `a quantile in an end bucket is its inner bound`() {
        #expect(quantile(0.9, [(1, 1), (2, 2), (.infinity, 100)]).value == 2)
        #expect(quantile(0.1, [(-1, 50), (2, 60), (.infinity, 100)]).value == -1)
    }

    @Test func `buckets of one bound are one`() {
        #expect(quantile(0.75, [(1, 1), (1, 2), (2, 6), (.infinity, 6)]).value == 1.5)
    }

    @Test func `a fraction is what lies between`() {
        let counts = buckets([(1, 2), (2, 4), (4, 8), (.infinity, 10)])
        #expect(counts.fraction(from: -.infinity, to: .infinity) == 1)
        #expect(counts.fraction(from: 1, to: 3) == 0.4)
        #expect(counts.fraction(from: 3, to: 1) == 0)
        #expect(counts.fraction(from: 0.5, to: 100) == 0.7)
        #expect(counts.fraction(from: .nan, to: 1).isNaN)
    }

    /// The definition, without a search: the rank's bucket is the first that reaches it.
    private func naive(_ q: Double, _ pairs: [(bound: Double, count: Double)]) -> Double {
        let total = pairs[pairs.count - 1].count
        if total == 0 { return .nan }
        let rank = q * total
        guard let place = pairs.dropLast().firstIndex(where: { $0.count >= rank }) else { return pairs[pairs.count - 2].bound }
        if place == 0 { return pairs[0].bound <= 0 ? pairs[0].bound : pairs[0].bound * rank / pairs[0].count }
        let (below, here) = (pairs[place - 1], pairs[place])
        return below.bound + (here.bound - below.bound) * ((rank - below.count) / (here.count - below.count))
    }

    private func matrix(_ values: [Double], _ bounds: [Double]) -> StepMatrix {
        var matrix = StepMatrix(stepCount: values.count / bounds.count)
        for bound in bounds { matrix.appendRow(Labels(metric: "x_bucket", ["le": bound == .infinity ? "+Inf" : "\(bound)"]), dropsName: false) }
        matrix.values = values
        return matrix
    }

    @Test(arguments: [11 as UInt64, 12]) func `steps one after the other agree with the definition, whichever rows are there`(seed: UInt64) {
        var random = SeededGenerator(seed)
        let bounds = [-1, 0.5, 1, 2.5, 5, Double.infinity]
        let layout = ClassicLayout(labels: .empty, bounds.enumerated().reversed().map { (bound: $0.element, row: $0.offset) })
        let steps = 60
        var values = [Double](repeating: StepMatrix.absent, count: bounds.count * steps)
        for step in 0..<steps {
            var count = 0.0
            for row in bounds.indices {
                count += Double(random.below(4))
                if random.below(8) > 0 || row >= bounds.count - 2 { values[row * steps + step] = count }
            }
        }
        var scratch = ClassicBuckets()
        var whole: [[Double]] = []
        for q in [0.0, 0.3, 0.99] {
            var row = [Double](repeating: StepMatrix.absent, count: steps)
            let kernel = HistogramKernel.quantile([Double](repeating: q, count: steps))
            var annotations = Annotations()
            var memory = HistogramScratch()
            let rows = HistogramRows(matrix(values, bounds), SourceRange(0, 1), &annotations)
            kernel.fill(&row, rows, rows.rows[0], StepGrid(start: 0, step: 1, count: steps), &memory, SourceRange(0, 1), &annotations)
            whole.append(row)
        }
        for step in 0..<steps {
            scratch.take(layout, values, step, stepCount: steps)
            let pairs = bounds.indices.map { (bound: bounds[$0], count: values[$0 * steps + step]) }
                .filter { $0.count.bitPattern != StepMatrix.absentBits }
            for (place, q) in [0.0, 0.3, 0.99].enumerated() {
                var forced: ForcedMonotonicity?
                let (value, expected) = (scratch.quantile(q, at: 0, forced: &forced), naive(q, pairs))
                #expect(value == expected || (value - expected).magnitude < 1e-12 || (value.isNaN && expected.isNaN), "seed \(seed), step \(step), q \(q)")
                #expect(forced == nil)
                #expect(whole[place][step] == value || (whole[place][step].isNaN && value.isNaN), "seed \(seed), step \(step), q \(q)")
            }
        }
    }
}
