import LapwingSeries
import SeededRandom
import Testing

@testable import LapwingPromQL

@Suite struct PrefixSumsTests {
    private func bounds(_ count: Int) -> WindowBounds {
        var bounds = WindowBounds(WindowFrame(grid: StepGrid(start: 60, step: 1, count: count - 60), shift: TimeShift(), window: 60))
        bounds.update((0..<count).map { Int64($0) })
        return bounds
    }

    /// Whole numbers up to 2^`bits`, some of them with all 53 bits, divided by 2^40.
    private func integers(_ count: Int, bits: Int, _ random: inout SeededGenerator) -> [Int128] {
        (0..<count).map { _ in
            let mantissa = Int128(random.next() >> 11)
            let value = mantissa << Int128(random.below(max(1, bits - 52)))
            return random.below(2) == 0 ? value : -value
        }
    }

    @Test func `a window's sum is the exact sum, rounded once`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed)
        for count in [100, 500, 1500] {
            for bits in [53, 60, 75, 84] {
                let integers = integers(count, bits: bits, &random)
                // What a double has of 53 bits and a power of two is exact.
                let values = integers.map { Double($0) * 0x1p-40 }
                var sums = PrefixSums()
                guard sums.update(values, bounds(count)) else { continue }
                for _ in 0..<300 {
                    let first = random.below(count)
                    let last = first + random.below(count - first + 1)
                    let exact = Double(integers[first..<last].reduce(0, +)) * 0x1p-40
                    #expect(sums.sum(first, last) == exact, "\(first)..<\(last) of \(count), \(bits) bits, seed \(seed)")
                }
            }
        }
    }

    @Test func `values that lie too far apart, and what is no number, are not summed up`() {
        var values = (0..<200).map { Double($0 % 7) }
        var sums = PrefixSums()
        let areExact = sums.update(values, bounds(200))
        #expect(areExact)
        for odd in [Double.nan, .infinity, 1e300, 1e-300, 0x1p60] {
            values[100] = odd
            let areExact = sums.update(values, bounds(200))
            #expect(!areExact, "\(odd)")
        }
    }
}
