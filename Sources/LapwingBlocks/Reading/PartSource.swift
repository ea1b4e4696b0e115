import LapwingSeries

/// A block, or a head: something that has series and samples of its own.
protocol PartSource: Sendable {
    /// The span of time outside which it has no samples; nil when it has none.
    var times: ClosedRange<Int64>? { get }

    /// The series that satisfy the matchers and may have samples in `range`, in the order of their labels.
    func select(_ matchers: [Matcher], over range: ClosedRange<Int64>) throws(ReadError) -> [(labels: Labels, series: UInt32)]

    /// Adds the parts of a series that may have samples in `range`.
    func appendParts(of series: UInt32, over range: ClosedRange<Int64>, as source: Int, to parts: inout [SeriesPart]) throws(ReadError)

    /// Adds the samples of a part that lie in `range`, deleted ones as well.
    func read(_ part: SeriesPart, over range: ClosedRange<Int64>, into columns: inout SampleColumns) throws(ReadError)

    /// The spans of time that are deleted of a series.
    func deleted(_ series: UInt32) throws(ReadError) -> [ClosedRange<Int64>]

    /// All label names, ascending.
    func labelNames() throws(ReadError) -> [String]

    /// All values of a label, ascending.
    func labelValues(of name: String) throws(ReadError) -> [String]
}
