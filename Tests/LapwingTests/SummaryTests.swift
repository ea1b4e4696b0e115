import LapwingSeries
import Testing

@testable import Lapwing

@Suite struct `A summary` {
    private let start = ContinuousClock.now

    @Test func `tells quantiles to a fortieth`() {
        let summary = Summary(Labels(metric: "s"), quantiles: [0, 0.5, 0.9, 1], start: start)
        #expect(summary.read(at: start).values.allSatisfy { $0.isNaN })
        for number in 1...1000 { summary.observe(Double(number) / 1000, at: start) }
        let (values, sum, count) = summary.read(at: start)
        for (value, expected) in zip(values, [0.001, 0.5, 0.9, 1]) { #expect(abs(value / expected - 1) < 0.025, "\(value) for \(expected)") }
        #expect(count == 1000 && abs(sum - 500.5) < 1e-6)
    }

    @Test func `forgets after ten minutes, but for the sum and the count`() {
        let summary = Summary(Labels(metric: "s"), quantiles: [0.5], start: start)
        summary.observe(1, at: start + .seconds(119))
        for _ in 0..<2 { summary.observe(8, at: start + .seconds(360)) }
        #expect(abs(summary.read(at: start + .seconds(599)).values[0] / 8 - 1) < 0.025)
        summary.observe(1, at: start + .seconds(599))
        summary.observe(1, at: start + .seconds(599))
        #expect(abs(summary.read(at: start + .seconds(599)).values[0] - 1) < 0.025)
        #expect(abs(summary.read(at: start + .seconds(601)).values[0] - 1) < 0.025)
        // What is seen six turns later takes the place of the first.
        summary.observe(8, at: start + .seconds(720))
        #expect(summary.read(at: start + .seconds(1200)).values[0] > 7)
        let end = summary.read(at: start + .seconds(3600))
        #expect(end.values[0].isNaN && end.count == 6 && end.sum == 27)
    }

    @Test func `takes any value`() {
        let summary = Summary(Labels(metric: "s"), quantiles: [0, 1], start: start)
        for value in [0, -1, .nan, .infinity, 1e300, .leastNonzeroMagnitude] { summary.observe(value, at: start) }
        #expect(summary.read(at: start).count == 6)
    }

    @Test func `is shown with its quantiles`() {
        let instruments = Instruments()
        instruments.summary("took_seconds", ["a": "b"], quantiles: [0.5], help: "Time.").observe(0)
        let page = String(decoding: instruments.page(), as: UTF8.self)
        #expect(page.hasPrefix("# HELP took_seconds Time.\n# TYPE took_seconds summary\ntook_seconds{a=\"b\",quantile=\"0.5\"} 1.0"))
        #expect(page.hasSuffix("\ntook_seconds_sum{a=\"b\"} 0\ntook_seconds_count{a=\"b\"} 1\n"))
    }
}
