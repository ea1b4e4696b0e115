import Dispatch
import LapwingPromQL
import LapwingSeries
import LapwingStorage
import Testing

@testable import Lapwing

@Suite struct `A program's own metrics` {
    @Test func `are shown as a page`() {
        let instruments = Instruments()
        instruments.counter("jobs_total", ["kind": "a"], help: "Jobs done.").increment(by: 3)
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

    /// `increment(by: 2)` was ambiguous, an `Int` was refused, and labels had to be written where they are given.
    @Test func `count whole numbers and fractions, with labels from wherever`() {
        let instruments = Instruments()
        let (number, labels) = (3, ["kind": "a"])
        let counter = instruments.counter("jobs_total", Labels(labels))
        counter.increment(by: 2)
        counter.increment(by: number)
        counter.increment(by: 0.5)
        #expect(counter.value == 5.5 && instruments.counter("jobs_total", ["kind": "a"]) === counter)
    }

    /// What waited could not be timed.
    @Test func `time what waits`() async throws {
        let histogram = Instruments().histogram("took_seconds", bounds: [0.005])
        let value = try await histogram.time { () async throws -> Int in
            try await Task.sleep(for: .milliseconds(10))
            return 5
        }
        #expect(value == 5 && histogram.count == 1 && histogram.sum >= 0.01 && histogram.cumulativeCounts == [0, 1])
        #expect(histogram.time { 6 } == 6)
    }

    /// What was made once was shown for ever, and what it held was kept.
    @Test func `are shown no more when they are removed`() {
        let instruments = Instruments()
        instruments.counter("a_total", ["x": "1"]).increment()
        instruments.counter("a_total", ["x": "2"]).increment()
        instruments.observe("b") { 5 }
        instruments.histogram("c", bounds: [1]).observe(2)
        instruments.remove("a_total", ["x": "1"])
        instruments.remove("b")
        instruments.removeAll("c")
        #expect(String(decoding: instruments.page(), as: UTF8.self) == "# TYPE a_total counter\na_total{x=\"2\"} 1\n")
        // The name is free again.
        #expect(instruments.counter("c_count").value == 0 && instruments.counter("a_total", ["x": "1"]).value == 0)
    }

    /// Each was taken, and made a page on which one thing was said twice, or nothing.
    @Test func `are refused where a page could not tell them apart`() {
        var families = InstrumentFamilies()
        func fault(_ name: String, _ labels: Labels = [:], _ kind: MetricMetadata.Kind = .counter) -> String? {
            families.fault(of: Counter.self, labels, MetricMetadata(name: name, kind: kind))
        }
        families.set(Histogram(Labels(metric: "h"), bounds: []), [:], MetricMetadata(name: "h", kind: .histogram))
        families.set(Counter(Labels(metric: "s_count")), [:], MetricMetadata(name: "s_count", kind: .counter))
        #expect(fault("") == "a metric needs a name" && fault("c", ["": "x"]) == "c cannot have a label \"\"")
        #expect(fault("c", ["__name__": "x"]) == "c cannot have a label \"__name__\"")
        #expect(fault("h_count") == "h_count has samples that are called h_count, as h has")
        #expect(fault("s", [:], .summary) == "s has samples that are called s_count, as s_count has")
        #expect(fault("h") == "h is a histogram, and not a counter")
        #expect(fault("i", ["le": "1"], .histogram) == "i cannot have a label le: that is set by what it counts")
        #expect(fault("i", ["quantile": "1"], .summary)?.contains("quantile") == true && fault("i", ["le": "1"]) == nil)
        // Prometheus 3 takes any name; a page has it in quotes.
        #expect(fault("bad name", ["bad-label": "x"]) == nil)
    }

    /// It counted in the first bucket, as what is below every bound.
    @Test func `count what is no number as above all bounds`() {
        let histogram = Instruments().histogram("h", bounds: [1, 2])
        for value in [.nan, 1, 2, .infinity, -.infinity] as [Double] { histogram.observe(value) }
        #expect(histogram.cumulativeCounts == [2, 3, 5])
    }

    /// Nobody learned of them.
    @Test func `tell which samples a store refused`() throws {
        let (instruments, store) = (Instruments(), Store())
        let gauge = instruments.gauge("g", ["x": "1"])
        let time = Timestamp.now
        #expect(try instruments.record(into: store, at: time).isEmpty)
        gauge.set(5)
        let refused = try instruments.record(into: store, at: time, adding: ["job": "a"])
        #expect(refused.isEmpty)
        gauge.set(6)
        let again = try instruments.record(into: store, at: time, adding: ["job": "a"])
        #expect(again.map(\.labels) == [Labels(metric: "g", ["job": "a", "x": "1"])] && again.map(\.reason) == [.duplicateTimestamp])
    }
}
