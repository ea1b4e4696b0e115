public import LapwingSeries

/// The series and samples of a remote-write request, version 1.0 or 2.0, as columns.
///
/// Labels are read when they are asked for: a receiver that has seen the bytes of a series' labels needs no more than
/// them.
public struct RemoteWriteRequest: Sendable {
    /// One series of the request; its samples are consecutive rows of the columns.
    public struct Series: Sendable {
        /// Where `bytes` has its labels, one `Label` field after another.
        var labels: Range<Int>
        public var floats: Range<Int>
        public var histograms: Range<Int>
    }

    /// A series or histogram that is not taken, while the rest of the request is.
    public struct Refusal: Sendable, Hashable {
        public var message: String
        /// Samples and histograms that are lost with it.
        public var samples: Int
    }

    /// What the labels are read from: the message, or for version 2.0 its symbols put together.
    public internal(set) var bytes: [UInt8]
    public internal(set) var series: [Series] = []
    /// Milliseconds since the epoch, one for each value.
    public internal(set) var times: [Int64] = []
    public internal(set) var values: [Double] = []
    /// When each value began to count, 0 where it is not known; empty when none is.
    public internal(set) var startTimes: [Int64] = []
    public internal(set) var histogramTimes: [Int64] = []
    public internal(set) var histograms: [NativeHistogram] = []
    /// As `startTimes`.
    public internal(set) var histogramStartTimes: [Int64] = []
    public internal(set) var refusals: [Refusal] = []
    public internal(set) var exemplars: [Exemplar] = []
    /// The series of each exemplar, by its place.
    public internal(set) var exemplarSeries: [Int] = []
    /// What is said of metrics, each at least once.
    public internal(set) var metadata: [MetricMetadata] = []

    /// Series of one request, and samples: what a body within its limit comes to that holds anything in them.
    public static let maximumSeries = 500_000
    public static let maximumSamples = 4_000_000

    init(readingFrom bytes: [UInt8]) { self.bytes = bytes }

    /// - Throws: when there are as many series as are taken.
    func requireRoom(_ reader: ProtobufReader) throws(ProtobufReader.Fault) {
        if series.count >= Self.maximumSeries { throw reader.fault("a request has at most \(Self.maximumSeries) series") }
    }

    /// A sample: its value, time and, in version 2.0, start time are fields 1, 2 and 3.
    @inline(__always)
    mutating func readSample(_ reader: inout ProtobufReader) throws(ProtobufReader.Fault) {
        let outer = try reader.enter()
        var value = 0.0
        var time: Int64 = 0
        var startTime: Int64 = 0
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .fixed64): value = try reader.double()
            case (2, .varint): time = Int64(bitPattern: try reader.varint())
            case (3, .varint): startTime = Int64(bitPattern: try reader.varint())
            default: try reader.skip(field.type)
            }
        }
        reader.leave(outer)
        if times.count >= Self.maximumSamples { throw reader.fault("a request has at most \(Self.maximumSamples) samples") }
        if startTime != 0 && startTimes.isEmpty { startTimes = Array(repeating: 0, count: times.count) }
        if startTime != 0 || !startTimes.isEmpty { startTimes.append(startTime) }
        times.append(time)
        values.append(value)
    }

    mutating func append(_ message: HistogramMessage) {
        if message.startTime != 0 && histogramStartTimes.isEmpty { histogramStartTimes = Array(repeating: 0, count: histograms.count) }
        if message.startTime != 0 || !histogramStartTimes.isEmpty { histogramStartTimes.append(message.startTime) }
        histogramTimes.append(message.time)
        histograms.append(message.histogram)
    }

    /// Adds an exemplar of the series that is next.
    mutating func append(_ exemplar: Exemplar) {
        var exemplar = exemplar
        exemplar.hasOwnTime = exemplar.time != 0
        exemplars.append(exemplar)
        exemplarSeries.append(series.count)
    }

    /// Forgets the exemplars of a series that is not taken.
    mutating func dropExemplars(from place: Int) {
        exemplars.removeSubrange(place...)
        exemplarSeries.removeSubrange(place...)
    }

    // MARK: Finding series

    /// The number of each series' labels among those that are known, which are given one when they are new; -1 where there
    /// are no labels or no room for them.
    ///
    /// Senders write the same series in the same order again and again, so that mostly one comparison of bytes finds a series.
    ///
    /// - Complexity: O(bytes of labels).
    public func numbers(known: inout SeriesTexts) -> [Int32] {
        var numbers: [Int32] = []
        numbers.reserveCapacity(series.count)
        var previous: Int32 = -1
        let span = bytes.span
        for one in series {
            let text = one.labels
            var number = known.successor(of: previous)
            if number < 0 || known.range(of: number).count != text.count || !known.stands(number, at: text.lowerBound, in: span) {
                number = text.isEmpty ? -1 : known.number(of: text, in: span)
                if number >= 0 { known.link(number, after: previous) }
            }
            numbers.append(number)
            if number >= 0 { previous = number }
        }
        return numbers
    }

    /// The labels of a series, sorted.
    ///
    /// - Throws: for a label given twice, an empty name, a series without a metric's name.
    public func labels(of series: Series) throws(MessageError) -> Labels {
        var labels: [Label] = []
        do throws(ProtobufReader.Fault) {
            var reader = ProtobufReader(bytes, series.labels)
            while try reader.field() != nil { labels.append(try reader.label()) }
        } catch {
            throw MessageError("a label is damaged at byte \(error.offset): \(error.message)")
        }
        let result = Labels(labels)
        var names: Set<[UInt8]> = []
        for label in labels {
            if label.name.isEmpty { throw MessageError("a label of \(result) has no name") }
            if !names.insert(Array(label.name.utf8)).inserted { throw MessageError("the label \(label.name) of \(result) is given twice") }
        }
        if result[LabelName.metric] == nil { throw MessageError("the series \(result) has no metric name") }
        return result
    }
}
