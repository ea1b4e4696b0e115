import LapwingSeries
import LapwingText

/// Version 2.0, `io.prometheus.write.v2.Request`: texts stand once in a table of symbols, and labels name them.
///
/// Source: Prometheus 3.14 `prompb/io/prometheus/write/v2/types.proto`, `storage/remote/write_handler.go`; prometheus.io,
/// "Prometheus Remote-Write 2.0 specification".
extension RemoteWriteRequest {
    /// Bytes of all labels of a request, written out: symbols are short, and may be named again and again.
    public static let labelByteLimit = 256 << 20
    /// Bytes of all that a request says of metrics, likewise; what goes beyond is passed over.
    public static let metadataByteLimit = 16 << 20

    /// - Parameter bytes: the message, decompressed.
    /// - Throws: what is wrong with the message, and at which byte; a series, histogram or exemplar that is not right is a
    ///   refusal only.
    public init(second bytes: [UInt8]) throws(MessageError) {
        self.init(readingFrom: [])
        self.bytes.reserveCapacity(bytes.count)
        var reader = ProtobufReader(bytes)
        do throws(ProtobufReader.Fault) {
            // Symbols may stand behind the series that name them.
            var symbols = RemoteWriteSymbols(bytes)
            var messages: [Range<Int>] = []
            while let field = try reader.field() {
                switch (field.number, field.type) {
                case (4, .bytes): symbols.append(try reader.range())
                case (5, .bytes): messages.append(try reader.range())
                default: try reader.skip(field.type)
                }
            }
            if let first = symbols.ranges.first, !first.isEmpty { throw reader.fault("the first symbol is not empty") }
            for message in messages { try readSeries(ProtobufReader(bytes, message), &symbols) }
        } catch {
            throw MessageError(error)
        }
    }

