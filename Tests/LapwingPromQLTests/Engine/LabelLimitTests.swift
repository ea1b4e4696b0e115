import LapwingSeries
import Testing

@testable import LapwingPromQL

/// Labels are not samples, so `--query-max-samples` does not see them: fifty calls of `label_replace`, each of which doubled a
/// label, once took 4 GiB and did not notice that nobody waited any more.
@Suite struct `Labels that a query makes` {
    private let source = TableSource(series: [Labels(metric: "x", ["l": String(repeating: "a", count: 1000)]): [(time: 0, value: 1)]])

    private func labels(_ text: String, _ context: QueryContext = QueryContext()) throws -> [Labels] {
        let result = try QueryEngine().instant(PreparedQuery(text), at: Timestamp(milliseconds: 0), over: source, context: context)
        guard case .vector(let samples) = result.value else { return [] }
        return samples.map(\.labels)
    }

    /// Each call makes the label eleven times as long.
    private static func grown(_ count: Int) -> String {
        let replacement = String(repeating: "$1", count: 11)
        return String(repeating: "label_replace(", count: count) + "x"
            + String(repeating: ", \"l\", \"\(replacement)\", \"l\", \"(.*)\")", count: count)
    }

    @Test func `may be long`() throws {
        #expect(try labels(Self.grown(2)).first?["l"]?.utf8.count == 121_000)
        #expect(try labels("label_join(x, \"m\", \"-\", \"l\", \"l\")").first?["m"]?.utf8.count == 2001)
    }

    @Test(arguments: [
        grown(3), grown(50),
        "label_replace(x, \"l\", \"" + String(repeating: "$1", count: 100_000) + "\", \"l\", \"(.*)\")",
        "label_join(x, \"l\", \"" + String(repeating: "-", count: 500_000) + "\"" + String(repeating: ", \"l\"", count: 1000) + ")",
    ])
    func `end the query when they would be too many bytes`(query: String) {
        #expect(throws: QueryError.tooManyLabelBytes) { try labels(query) }
    }

    @Test func `are made no longer when nobody waits`() {
        #expect(throws: QueryError.cancelled) { try labels(Self.grown(1), QueryContext(isCancelled: { true })) }
        #expect(throws: QueryError.timeout) { try labels(Self.grown(1), QueryContext(deadline: .now - .seconds(1))) }
    }
}
