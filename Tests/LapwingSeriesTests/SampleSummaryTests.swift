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
        if parts.contains(.extremes) {
            expectSame(summary.minimum, expected.minimum)
            expectSame(summary.maximum, expected.maximum)
        }
        if parts.contains(.sum) {
            #expect(summary.hasExactSum == expected.hasExactSum, "\(what)")
            if expected.hasExactSum { expectSame(summary.sum + summary.lost, expected.sum + expected.lost) }
        }
    }
}
