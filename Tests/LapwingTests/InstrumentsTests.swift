import Dispatch
import Lapwing
import LapwingPromQL
import LapwingSeries
import LapwingStorage
import Testing

@Suite struct `A program's own metrics` {
    @Test func `are shown as a page`() {
        let instruments = Instruments()
        instruments.counter("jobs_total", ["kind": "a"], help: "Jobs done.").increment(by: 3 as UInt64)
        instruments.counter("jobs_total", ["kind": "a"]).increment(by: 0.5)
        instruments.gauge("depth").set(-2)
        instruments.observe("up_since", help: "When.") { 5 }
        let durations = instruments.histogram("took_seconds", bounds: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 7] { durations.observe(value) }
        #expect(
            String(decoding: instruments.page(), as: UTF8.self) == """
                # TYPE depth gauge
                depth -2
                # HELP jobs_total Jobs done.
                # TYPE jobs_total counter
                jobs_total{kind="a"} 3.5
                # TYPE took_seconds histogram
                took_seconds_bucket{le="0.1"} 2
                took_seconds_bucket{le="1"} 3
                took_seconds_bucket{le="+Inf"} 4
                took_seconds_sum 7.65
                took_seconds_count 4
                # HELP up_since When.
                # TYPE up_since gauge
                up_since 5

                """)
    }

    @Test func `lose nothing when counted from many threads`() {
        let instruments = Instruments()
        let counter = instruments.counter("c_total")
        let gauge = instruments.gauge("g")
        let histogram = instruments.histogram("h", bounds: [1])
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for _ in 0..<10_000 {
                counter.increment()
                gauge.add(thread % 2 == 0 ? 1 : -1)
                histogram.observe(Double(thread % 3))
            }
        }
        #expect(counter.value == 80_000)
        #expect(gauge.value == 0)
        #expect(histogram.count == 80_000)
        #expect(histogram.sum == 70_000)
    }

    /// The example of the README.
    @Test func `are recorded into a store and asked with PromQL`() throws {
        let instruments = Instruments()
        let requests = instruments.counter("http_requests_total", ["path": "/"], help: "Requests answered.")
        requests.increment()

        let store = Store()
        try instruments.record(into: store, at: .now)
        let engine = QueryEngine()
        let query = try engine.prepare("sum(http_requests_total)")
        guard case .vector(let samples) = try engine.instant(query, at: .now, over: store.snapshot()).value else {
            Issue.record("a sum is a vector")
            return
        }
        #expect(samples.map(\.value) == [1])
    }
}
