public import LapwingSeries

/// The series and samples of a remote-write request, version 1.0, as columns.
///
/// Exemplars and metadata are passed over. Labels are read when they are asked for: a receiver that has seen the bytes
/// of a series' labels needs no more than them.
/// Source: Prometheus 3.14 `prompb/remote.proto`, `prompb/types.proto`.
public struct RemoteWriteRequest: Sendable {
    /// One series of the request; its samples are consecutive rows of the columns.
    public struct Series: Sendable {
        /// The bytes of its labels; nil when other fields stand between them.
        public var labelBytes: Range<Int>?
        fileprivate var labelFields: Range<Int>
        public var floats: Range<Int>
        public var histograms: Range<Int>
    }

    public let bytes: [UInt8]
    public private(set) var series: [Series] = []
    /// Milliseconds since the epoch, one for each value.
    public private(set) var times: [Int64] = []
    public private(set) var values: [Double] = []
    public private(set) var histogramTimes: [Int64] = []
    public private(set) var histograms: [NativeHistogram] = []
    /// The bytes of each label of each series.
    private var labelRanges: [Range<Int>] = []

    /// - Parameter bytes: the message, decompressed.
    /// - Complexity: O(bytes).
    /// - Throws: what is wrong with the message, and at which byte.
    public init(_ bytes: [UInt8]) throws(RemoteWriteError) {
        self.bytes = bytes
        var reader = ProtobufReader(bytes)
        do throws(ProtobufReader.Fault) {
            while let field = try reader.field() {
                if field.number == 1, field.type == .bytes { try readSeries(try reader.message()) } else { try reader.skip(field.type) }
            }
        } catch {
            throw RemoteWriteError("the message is damaged at byte \(error.offset): \(error.message)")
        }
    }

    private mutating func readSeries(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var reader = message
        let (firstFloat, firstHistogram, firstLabel) = (times.count, histogramTimes.count, labelRanges.count)
        var start = reader.offset
        var labelBytes = reader.offset..<reader.offset
        var areTogether = true
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .bytes):
                labelRanges.append(try reader.range())
                if labelBytes.isEmpty { labelBytes = start..<start }
                areTogether = areTogether && labelBytes.upperBound == start
                labelBytes = labelBytes.lowerBound..<reader.offset
            case (2, .bytes): try readSample(try reader.message())
            case (4, .bytes): try readHistogram(try reader.message())
            default: try reader.skip(field.type)
            }
            start = reader.offset
        }
        series.append(
            Series(
                labelBytes: areTogether && !labelBytes.isEmpty ? labelBytes : nil, labelFields: firstLabel..<labelRanges.count,
                floats: firstFloat..<times.count, histograms: firstHistogram..<histogramTimes.count))
    }

    private mutating func readSample(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var reader = message
        var value = 0.0
        var time: Int64 = 0
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .fixed64): value = try reader.double()
            case (2, .varint): time = Int64(bitPattern: try reader.varint())
            default: try reader.skip(field.type)
            }
        }
        times.append(time)
        values.append(value)
    }

    private mutating func readHistogram(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var coding = HistogramMessage()
        try coding.read(message)
        histogramTimes.append(coding.time)
        histograms.append(coding.histogram)
    }

    /// The labels of a series, sorted.
    ///
    /// - Throws: for a label given twice, an empty name, a series without a metric's name.
    public func labels(of series: Series) throws(RemoteWriteError) -> Labels {
        var labels: [Label] = []
        labels.reserveCapacity(series.labelFields.count)
        do throws(ProtobufReader.Fault) {
            for range in labelRanges[series.labelFields] {
                var reader = ProtobufReader(bytes, range)
                var label = Label(name: "", value: "")
                while let field = try reader.field() {
                    switch (field.number, field.type) {
                    case (1, .bytes): label.name = try reader.text()
                    case (2, .bytes): label.value = try reader.text()
                    default: try reader.skip(field.type)
                    }
                }
                labels.append(label)
            }
        } catch {
            throw RemoteWriteError("a label is damaged at byte \(error.offset): \(error.message)")
        }
        let result = Labels(labels)
        var names: Set<[UInt8]> = []
        for label in labels {
            if label.name.isEmpty { throw RemoteWriteError("a label of \(result) has no name") }
            if !names.insert(Array(label.name.utf8)).inserted { throw RemoteWriteError("the label \(label.name) of \(result) is given twice") }
        }
        if result[LabelName.metric] == nil { throw RemoteWriteError("the series \(result) has no metric name") }
        return result
    }
}

/// Why a remote-write request, or a series of it, cannot be taken.
public struct RemoteWriteError: Error, Sendable, CustomStringConvertible {
    public var message: String

    init(_ message: String) { self.message = message }

    public var description: String { message }
}
