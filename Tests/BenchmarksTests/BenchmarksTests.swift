import Testing

@testable import Benchmarks

@Suite struct `The benchmarks` {
    @Test func `run small, have every row, and compute the same twice`() {
        let (rows, _, hash) = Benchmarks.rows(isSmall: true)
        let again = Benchmarks.rows(isSmall: true)
        #expect(hash == again.hash)
        #expect(rows.map(\.name) == again.rows.map(\.name))
        let names = [
            "instant count", "instant rate", "instant quantile", "range rate, 6 h by 60 s", "range quantile, 6 h by 60 s", "storage append",
            "answer matrix, streamed",
        ]
        for name in names {
            #expect(rows.contains { $0.name == name && $0.value > 0 }, "\(name)")
        }
        #expect(rows.contains { $0.unit == "MB/s" })
        #expect(rows.contains { $0.unit == "B/sample" })
        #expect(rows.contains { $0.unit.hasPrefix("ns/") })
    }
}
