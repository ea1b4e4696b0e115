import Testing

@testable import Benchmarks

@Suite struct `A remote write request` {
    @Test func `has every sample of the data, in the order of time`() {
        var dataset = PeerDataset(
            DatasetSize(counters: 2, histograms: 1, gauges: 1, scrapes: 30, longSeries: 1, longScrapes: 300, hasOddSeries: false),
            now: 1_700_000_000_000)
        #expect(dataset.end % 60_000 == 5000)
        #expect(dataset.series.count == 16)
        var counts: [Int] = []
        dataset.forEachRequest { _, samples in counts.append(samples) }
        #expect(counts == [240, 30, 16 * 20, 16 * 10])
    }
}

@Suite struct `An answer of a peer` {
    private static func answer(_ value: String) -> PeerAnswer {
        PeerAnswer(Array(#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[5,"\#(value)"]}]}}"#.utf8))
    }

    @Test func `differs by more than the tolerance, or by its series`() {
        let names = ("one", "two")
        #expect(Self.answer("1").difference(from: Self.answer("1.0000000001"), names: names, tolerance: 1e-9) == nil)
        #expect(Self.answer("1").difference(from: Self.answer("1.00001"), names: names, tolerance: 1e-9) != nil)
        #expect(Self.answer("NaN").difference(from: Self.answer("NaN"), names: names, tolerance: 1e-9) == nil)
        #expect(Self.answer("NaN").difference(from: Self.answer("1"), names: names, tolerance: 1e-9) != nil)
        let empty = PeerAnswer(Array(#"{"status":"success","data":{"resultType":"vector","result":[]}}"#.utf8))
        #expect(Self.answer("1").difference(from: empty, names: names, tolerance: 1e-9) == #"only one has {a="b"}"#)
        #expect(PeerAnswer(Array("no".utf8)).error != nil)
    }
}
