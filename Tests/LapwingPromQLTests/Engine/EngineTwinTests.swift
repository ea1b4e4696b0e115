import Foundation
import LapwingSeries
import Testing

@testable import LapwingPromQL

@Suite struct `The engine and its naive twin` {
    /// A few hundred queries; `LAPWING_LONG_TESTS=1` runs thirty thousand.
    @Test func `agree on generated queries over generated data`() throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["LAPWING_LONG_TESTS"] == nil ? 400 : 30_000
        let seed = environment["LAPWING_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: .min ... .max)
        var generator = QueryGenerator(seed: seed)
        let engine = QueryEngine()
        var source = generator.data()
        var compared = 0
        for round in 0..<count {
            if round % 50 == 49 { source = generator.data() }
            let text = generator.vector(generator.next(4))
            let query = try engine.prepare(text)
            let start = Int64(600_000 + generator.next(1_000_000))
            let step = Int64([7_000, 15_000, 60_000][generator.next(3)])
            let times = (0..<5).map { start + Int64($0) * step }
            if try isSame(engine, query, times, step, source, "seed \(seed): \(text)") { compared += 1 }
        }
        #expect(compared > count / 2)
    }

    /// Whether the query could be compared.
    private func isSame(
        _ engine: QueryEngine, _ query: PreparedQuery, _ times: [Int64], _ step: Int64, _ source: TableSource, _ what: String
    ) throws -> Bool {
        let names = NaiveEvaluator.OrNames()
        let expected = times.map { time in
            Result { try NaiveEvaluator(source: source, start: times[0], end: times[4], names: names).answer(query.expression, at: time) }
        }
        let failures = expected.compactMap { if case .failure(let error) = $0 { error } else { nil } }
        if failures.contains(where: { !($0 is NaiveEvaluator.Ambiguous) }) { return false }
        let range = Result {
            try engine.range(
                query, from: Timestamp(milliseconds: times[0]), through: Timestamp(milliseconds: times[4]), step: .milliseconds(step),
                over: source)
        }
        if !failures.isEmpty {
            // Which step fails first is not the same; that it fails is.
            if case .success = range { Issue.record("\(what) should have failed") }
            return true
        }
        guard case .success(let result) = range, case .matrix(let series) = result.value else {
            Issue.record("\(what): \(range)")
            return true
        }
        for (time, wanted) in zip(times, expected) {
            let wanted = try wanted.get()
            var got: [Labels: Double] = [:]
            for one in series { if let place = one.times.firstIndex(of: time) { got[one.labels] = one.values[place] } }
            expectSame(got, wanted, "\(what) at \(time), in a range from \(times[0]) by \(step)")
            // An instant query is its own start and end.
            if query.text.contains("start()") || query.text.contains("end()") { continue }
            guard case .vector(let samples) = try engine.instant(query, at: Timestamp(milliseconds: time), over: source).value else { continue }
            expectSame(Dictionary(samples.map { ($0.labels, $0.value) }) { _, last in last }, wanted, "\(what) at \(time)")
        }
        return true
    }

    private func expectSame(_ got: [Labels: Double], _ wanted: [Labels: Double], _ what: String) {
        guard Set(got.keys) == Set(wanted.keys) else {
            Issue.record("\(what): \(got.keys.sorted()), not \(wanted.keys.sorted())")
            return
        }
        for (labels, value) in wanted {
            let other = got[labels] ?? .nan
            let isSame = value == other || (value.isNaN && other.isNaN) || (value - other).magnitude <= 1e-9 * max(1, value.magnitude)
            if !isSame { Issue.record("\(what): \(labels) is \(other), not \(value)") }
        }
    }
}
