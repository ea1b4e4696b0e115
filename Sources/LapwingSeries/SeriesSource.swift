/// Something that series can be read from: the store, pages on disk, a test's own table.
public protocol SeriesSource: Sendable {
    /// What there is now, unchanging: a query reads one snapshot and never sees half a batch.
    ///
    /// - Complexity: O(1); holding one keeps what it shows alive.
    func snapshot() -> any SeriesSnapshot
}

/// An unchanging view of a source.
public protocol SeriesSnapshot: Sendable {
    /// The series that satisfy every matcher and may have samples in `range`, in the order of their labels.
    ///
    /// - Throws: `ReadError` when stored data cannot be read.
    func select(_ matchers: [Matcher], over range: TimeRange) throws(ReadError) -> any SeriesSet

    /// The labels of the series that satisfy every matcher and have samples in `range`, as nearly as the source can tell
    /// without reading them, in ascending order.
    func labels(of matchers: [Matcher], over range: TimeRange) throws(ReadError) -> [Labels]

    /// The names of all labels of the series that satisfy every matcher of any one group, in order of their bytes;
    /// of all series when there is no group.
    func labelNames(matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String]

    /// The values of one label, likewise.
    func labelValues(of name: String, matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String]
}

extension SeriesSnapshot {
    public func labels(of matchers: [Matcher], over range: TimeRange) throws(ReadError) -> [Labels] { try select(matchers, over: range).labels }
}

/// Series that a selection found: known before any sample is read.
public protocol SeriesSet: Sendable {
    /// In ascending order; a series is named by its index here.
    var labels: [Labels] { get }

    /// What a sink knows the series by, where the source is one too and keeps it for good.
    func reference(_ series: Int) -> SeriesReference?

    /// Replaces `columns` by the samples of one series in `range`.
    ///
    /// - Complexity: O(samples decoded); chunks outside `range` are not touched.
    func read(_ series: Int, over range: TimeRange, into columns: inout SampleColumns) throws(ReadError)

    /// Replaces `table` by the samples in `range` of some series, in their order, or of those whose samples are at hand.
    func read(_ series: Range<Int>, over range: TimeRange, into table: inout SampleTable) throws(ReadError)

    /// Whether long windows are mostly known by their summaries here, without reading the samples.
    var hasSummaries: Bool { get }

    /// Replaces `summaries` by those of the samples of one series in each of some windows, in milliseconds, that ascend.
    ///
    /// - Parameter parts: what has to hold of them.
    /// - Returns: false where the source would have to read all samples for it, or they are more than floats.
    func summarize(
        _ series: Int, over windows: [ClosedRange<Int64>], _ parts: SummaryParts, into summaries: inout [SampleSummary]
    ) throws(ReadError) -> Bool

    /// Replaces `latest` by the newest sample in `range` of each of some series, in their order.
    func readLatest(_ series: Range<Int>, over range: TimeRange, into latest: inout LatestSamples) throws(ReadError)
}

extension SeriesSet {
    public var count: Int { labels.count }

    public func reference(_ series: Int) -> SeriesReference? { nil }

    public var hasSummaries: Bool { false }

    public func summarize(
        _ series: Int, over windows: [ClosedRange<Int64>], _ parts: SummaryParts, into summaries: inout [SampleSummary]
    ) throws(ReadError) -> Bool { false }

    /// Leaves every series to be read by itself; a source that keeps its newest samples at hand does better.
    public func read(_ series: Range<Int>, over range: TimeRange, into table: inout SampleTable) throws(ReadError) {
        table.removeAll()
        for _ in series { table.appendUnread() }
    }

    /// Reads whole ranges; a source that keeps its newest samples at hand does better.
    public func readLatest(_ series: Range<Int>, over range: TimeRange, into latest: inout LatestSamples) throws(ReadError) {
        latest.removeAll()
        var columns = SampleColumns()
        for index in series {
            try read(index, over: range, into: &columns)
            latest.append(newestOf: columns)
        }
    }
}

/// Why samples that are stored cannot be read.
public struct ReadError: Error, Sendable, CustomStringConvertible {
    public var message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
