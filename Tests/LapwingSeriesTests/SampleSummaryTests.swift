import LapwingSeries
import SeededRandom
import Testing

/// Stretches of samples that are summarised by the loop for each part, against one sample after the other.
@Suite struct SampleSummaryTests {
    private static let alphabets: [[Double]] = [
        [0, 1, 2, 3, 1000, 0x1p50],
        [0, -0.0, 1, -1, 5],
        [0.1, 0.2, 0.7, 1e9, -3.25],
        [.nan, 1, 2, .infinity, -.infinity, -0.0],
        [0x1p52, 0x1p53, 3, 0x1p51 - 1],
        [1, 2, StaleMarker.value, 7],
    ]

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `each part of a stretch is what its samples give one by one`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        for round in 0..<300 {
            let alphabet = Self.alphabets[round % Self.alphabets.count]
            let values = (0..<Int.random(in: 1...70, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            let times = values.indices.map { Int64($0) * 15 }
            let cut = Int.random(in: 0...values.count, using: &generator)
            var expected = SampleSummary()
            for (value, time) in zip(values, times) { expected.add(value, at: time) }
            for parts: SummaryParts in [.all, [], .falls, .changes, .extremes, .sum] {
                var summary = SampleSummary()
                summary.add(values.span, at: times.span, 0..<cut, parts)
                summary.add(values.span, at: times.span, cut..<values.count, parts)
                expectSame(summary, expected, parts, "seed \(seed), round \(round), \(parts)")
            }
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `what is left of a stretch is what its last samples give one by one`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        var known = 0
        for round in 0..<1000 {
            let alphabet = Self.alphabets[round % (Self.alphabets.count - 1)]
            var total = 0.0
            let values = (0..<Int.random(in: 2...70, using: &generator)).map { _ in
                let value = alphabet.randomElement(using: &generator) ?? 0
                // Every other round a counter, which falls now and then.
                total = Int.random(in: 0..<40, using: &generator) == 0 ? 0 : total + value
                return round % 2 == 0 ? total : value
            }
            let times = values.indices.map { Int64($0) * 15 }
            var whole = SampleSummary()
            whole.add(values.span, at: times.span, values.indices, .all)
            let removed = Int.random(in: 1..<values.count, using: &generator)
            var expected = SampleSummary()
            for place in removed..<values.count { expected.add(values[place], at: times[place]) }
            for parts: SummaryParts in [[], .falls, .changes, .minimum, .maximum, .sum, .all] {
                guard let rest = whole.removing(removed, values.span, leaving: times[removed], parts) else { continue }
                known += 1
                expectSame(rest, expected, parts, "seed \(seed), round \(round), \(removed) of \(values.count)")
            }
        }
        #expect(known > 3000, "seed \(seed)")
    }

    @Test func `the least of what is left of a counter that never fell is known from its first`() {
        let times: [Int64] = [0, 15, 30, 45]
        func left(_ values: [Double]) -> Double? {
            var whole = SampleSummary()
            whole.add(values.span, at: times.span, values.indices, .all)
            return whole.removing(2, values.span, leaving: times[2], .minimum)?.minimum
        }
        #expect(left([1, 2, 5, 9]) == 5)
        #expect(left([1, 1, 1, 1]) == 1)
        #expect(left([1, 2, 9, 5]) == nil)
        #expect(left([1, .nan, 0.5, 9]) == 0.5)
        #expect(left([1, 2, .nan, 9]) == nil)
        #expect(left([1, 2, .infinity, .infinity]) == nil)
    }

    private func expectSame(_ summary: SampleSummary, _ expected: SampleSummary, _ parts: SummaryParts, _ what: String) {
        func expectSame(_ a: Double, _ b: Double) { #expect(a.bitPattern == b.bitPattern || a.isNaN && b.isNaN, "\(what)") }
        #expect(summary.count == expected.count, "\(what)")
        if expected.count == 0 { return }
        #expect([summary.firstTime, summary.lastTime] == [expected.firstTime, expected.lastTime], "\(what)")
        expectSame(summary.first, expected.first)
        expectSame(summary.last, expected.last)
        if parts.contains(.falls) {
            #expect(summary.resets == expected.resets, "\(what)")
            if expected.hasExactCorrection {
                #expect(summary.hasExactCorrection, "\(what)")
                expectSame(summary.correction, expected.correction)
            }
        }
        if parts.contains(.changes) { #expect(summary.changes == expected.changes, "\(what)") }
        if parts.contains(.minimum) { expectSame(summary.minimum, expected.minimum) }
        if parts.contains(.maximum) { expectSame(summary.maximum, expected.maximum) }
        if parts.contains(.sum) {
            // What was subtracted from a whole may be taken for less exact than it is.
            #expect(!summary.hasExactSum || expected.hasExactSum, "\(what)")
            if summary.hasExactSum { expectSame(summary.sum + summary.lost, expected.sum + expected.lost) }
        }
    }
}
