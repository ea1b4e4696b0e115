import SeededRandom
import Testing

@testable import LapwingStorage

@Suite struct OrdinalSetTests {
    /// Ordinals as an index sees them: whole pages, every twelfth, and few far apart.
    private func ordinals(_ generator: inout SeededGenerator) -> Set<UInt32> {
        var ordinals: Set<UInt32> = []
        for _ in 0..<Int.random(in: 0..<4, using: &generator) {
            let first = UInt32.random(in: 0..<5000, using: &generator)
            let step = [1, 1, 2, 12, 64, 300].randomElement(using: &generator) ?? 1
            let count = Int.random(in: 1..<400, using: &generator)
            for index in 0..<count { ordinals.insert(first + UInt32(index * step)) }
        }
        if Bool.random(using: &generator) { ordinals.insert(UInt32.random(in: 0 ... .max, using: &generator)) }
        return ordinals
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `operations agree with sets`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        for _ in 0..<60 {
            let (a, b) = (ordinals(&generator), ordinals(&generator))
            let (first, second) = (OrdinalSet(a.sorted()), OrdinalSet(b.sorted()))
            #expect(Array(first) == a.sorted() && first.count == a.count && first.isEmpty == a.isEmpty, "seed \(seed)")
            #expect(Array(first.intersection(second)) == a.intersection(b).sorted(), "seed \(seed)")
            #expect(Array(first.subtracting(second)) == a.subtracting(b).sorted(), "seed \(seed)")
            #expect(Array(first.union(second)) == a.union(b).sorted(), "seed \(seed)")
            #expect(Array(first.filter { $0 % 3 == 0 }) == a.filter { $0 % 3 == 0 }.sorted(), "seed \(seed)")
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `postings keep every ordinal, appended one by one or made of a set`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        var lists: [Postings] = []
        var all: Set<UInt32> = []
        for _ in 0..<40 {
            let set = ordinals(&generator)
            var postings = Postings()
            for ordinal in set.sorted() { postings.append(ordinal) }
            #expect(Array(OrdinalSet(postings)) == set.sorted() && Int(postings.count) == set.count, "seed \(seed)")
            #expect(OrdinalSet(Postings(OrdinalSet(postings))) == OrdinalSet(postings), "seed \(seed)")
            lists.append(postings)
            all.formUnion(set)
        }
        #expect(Array(OrdinalSet(anyOf: lists)) == all.sorted(), "seed \(seed)")
    }

    @Test(arguments: [(1, 0.02), (12, 1.4), (64, 3.0), (1000, 3.0)])
    func `a list of a hundred thousand takes few bytes a series`(step: Int, bytes: Double) {
        var postings = Postings()
        for index in 0..<100_000 { postings.append(UInt32(index * step)) }
        #expect(Double(postings.byteCount) <= bytes * 100_000)
    }
}
