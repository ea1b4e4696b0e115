public import LapwingText

/// How one test went.
public struct TestOutcome: Sendable {
    /// What a person calls the test.
    public var name: String
    /// Empty when it passed: each is told with its place in `source`.
    public var failures: [Diagnostic]
    public var source: SourceText
    public var duration: Duration
    /// What expectations that failed would have to say.
    public var corrections: [ExpectationCorrection] = []

    public init(name: String, failures: [Diagnostic], source: SourceText, duration: Duration = .zero) {
        self.name = name
        self.failures = failures
        self.source = source
        self.duration = duration
    }

    public var hasPassed: Bool { failures.isEmpty }

    /// The failures as a person reads them.
    public var report: String { failures.map { $0.rendered(in: source) }.joined(separator: "\n") }
}
