import LapwingSeries
import LapwingText

/// An expectation over a span, on its way.
struct SpanCheck {
    let expectation: AlertExpectation
    private let frequency: AlertExpectation.Frequency
    private let range: ClosedRange<Duration>
    private var failures: (first: Diagnostic?, last: Diagnostic?)
    private var hasHeld = false

    init?(_ expectation: AlertExpectation) {
        guard let span = expectation.span else { return nil }
        self.expectation = expectation
        (frequency, range) = (span.frequency, span.range)
    }

    func covers(_ time: Duration) -> Bool { range.contains(time) }

    /// - Parameter failure: of the expectation at one time; nil where it held.
    mutating func take(_ failure: Diagnostic?) {
        if failure == nil { hasHeld = true }
        failures = (failures.first ?? failure, failure ?? failures.last)
    }

    /// - Parameter step: between two looks at the rules.
    func failure(step: Duration) -> Diagnostic? {
        if failures.first == nil, !hasHeld {
            let span = "[\(range.lowerBound.prometheusText), \(range.upperBound.prometheusText)]"
            return Diagnostic(
                "alertname: \(expectation.alertName): no evaluation falls into \(frequency.rawValue): \(span)", at: expectation.range,
                help: "rules are evaluated every \(step.prometheusText)")
        }
        return frequency == .within ? (hasHeld ? nil : failures.last) : failures.first
    }
}
