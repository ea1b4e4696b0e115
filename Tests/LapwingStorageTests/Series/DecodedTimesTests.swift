import LapwingSeries
import Testing

@testable import LapwingStorage

/// Times that the series of a scrape share, when series of several targets are read by turns.
@Suite struct DecodedTimesTests {
    /// Series of several targets, each scraped at times of its own, in the order of their labels: the targets take turns.
    private func store(targets: Int, samples: Int) throws -> Store {
        let store = Store()
        let labels = (0..<3).flatMap { metric in (0..<targets).map { Labels(metric: "m\(metric)", ["instance": "\($0 + 1000)"]) } }
        let references = try store.references(for: labels)
        for sample in 0..<samples {
            var batch = SampleBatch()
            for (series, reference) in references.enumerated() {
                let target = series % targets
                batch.append(reference, time: Int64(sample) * 15_000 + Int64((sample * target) % 11), value: Double(sample * series))
            }
            #expect(try store.append(batch).isEmpty)
        }
        return store
    }

    @Test func `a target's times are decoded once, though other targets stand between its series`() throws {
        let store = try store(targets: 3, samples: 300)
        let set = try store.snapshot().select([], over: .all)
        var columns = SampleColumns()
        var origins: [ObjectIdentifier] = []
        for series in 0..<set.count {
            try set.read(series, over: .all, into: &columns)
            let origin = try #require(columns.timesOrigin)
            origins.append(ObjectIdentifier(origin))
            #expect(columns.times == (0..<300).map { Int64($0) * 15_000 + Int64(($0 * (series % 3)) % 11) })
            #expect(columns.values == (0..<300).map { Double($0 * series) })
        }
        #expect(Set(origins).count == 3)
        #expect(Array(origins[3...]) == Array(origins[..<6]))
    }

    @Test func `times of another range are not taken for those that were asked for`() throws {
        let store = try store(targets: 2, samples: 300)
        let set = try store.snapshot().select([], over: .all)
        var columns = SampleColumns()
        for end: Int64 in [1_000_000, 2_000_000, 1_000_000, 4_000_000] {
            for series in 0..<set.count {
                let range = TimeRange(start: Timestamp(milliseconds: 0), end: Timestamp(milliseconds: end))
                try set.read(series, over: range, into: &columns)
                let times = (0..<300).map { Int64($0) * 15_000 + Int64(($0 * (series % 2)) % 11) }.filter { $0 <= end }
                #expect(columns.times == times)
            }
        }
    }

    @Test func `what finds no room is decoded again`() throws {
        let decoded = DecodedTimes(maximum: 700)
        var chunks: [SealedChunk] = []
        for target in 0..<3 {
            var columns = SampleColumns()
            for sample in 0..<300 { columns.append(time: Int64(sample * (target + 1)), value: 0, startTime: 0) }
            var encoder = ChunkEncoder()
            chunks.append(SealedChunk(columns, &encoder))
        }
        func isShared(_ chunk: SealedChunk) throws -> Bool {
            let runs = OpenRuns(older: OpenRun(), newer: OpenRun())
            let first = try decoded.times(runs, [chunk], .min ... .max, at: 0)
            return try decoded.times(runs, [chunk], .min ... .max, at: 0) === first
        }
        #expect(try chunks.map(isShared) == [true, true, false])
    }
}
