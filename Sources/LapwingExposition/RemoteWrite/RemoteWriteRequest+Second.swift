import LapwingSeries

/// Version 2.0, `io.prometheus.write.v2.Request`: texts stand once in a table of symbols, and labels name them.
///
/// Source: Prometheus 3.14 `prompb/io/prometheus/write/v2/types.proto`, `storage/remote/write_handler.go`; prometheus.io,
/// "Prometheus Remote-Write 2.0 specification".
extension RemoteWriteRequest {
    /// Bytes of all labels of a request, written out: symbols are short, and may be named again and again.
    public static let labelByteLimit = 256 << 20

    /// - Parameter bytes: the message, decompressed.
    /// - Throws: what is wrong with the message, and at which byte; a series or histogram that is not right is a refusal
    ///   only.
    public init(second bytes: [UInt8]) throws(RemoteWriteError) {
        self.init(readingFrom: [])
        self.bytes.reserveCapacity(bytes.count)
        var reader = ProtobufReader(bytes)
        do throws(ProtobufReader.Fault) {
            // Symbols may stand behind the series that name them.
            var symbols: [Range<Int>] = []
            var messages: [Range<Int>] = []
            while let field = try reader.field() {
                switch (field.number, field.type) {
                case (4, .bytes): symbols.append(try reader.range())
                case (5, .bytes): messages.append(try reader.range())
                default: try reader.skip(field.type)
                }
            }
            if let first = symbols.first, !first.isEmpty { throw reader.fault("the first symbol is not empty") }
            var references: [Int] = []
            for message in messages { try readSeries(message, bytes, symbols, &references) }
        } catch {
            throw RemoteWriteError(error)
        }
    }

    /// - Parameter references: whose memory is used again from series to series.
    private mutating func readSeries(
        _ message: Range<Int>, _ source: [UInt8], _ symbols: [Range<Int>], _ references: inout [Int]
    ) throws(ProtobufReader.Fault) {
        var reader = ProtobufReader(source, message)
        let (firstFloat, firstHistogram) = (times.count, histogramTimes.count)
        var refusals: [Refusal] = []
        references.removeAll(keepingCapacity: true)
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, _):
                try reader.repeated(field.type, into: &references) { (reader) throws(ProtobufReader.Fault) in Int(clamping: try reader.varint()) }
            case (2, .bytes): try readSample(&reader)
            case (3, .bytes):
                var message = HistogramMessage()
                try message.read(try reader.message())
                if let fault = message.fault { refusals.append(Refusal(message: fault, samples: 1)) } else { append(message) }
            case (4, .bytes):
                exemplarCount += 1
                try reader.skip(field.type)
            default: try reader.skip(field.type)
            }
        }
        let samples = times.count - firstFloat + histogramTimes.count - firstHistogram
        let start = bytes.count
        if let fault = try writeLabels(references, source, symbols, reader) {
            refusals = [Refusal(message: fault, samples: samples + refusals.count)]
        } else if samples + refusals.count == 0 {
            let labels = (try? labels(of: Series(labels: start..<bytes.count, floats: 0..<0, histograms: 0..<0)))?.description ?? "{}"
            refusals = [Refusal(message: "TimeSeries must contain at least one sample or histogram for series \(labels)", samples: 0)]
        } else {
            series.append(
                Series(labels: start..<bytes.count, floats: firstFloat..<times.count, histograms: firstHistogram..<histogramTimes.count))
        }
        self.refusals += refusals
    }

    /// Writes the labels as version 1.0 has them, so that a series is known by the same bytes however it comes.
    ///
    /// - Returns: why they cannot be, or nil.
    private mutating func writeLabels(
        _ references: [Int], _ source: [UInt8], _ symbols: [Range<Int>], _ reader: ProtobufReader
    ) throws(ProtobufReader.Fault) -> String? {
        if references.count % 2 != 0 { return "parsing labels for series \(references): invalid labelRefs length \(references.count)" }
        for place in stride(from: 0, to: references.count, by: 2) {
            let (name, value) = (references[place], references[place + 1])
            guard name < symbols.count, value < symbols.count else {
                return "parsing labels for series \(references): labelRefs \(name) (name) = \(value) (value) "
                    + "outside of symbols table (size \(symbols.count))"
            }
            let (nameRange, valueRange) = (symbols[name], symbols[value])
            let lengths = UInt64(nameRange.count).varintLength + UInt64(valueRange.count).varintLength
            guard bytes.count + nameRange.count + valueRange.count <= Self.labelByteLimit else {
                throw reader.fault("the labels have more than \(Self.labelByteLimit) bytes")
            }
            bytes.append(0x0A)
            bytes.appendVarint(UInt64(2 + lengths + nameRange.count + valueRange.count))
            bytes.append(0x0A)
            bytes.appendVarint(UInt64(nameRange.count))
            bytes.append(contentsOf: source[nameRange])
            bytes.append(0x12)
            bytes.appendVarint(UInt64(valueRange.count))
            bytes.append(contentsOf: source[valueRange])
        }
        return nil
    }
}
