import LapwingSeries
import Testing

@testable import LapwingStorage

@Suite struct IndexTests {
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `operations on sorted lists agree with sets`(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        for _ in 0..<60 {
            let sizes = [0, 1, 5, 40, 1000]
            let lists = (0..<2).map { _ -> [UInt32] in
                let size = sizes[Int.random(in: 0..<5, using: &generator)]
                let bound: UInt32 = Bool.random(using: &generator) ? 1200 : 100_000
                return Set((0..<size).map { _ in UInt32.random(in: 0...bound, using: &generator) }).sorted()
            }
            let (a, b) = (Set(lists[0]), Set(lists[1]))
            #expect(Ordinals.intersection(lists[0], lists[1]) == a.intersection(b).sorted(), "seed \(seed)")
            #expect(Ordinals.difference(lists[0], lists[1]) == a.subtracting(b).sorted(), "seed \(seed)")
            let disjoint = b.subtracting(a).sorted()
            #expect(Ordinals.union(ofDisjoint: [lists[0], disjoint]) == a.union(b).sorted(), "seed \(seed)")
        }
    }

    @Test func `matchers choose what asking every series chooses`() throws {
        var index = LabelIndex()
        var all: [(ordinal: UInt32, labels: Labels)] = []
        for ordinal in 0..<300 {
            var pairs = [Label(name: "__name__", value: "m\(ordinal % 3)"), Label(name: "id", value: "\(ordinal)")]
            if ordinal % 2 == 0 { pairs.append(Label(name: "even", value: "yes")) }
            all.append((UInt32(ordinal), Labels(pairs)))
        }
        let page = SeriesPage()
        for series in all { index.insert(SeriesPlace(page: page, ordinal: series.ordinal), series.labels) }
        index.remove(all.map(\.ordinal).filter { $0 % 7 == 0 })
        all.removeAll { $0.ordinal % 7 == 0 }
        let single: [Matcher] = [
            .equal("__name__", "m1"), .notEqual("__name__", "m1"), .equal("even", ""), .notEqual("even", ""),
            .equal("even", "yes"), .notEqual("even", "no"), .equal("id", "17"), .notEqual("id", "17"), .equal("no", ""),
            .equal("no", "x"), .notEqual("no", "x"),
            try Matcher("__name__", .matches, "m[12]"), try Matcher("even", .matches, "yes|"),
            try Matcher("id", .matchesNot, "1.*"), try Matcher("id", .matches, "2.|17"), try Matcher("even", .matches, ".*"),
            try Matcher("even", .matches, ".+"), try Matcher("even", .matchesNot, ""),
            try Matcher("id", .matches, "3|5|5|400"), try Matcher("id", .matchesNot, "3|5"),
        ]
        for a in single {
            for b in single {
                let matchers = [a, b]
                let expected = all.filter { series in matchers.allSatisfy { $0.matches(series.labels) } }.map(\.ordinal)
                #expect(index.ordinals(matching: matchers) == expected, "\(matchers)")
            }
        }
    }
}
