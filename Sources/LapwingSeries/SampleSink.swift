/// Something that samples can be appended to.
///
/// A caller that writes the same series again and again asks for its reference once and then sends batches of
/// references, so that neither labels nor their hashes are touched per sample.
public protocol SampleSink: Sendable {
    /// The references of series, made where they are new; one for each of `labels`.
    ///
    /// - Complexity: O(bytes of labels).
    /// - Throws: `AppendError` when a new series cannot be made (a limit, a full disk).
    func references(for labels: [Labels]) throws(AppendError) -> [SeriesReference]

    /// Appends a batch; what can be stored is stored, and a query sees all of it or nothing of it.
    ///
    /// - Returns: the samples that were refused, in the batch's order.
    /// - Throws: `AppendError` when nothing could be stored.
    @discardableResult
    func append(_ batch: SampleBatch) throws(AppendError) -> [RefusedSample]
}

/// A series of one sink, good until the sink forgets the series for having had no samples for long.
public struct SeriesReference: Sendable, Hashable {
    public let rawValue: UInt64

    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// Samples of many series, as columns.
public struct SampleBatch: Sendable {
    public var series: [SeriesReference] = []
    /// Milliseconds since the epoch.
    public var times: [Int64] = []
    public var values: [Double] = []
    /// As in `SampleColumns`: empty, or one for each value.
    public var startTimes: [Int64] = []

    public var histogramSeries: [SeriesReference] = []
    public var histogramTimes: [Int64] = []
    public var histograms: [NativeHistogram] = []
    public var histogramStartTimes: [Int64] = []

    public init() {}

    public var count: Int { series.count + histogramSeries.count }

    /// Makes room for so many floats.
    public mutating func reserveCapacity(_ count: Int) {
        series.reserveCapacity(count)
        times.reserveCapacity(count)
        values.reserveCapacity(count)
    }

    public mutating func append(_ reference: SeriesReference, time: Int64, value: Double) {
        series.append(reference)
        times.append(time)
        values.append(value)
    }

    public mutating func append(_ reference: SeriesReference, time: Int64, histogram: NativeHistogram) {
        histogramSeries.append(reference)
        histogramTimes.append(time)
        histograms.append(histogram)
    }

    /// As above, with the time since which the value counts; 0 unknown.
    public mutating func append(_ reference: SeriesReference, time: Int64, value: Double, startTime: Int64) {
        SampleColumns.appendStart(startTime, to: &startTimes, after: times.count)
        append(reference, time: time, value: value)
    }

    public mutating func append(_ reference: SeriesReference, time: Int64, histogram: NativeHistogram, startTime: Int64) {
        SampleColumns.appendStart(startTime, to: &histogramStartTimes, after: histogramTimes.count)
        append(reference, time: time, histogram: histogram)
    }
}

/// A sample of a batch that was not stored.
public struct RefusedSample: Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// Older than the newest sample of its series, and outside the out-of-order window.
        case outOfOrder
        /// A second sample at the same time with another value.
        case duplicateTimestamp
        /// Older than anything that the sink still takes.
        case tooOld
        /// More than the allowed time ahead of the clock.
        case tooFarInFuture
        /// The reference names no series: ask for it again.
        case unknownSeries
    }

    /// Counted over the batch's floats and then its histograms.
    public var index: Int
    public var reason: Reason

    public init(index: Int, reason: Reason) {
        self.index = index
        self.reason = reason
    }
}

/// Why a sink took nothing.
public struct AppendError: Error, Sendable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        case seriesLimit, labelLimit, storageFull, closed, storage
    }

    public var kind: Kind
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}
