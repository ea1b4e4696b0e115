import Testing

@testable import LapwingPromQL

@Suite struct `The order in which a person counts` {
    @Test func `takes digits as numbers, and zeros before them only where all else is the same`() {
        let ordered = ["a", "a1", "a01", "a1a", "a01a", "a1b", "a01b", "a2", "a10", "a10a2", "a10a10", "ab", "b1"]
        for (place, text) in ordered.enumerated() {
            for (other, another) in ordered.enumerated() {
                #expect(NaturalOrder.precedes(text, another) == (place < other), "\(text) and \(another)")
            }
        }
        #expect(NaturalOrder.precedes("99999999999999999999998", "99999999999999999999999"))
    }
}
