import LapwingSeries
import LapwingText
import Testing

@testable import LapwingPromQL

/// Many rows of many steps are folded in parts, which begin and end anywhere in a group: within the first or last of several,
/// or all in one.
@Suite struct `An aggregation in parts` {
    private static let steps = 1500
    private static let rows = 140

    /// Rows of whole numbers with gaps: a present cell is a sample, an absent one a stale marker.
    private struct Rows {
        var cells: [[Double?]]
        var groups: [Int]

        /// - Parameter largest: of a hundred rows so many are in group 0, the others anywhere.
        init(_ random: inout QueryGenerator, groupCount: Int, largest: Int) {
            cells = (0..<rows).map { _ in (0..<steps).map { _ in random.next(4) == 0 ? nil : Double(random.next(1000) - 500) } }
            groups = (0..<rows).map { _ in random.next(100) < largest ? 0 : random.next(groupCount) }
        }

        var source: TableSource {
            var source = TableSource()
            for (row, cells) in cells.enumerated() {
                source.series[Labels(metric: "x", ["group": "\(groups[row])", "row": "\(row)"])] = cells.enumerated().map { step, value in
                    (Int64(step) * 1000, value ?? StaleMarker.value)
                }
            }
            return source
        }

        func expected(_ group: Int, _ step: Int, _ operation: String) -> Double? {
            let values = cells.indices.filter { groups[$0] == group }.compactMap { cells[$0][step] }
            if values.isEmpty { return nil }
            return switch operation {
            case "sum": values.reduce(0, +)
            case "max": values.max()
            default: Double(values.count)
            }
        }
    }

    @Test(arguments: [(groupCount: 1, largest: 0), (5, 0), (6, 80), (60, 50)])
    func `comes to what its rows do one after another`(groupCount: Int, largest: Int) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = QueryGenerator(seed: seed)
        let rows = Rows(&random, groupCount: groupCount, largest: largest)
        let source = rows.source
        #expect(Self.rows * Self.steps * 8 >= Parts.maximum * Parts.worthwhile, "so much is cut, at 8 ns a window by estimate")
        for operation in ["sum", "max", "count"] {
            let result = try QueryEngine().range(
                PreparedQuery("\(operation) by (group) (last_over_time(x[1s]))"), from: Timestamp(milliseconds: 0),
                through: Timestamp(milliseconds: Int64(Self.steps - 1) * 1000), step: .seconds(1), over: source)
            guard case .matrix(let series) = result.value else {
                Issue.record("no matrix")
                continue
            }
            #expect(series.count == Set(rows.groups).count)
            for one in series {
                let group = try #require(one.labels["group"].flatMap { Int($0) })
                let wanted = (0..<Self.steps).map { rows.expected(group, $0, operation) }
                let found = Dictionary(uniqueKeysWithValues: zip(one.times, one.values))
                let wrong = wanted.indices.first { step in
                    let (value, wanted) = (found[Int64(step) * 1000], wanted[step])
                    guard let value, let wanted else { return (value == nil) != (wanted == nil) }
                    return abs(value - wanted) > 1e-9
                }
                #expect(wrong == nil, "seed \(seed): \(operation) of group \(group) of \(groupCount)")
            }
        }
    }
}
