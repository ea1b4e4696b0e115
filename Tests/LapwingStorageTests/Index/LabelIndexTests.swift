import LapwingSeries
import Testing

@testable import LapwingStorage

@Suite struct LabelIndexTests {
    @Test func `matchers choose what asking every series chooses`() throws {
        var index = LabelIndex()
        var all: [(ordinal: UInt32, labels: Labels)] = []
        for ordinal in 0..<300 {
            var pairs = [Label(name: "__name__", value: "m\(ordinal % 3)"), Label(name: "id", value: "\(ordinal)")]
            if ordinal % 2 == 0 { pairs.append(Label(name: "even", value: "yes")) }
            all.append((UInt32(ordinal), Labels(pairs)))
        }
        let page = SeriesPage(number: 0)
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
                // Of series that were made later, only those are found.
                for first in [1, 64, 131, 299, 300, 400] as [UInt32] {
                    #expect(index.ordinals(matching: matchers, from: first) == expected.filter { $0 >= first }, "\(matchers) from \(first)")
                }
            }
        }
    }

    @Test func `a value whose series have gone is forgotten, and found again when it comes back`() {
        var index = LabelIndex()
        let page = SeriesPage(number: 0)
        for ordinal in 0..<200 as Range<UInt32> {
            index.insert(SeriesPlace(page: page, ordinal: ordinal), Labels(metric: "m", ["id": "\(ordinal % 100)"]))
        }
        index.remove((0..<200).filter { $0 % 100 != 7 })
        #expect(index.values(of: "id").count == 1)
        #expect(index.ordinals(matching: [.equal("id", "7")]) == [7, 107])
        #expect(index.ordinals(matching: [.equal("id", "8")]) == [])
        index.insert(SeriesPlace(page: page, ordinal: 200), Labels(metric: "m", ["id": "8"]))
        #expect(index.ordinals(matching: [.equal("id", "8")]) == [200])
        index.remove([7, 107, 200])
        var names: [String] = []
        index.forEachName { name, _ in names.append(name.text) }
        #expect(names == [])
    }

    @Test func `a table of series gives back the rows of those that are long gone`() {
        var table = SeriesTable()
        let last: UInt32 = 64 * 1000
        for ordinal in 0...last { table.insert(SeriesPlace(page: SeriesPage(number: 0), ordinal: ordinal), Labels(metric: "m\(ordinal)")) }
        for ordinal in (0..<last).reversed() where ordinal != 70 { table.remove(ordinal) }
        #expect(table.rowCount == 1001)
        table.remove(70)
        #expect(table.rowCount == 1)
        #expect(table.labels(last)?.metricName == "m\(last)")
        #expect(table.labels(70) == nil && table.place(0) == nil)
        table.remove(last)
        table.insert(SeriesPlace(page: SeriesPage(number: 0), ordinal: 64 * 5000 + 3), Labels(metric: "new"))
        #expect(table.rowCount == 1 && table.contains(64 * 5000 + 3) && !table.contains(64 * 5000 + 2))
    }
}
