import LapwingSeries

/// Version 1.0, `prometheus.WriteRequest`.
///
/// Source: Prometheus 3.14 `prompb/remote.proto`, `prompb/types.proto`.
extension RemoteWriteRequest {
    /// - Parameter bytes: the message, decompressed.
    /// - Complexity: O(bytes).
    /// - Throws: what is wrong with the message, and at which byte.
    public init(_ bytes: [UInt8]) throws(MessageError) {
        self.init(readingFrom: bytes)
        var reader = ProtobufReader(bytes)
        do throws(ProtobufReader.Fault) {
            while let field = try reader.field() {
                switch (field.number, field.type) {
                case (1, .bytes): try readSeries(&reader)
                case (3, .bytes): metadata.append(try RemoteWriteMetadata.first(try reader.message()))
                default: try reader.skip(field.type)
                }
            }
        } catch {
            throw MessageError(error)
        }
    }

    private mutating func readSeries(_ reader: inout ProtobufReader) throws(ProtobufReader.Fault) {
        try requireRoom(reader)
        let outer = try reader.enter()
        let (firstFloat, firstHistogram) = (times.count, histogramTimes.count)
        var labels = reader.offset..<reader.offset
        /// Labels that other fields stand between; senders do not write them so, but they may.
        var scattered: [UInt8] = []
        var start = reader.offset
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .bytes):
                _ = try reader.range()
                if labels.isEmpty {
                    labels = start..<reader.offset
                } else if labels.upperBound == start, scattered.isEmpty {
                    labels = labels.lowerBound..<reader.offset
                } else {
                    if scattered.isEmpty { scattered += bytes[labels] }
                    scattered += bytes[start..<reader.offset]
                }
            case (2, .bytes): try readSample(&reader)
            case (3, .bytes): append(try Self.exemplar(try reader.message()))
            case (4, .bytes):
                var message = HistogramMessage()
                try message.read(try reader.message())
                if let fault = message.fault { throw reader.fault(fault) }
                append(message)
            default: try reader.skip(field.type)
            }
            start = reader.offset
        }
        reader.leave(outer)
        if !scattered.isEmpty {
            labels = bytes.count..<bytes.count + scattered.count
            bytes += scattered
        }
        series.append(Series(labels: labels, floats: firstFloat..<times.count, histograms: firstHistogram..<histogramTimes.count))
    }

    private static func exemplar(_ message: ProtobufReader) throws(ProtobufReader.Fault) -> Exemplar {
        var reader = message
        var labels: [Label] = []
        var exemplar = Exemplar(labels: .empty, value: 0, time: 0)
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .bytes): labels.append(try reader.label())
            case (2, .fixed64): exemplar.value = try reader.double()
            case (3, .varint): exemplar.time = Int64(bitPattern: try reader.varint())
            default: try reader.skip(field.type)
            }
        }
        exemplar.labels = Labels(labels)
        return exemplar
    }
}
