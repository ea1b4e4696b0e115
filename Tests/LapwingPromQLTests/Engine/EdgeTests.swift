import LapwingSeries
import Testing

@testable import LapwingPromQL

/// What generated queries over generated data come to once in a thousand.
@Suite struct `At the edge of what there is` {
    private func vector(_ text: String, at seconds: Int64, _ source: TableSource) throws -> [Labels: Double] {
        let result = try QueryEngine().instant(PreparedQuery(text), at: Timestamp(milliseconds: seconds * 1000), over: source)
        guard case .vector(let samples) = result.value else { return [:] }
        return Dictionary(uniqueKeysWithValues: samples.map { ($0.labels, $0.value) })
    }

    @Test(arguments: ["deriv(x[1m])", "predict_linear(x[1m], 60)", "rate(x[1m])", "irate(x[1m])", "idelta(x[1m])"])
    func `one sample has no slope, wherever it stands in its series`(query: String) throws {
        let source = TableSource(series: [Labels(metric: "x"): [(0, 1), (30_000, 2), (300_000, 3), (600_000, 4), (630_000, 5)]])
        let result = try QueryEngine().range(
            PreparedQuery(query), from: Timestamp(milliseconds: 0), through: Timestamp(milliseconds: 630_000), step: .seconds(30), over: source)
        var times: [Int64] = []
        if case .matrix(let series) = result.value { for one in series { times += one.times } }
        #expect(times == [30_000, 630_000])
    }

    @Test(arguments: ["rate(x[1m] anchored)", "rate(x[1m] smoothed)", "changes(x[1m] anchored)"])
    func `a series that has ended takes none of those behind it along`(query: String) throws {
        let (ended, alive) = (Labels(metric: "x", ["i": "a"]), Labels(metric: "x", ["i": "b"]))
        let source = TableSource(series: [
            ended: [(590_000, StaleMarker.value)], alive: (30...60).map { (Int64($0) * 10_000, Double($0)) },
        ])
        #expect(try vector(query, at: 600, source).keys.map { $0["i"] } == ["b"])
    }

    @Test(arguments: [("-2 ^ 2", -4), ("+2 ^ 2", 4), ("-2 * 3", -6), ("-2 + 3", 1), ("-(2 + 3)", -5), ("2 * -3", -6)])
    func `a sign before a duration binds as tightly as times`(offset: String, seconds: Int64) throws {
        let source = TableSource(series: [Labels(metric: "x"): (0...40).map { (Int64($0) * 1000, Double($0)) }])
        #expect(try vector("x offset (\(offset))", at: 20, source).values.map(\.self) == [Double(20 - seconds)])
    }
}