    private mutating func readSeries(_ message: ProtobufReader, _ symbols: inout RemoteWriteSymbols) throws(ProtobufReader.Fault) {
        try requireRoom(message)
        var reader = message
        let (firstFloat, firstHistogram, firstExemplar) = (times.count, histogramTimes.count, exemplars.count)
        var refusals: [Refusal] = []
        /// Told once a series: it has all its references in it.
        var exemplarFault: String?
        var metadata = RemoteWriteMetadata.Second()
        symbols.references.removeAll(keepingCapacity: true)
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, _): try reader.references(field.type, into: &symbols.references)
            case (2, .bytes): try readSample(&reader)
            case (3, .bytes):
                var message = HistogramMessage()
                try message.read(try reader.message())
                if let fault = message.fault { refusals.append(Refusal(message: fault, samples: 1)) } else { append(message) }
            case (4, .bytes):
                let fault = try readExemplar(try reader.message(), symbols)
                if exemplarFault == nil { exemplarFault = fault }
            case (5, .bytes): try metadata.read(try reader.message())
            default: try reader.skip(field.type)
            }
        }
        let samples = times.count - firstFloat + histogramTimes.count - firstHistogram
        let lost = refusals.count
        if let exemplarFault { refusals.append(Refusal(message: exemplarFault, samples: 0)) }
        let start = bytes.count
        if let fault = try fault(metadata, symbols) {
            let message = "parsing \(fault.what) for series \(symbols.references): \(fault.message)"
            refusals = [Refusal(message: message, samples: samples + lost)]
            dropExemplars(from: firstExemplar)
        } else if samples + lost == 0 {
            // Written, so that they count among all labels: a message about them must not be larger than the limit either.
            try writeLabels(symbols, reader)
            let labels = try symbols.labels(symbols.references, reader)
            refusals = [Refusal(message: "TimeSeries must contain at least one sample or histogram for series \(labels)", samples: 0)]
            dropExemplars(from: firstExemplar)
        } else {
            try writeLabels(symbols, reader)
            try tell(metadata, &symbols, reader)
            series.append(
                Series(labels: start..<bytes.count, floats: firstFloat..<times.count, histograms: firstHistogram..<histogramTimes.count))
        }
        self.refusals += refusals
    }

    /// What of a series names symbols that are not there.
    private func fault(
        _ metadata: RemoteWriteMetadata.Second, _ symbols: RemoteWriteSymbols
    ) throws(ProtobufReader.Fault) -> (what: String, message: String)? {
        if let fault = symbols.fault(of: symbols.references) { return ("labels", fault) }
        return metadata.isEmpty ? nil : metadata.fault(symbols: symbols.count).map { ("metadata", $0) }
    }

    /// Reads an exemplar of the series that is next.
    ///
    /// - Returns: why it cannot be taken, or nil.
    private mutating func readExemplar(_ message: ProtobufReader, _ symbols: RemoteWriteSymbols) throws(ProtobufReader.Fault) -> String? {
        var reader = message
        var references: [Int] = []
        var exemplar = Exemplar(labels: .empty, value: 0, time: 0)
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, _): try reader.references(field.type, into: &references)
            case (2, .fixed64): exemplar.value = try reader.double()
            case (3, .varint): exemplar.time = Int64(bitPattern: try reader.varint())
            default: try reader.skip(field.type)
            }
        }
        if let fault = symbols.fault(of: references) { return "parsing exemplar for series \(symbols.references): \(fault)" }
        // One that is too long whatever its characters is passed over here, before its labels are put together.
        guard references.count <= 2 * Exemplar.labelCharacterLimit, symbols.byteCount(of: references) <= 4 * Exemplar.labelCharacterLimit else {
            return nil
        }
        exemplar.labels = try symbols.labels(references, reader)
        append(exemplar)
        return nil
    }

    /// Notes what a series says of its metric, once.
    private mutating func tell(
        _ metadata: RemoteWriteMetadata.Second, _ symbols: inout RemoteWriteSymbols, _ reader: ProtobufReader
    ) throws(ProtobufReader.Fault) {
        guard !metadata.isEmpty, let name = symbols.metricName(in: symbols.references) else { return }
        var metadata = metadata
        metadata.name = name
        guard symbols.told.insert(metadata).inserted else { return }
        symbols.toldBytes += symbols.byteCount(of: [name, metadata.help, metadata.unit])
        guard symbols.toldBytes <= Self.metadataByteLimit else { return }
        let kind = RemoteWriteMetadata.kind(metadata.kind)
        self.metadata.append(
            MetricMetadata(
                name: MetricMetadata.family(ofSeries: try symbols.text(name, reader), kind), kind: kind,
                unit: try symbols.text(metadata.unit, reader), help: try symbols.text(metadata.help, reader)))
    }

    /// Writes the labels as version 1.0 has them, so that a series is known by the same bytes however it comes.
    private mutating func writeLabels(_ symbols: RemoteWriteSymbols, _ reader: ProtobufReader) throws(ProtobufReader.Fault) {
        for place in stride(from: 0, to: symbols.references.count, by: 2) {
            let (name, value) = (symbols.ranges[symbols.references[place]], symbols.ranges[symbols.references[place + 1]])
            let lengths = UInt64(name.count).varintLength + UInt64(value.count).varintLength
            guard bytes.count + name.count + value.count <= Self.labelByteLimit else {
                throw reader.fault("the labels have more than \(Self.labelByteLimit) bytes")
            }
            bytes.append(0x0A)
            bytes.appendVarint(UInt64(2 + lengths + name.count + value.count))
            bytes.append(0x0A)
            bytes.appendVarint(UInt64(name.count))
            bytes.append(contentsOf: symbols.source[name])
            bytes.append(0x12)
            bytes.appendVarint(UInt64(value.count))
            bytes.append(contentsOf: symbols.source[value])
        }
    }
}

extension ProtobufReader {
    /// References to symbols.
    fileprivate mutating func references(_ type: WireType, into references: inout [Int]) throws(Fault) {
        try repeated(type, into: &references) { (reader) throws(Fault) in Int(clamping: try reader.varint()) }
    }
}
