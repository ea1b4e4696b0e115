import LapwingSeries
import Testing

@testable import LapwingPromQL

@Suite struct `Groupings that are kept` {
    private func rows(_ count: Int) -> [Labels] { (0..<count).map { Labels(metric: "m", ["a": "\($0 % 3)", "b": "\($0)"]) } }

    @Test func `are those that would be made anew`() {
        let cache = GroupingCache()
        for count in [0, 1, 7, 8, 7] {
            for names in [["a"], ["b"], []] as [LabelNames] {
                for isWithout in [false, true] {
                    let expected = Grouping(rows(count), names: names, isWithout: isWithout)
                    for _ in 0..<2 {
                        let grouping = cache.grouping(of: rows(count), by: names, isWithout: isWithout)
                        #expect(grouping.groupOfRow == expected.groupOfRow)
                        #expect(grouping.labels == expected.labels)
                    }
                }
            }
        }
    }

    @Test func `are told apart by every row`() {
        let cache = GroupingCache()
        var other = rows(9)
        _ = cache.grouping(of: other, by: ["a"], isWithout: false)
        other[8] = Labels(metric: "m", ["a": "new"])
        #expect(cache.grouping(of: other, by: ["a"], isWithout: false).labels.count == 4)
    }
}

@Suite struct `Groupings beyond the limit` {
    @Test func `are let go of`() {
        let cache = GroupingCache()
        for index in 0..<3 * GroupingCache.maximumGroupings {
            _ = cache.grouping(of: [Labels(metric: "m", ["a": "\(index)"])], by: ["a"], isWithout: false)
        }
        #expect(cache.count <= GroupingCache.maximumGroupings)
    }
}

@Suite struct `Rows of a grouping` {
    @Test func `are put in order group after group, those of each in their own`() {
        let rows = (0..<10).map { Labels(metric: "m", ["path": "/\($0 % 3)", "row": "\($0)"]) }
        let grouping = Grouping(rows, names: ["path"], isWithout: false)
        #expect(grouping.ordered() == [0, 3, 6, 9, 1, 4, 7, 2, 5, 8])
        #expect(Grouping([], names: ["path"], isWithout: false).ordered().isEmpty)
    }
}
