public import LapwingNotify
public import LapwingPromQL
public import LapwingSeries
public import LapwingText

/// A file of rule unit tests, as promtool's `test rules` takes it.
public struct UnitTestFile: Sendable {
    public var source: SourceText
    /// As written: relative to the file, with patterns.
    public var ruleFiles: [(pattern: String, range: SourceRange)]
    public var evaluationInterval: Duration
    /// Groups that are evaluated first, in this order.
    public var groupOrder: [String]
    /// Whether numbers may differ in their last bit.
    public var comparesFuzzily: Bool
    public var tests: [UnitTest]
    /// Whether an alert that no rule has is simply none, as promtool has it.
    public var isLenient = false
    /// The lines of rules, by their file and where they begin in it.
    var rulePlaces: [String: Int] = [:]
}

extension UnitTestFile {
    /// A file that says nothing.
    init(emptyAt source: SourceText) {
        self.init(source: source, ruleFiles: [], evaluationInterval: .seconds(60), groupOrder: [], comparesFuzzily: false, tests: [])
    }
}

/// One test: series, rules over them, and what is expected when.
public struct UnitTest: Sendable {
    public typealias Series = (labels: Labels, values: [NotatedValue])

    /// Empty when it has none.
    public var name: String
    /// Between the values of a series.
    public var interval: Duration
    public var start: Timestamp
    public var series: [Series]
    public var externalLabels: Labels
    public var externalURL: String
    public var alertExpectations: [AlertExpectation]
    public var queryExpectations: [QueryExpectation]
    public var notificationExpectations: [NotificationExpectation] = []
    /// Who is notified, and how alerts are grouped for it.
    public var receiver = WebhookReceiver.direct(url: "http://localhost/")
    /// Whether groups are evaluated at their own intervals, as a server does, and not all at the file's.
    public var usesGroupIntervals = false
    /// Spans in which all series have no samples.
    public var gaps: [ClosedRange<Duration>] = []
    /// How late samples arrive.
    public var delay: Duration = .zero
    /// The span in which the evaluator is down; it comes back with what it knew.
    public var restart: Range<Duration>?
    public var range: SourceRange

    var lastTime: Duration {
        // No key path: the standard library projects one through an optional by an overlapping `memcpy`.
        let spans = alertExpectations.compactMap { $0.span?.range.upperBound }
        return (alertExpectations.map(\.time) + queryExpectations.map(\.time) + notificationExpectations.map(\.time) + spans).max() ?? .zero
    }
}

/// The value of an expression at one time.
public struct QueryExpectation: Sendable {
    public struct Sample: Sendable {
        public var labels: Labels
        public var value: Double
        public var histogram: NativeHistogram?
        /// Labels and value as they stand in the file.
        var written = (labels: "", value: "")
    }

    public var time: Duration
    public var query: PreparedQuery
    public var samples: [Sample]
    /// Of the expression.
    public var range: SourceRange
    /// Of the whole expectation.
    public var itemRange: SourceRange
}
