public import LapwingSeries
public import LapwingText

/// What one exposition page says, as columns: one row for each sample line, in the page's order.
///
/// Nothing in it is a string: a row names its series by its text's number in `SeriesTexts`, and labels are decoded
/// only for the texts that are new (`labels(ofLine:in:)`). Reused from page to page, so that a scrape allocates little.
public struct ExpositionPage: Sendable {
    /// The time of a line that states none.
    public static let noTime = Int64.min
    /// The largest page that is read, in bytes.
    public static let byteLimit = 1 << 30

    public private(set) var format = ExpositionFormat.prometheusText
    /// For each line its series text's number.
    public internal(set) var series: [Int32] = []
    /// For each line the byte at which its series text starts.
    public internal(set) var offsets: [Int32] = []
    public internal(set) var values: [Double] = []
    /// Milliseconds since the epoch, or `noTime`.
    public internal(set) var times: [Int64] = []
    /// HELP, TYPE and UNIT lines in the page's order.
    public internal(set) var metadata: [MetadataLine] = []
    /// In the order of their lines; only OpenMetrics has them.
    public internal(set) var exemplars: [ExemplarText] = []
    /// The histograms of lines that have one instead of a value, by line; only pages of protobuf have them.
    public private(set) var histograms: [Int: NativeHistogram] = [:]
    /// Since when the samples of lines count, in milliseconds; only pages of protobuf that we wrote say so.
    public private(set) var startTimes: [Int: Int64] = [:]
    /// Lines whose series text was not known before this page, ascending.
    public internal(set) var newLines: [Int] = []

    public init() {}

    /// Sample lines read; after an error, those before it.
    public var count: Int { series.count }

    /// A HELP, TYPE or UNIT line.
    public struct MetadataLine: Sendable, Hashable {
        public enum Content: Sendable, Hashable {
            case help(SourceRange)
            case type(MetricMetadata.Kind)
            case unit(SourceRange)
        }

        /// The metric family's name, without quotes.
        public var name: SourceRange
        public var content: Content
        /// The first sample line after this one.
        public var nextLine: Int
    }

    /// An example that stands behind a sample, such as a trace's identity.
    public struct ExemplarText: Sendable, Hashable {
        public var line: Int
        /// From the opening brace to the closing one.
        public var labels: SourceRange
        public var value: Double
        /// Milliseconds since the epoch, or `noTime`.
        public var time: Int64
    }

    /// Replaces what is held by what `bytes` say.
    ///
    /// - Parameter known: the texts of earlier pages of the same target and format; those of this page are added.
    /// - Throws: `ExpositionError` at the first broken line; the columns then hold the lines before it.
    /// - Complexity: O(bytes), one pass.
    public mutating func read(
        _ bytes: Span<UInt8>, as format: ExpositionFormat, known: inout SeriesTexts
    ) throws(ExpositionError) {
        removeAll()
        self.format = format
        guard bytes.count <= Self.byteLimit else {
            let message = "a page of \(bytes.count) bytes is longer than the \(Self.byteLimit) that are read"
            throw ExpositionError(message, at: SourceRange(at: 0), in: bytes, showsLine: false)
        }
        var reader = ExpositionReader(bytes, format)
        switch format {
        case .prometheusText: try reader.readText(into: &self, known: &known)
        case .openMetrics: try reader.readOpenMetrics(into: &self, known: &known)
        }
    }

    /// Adds what the page's text, which was read, could not say.
    public mutating func complete(from protobuf: ProtobufPage) {
        histograms = protobuf.histograms
        startTimes = protobuf.startTimes
        for (line, value) in protobuf.otherNaNs { values[line] = value }
    }

    private mutating func removeAll() {
        series.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        metadata.removeAll(keepingCapacity: true)
        exemplars.removeAll(keepingCapacity: true)
        newLines.removeAll(keepingCapacity: true)
        histograms.removeAll()
        startTimes.removeAll()
    }

    /// Where a sample line stands on the page, counted from 1 over all lines.
    ///
    /// - Complexity: O(bytes before it).
    public func lineNumber(of line: Int, in bytes: Span<UInt8>) -> Int {
        var number = 1
        for index in 0..<min(Int(offsets[line]), bytes.count) where bytes[index] == UInt8(ascii: "\n") { number += 1 }
        return number
    }

    /// The type that the last TYPE line before a sample line declares, whatever metric it names, as in Prometheus.
    /// - Complexity: O(metadata lines).
    public func kind(atLine line: Int) -> MetricMetadata.Kind {
        var low = 0
        var high = metadata.count
        while low < high {
            let middle = (low + high) / 2
            if metadata[middle].nextLine <= line { low = middle + 1 } else { high = middle }
        }
        while low > 0 {
            low -= 1
            if case .type(let kind) = metadata[low].content { return kind }
        }
        return .unknown
    }
}
