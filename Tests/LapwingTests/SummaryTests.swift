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

    /// A million was 68,917, nought and minus five were 1.02e-06.
    @Test(arguments: [1e6, 1e12, 3e-9, -5, -1e9, 86_400_000])
    func `tells sizes from nanoseconds to exabytes, of either sign`(_ value: Double) {
        let summary = Summary(Labels(metric: "s"), quantiles: [0, 0.5, 1], start: start)
        for _ in 0..<100 { summary.observe(value, at: start) }
        for quantile in summary.read(at: start).values { #expect(abs(quantile / value - 1) < 0.025, "\(quantile)") }
    }

    @Test func `has what lies below nought, nought itself and what is beyond all sizes in their order`() {
        let summary = Summary(Labels(metric: "s"), quantiles: [0, 0.25, 0.5, 0.75, 1], start: start)
        for value in [1e300, 7, 0, -2, -.infinity] as [Double] { summary.observe(value, at: start) }
        let values = summary.read(at: start).values
        #expect(values[0] == -.infinity && values[2] == 0 && values[4] == .infinity)
        #expect(abs(values[1] / -2 - 1) < 0.025 && abs(values[3] / 7 - 1) < 0.025)
        // What is no number has no size.
        let empty = Summary(Labels(metric: "s"), quantiles: [0.5], start: start)
        empty.observe(.nan, at: start)
        #expect(empty.read(at: start).values[0].isNaN)
    }

    @Test func `is shown with its quantiles`() {
        let instruments = Instruments()
        instruments.summary("took_seconds", ["a": "b"], quantiles: [0.5], help: "Time.").observe(0)
        let page = String(decoding: instruments.page(), as: UTF8.self)
        #expect(page.hasPrefix("# HELP took_seconds Time.\n# TYPE took_seconds summary\ntook_seconds{a=\"b\",quantile=\"0.5\"} 0\n"))
        #expect(page.hasSuffix("\ntook_seconds_sum{a=\"b\"} 0\ntook_seconds_count{a=\"b\"} 1\n"))
    }
}
