public import LapwingSeries
import LapwingText

/// A series of a remote-write request that is to be written.
public struct RemoteWriteSeries: Sendable {
    public var labels: Labels
    /// Start times are left out of version 1.0, which has no field for them.
    public var samples: SampleColumns
    public var exemplars: [Exemplar] = []
    /// Of version 2.0, in which each series tells its own.
    public var metadata: MetricMetadata?

    public init(labels: Labels, samples: SampleColumns) {
        self.labels = labels
        self.samples = samples
    }
}

extension RemoteWriteMessage {
    /// A request of version 1.0, `prometheus.WriteRequest`.
    ///
    /// Source: Prometheus 3.14 `prompb/remote.proto`, `prompb/types.proto`.
    /// - Complexity: O(bytes).
    public static func first(_ series: [RemoteWriteSeries], metadata: [MetricMetadata] = []) -> [UInt8] {
        var message: [UInt8] = []
        for one in series {
            var bytes: [UInt8] = []
            for label in one.labels { bytes.appendField(1, label.message) }
            for place in one.samples.times.indices { bytes.appendField(2, one.samples.message(place, hasStartTimes: false)) }
            for exemplar in one.exemplars {
                var content: [UInt8] = []
                for label in exemplar.labels { content.appendField(1, label.message) }
                bytes.appendField(3, content + exemplar.valueAndTime)
            }
            for place in one.samples.histograms.indices { bytes.appendField(4, one.samples.histogramMessage(place, hasStartTimes: false)) }
            message.appendField(1, bytes)
        }
        for metadata in metadata {
            var bytes: [UInt8] = [1 << 3, RemoteWriteMetadata.number(of: metadata.kind)]
            bytes.appendField(2, Array(metadata.name.utf8))
            bytes.appendField(4, Array(metadata.help.utf8))
            bytes.appendField(5, Array(metadata.unit.utf8))
            message.appendField(3, bytes)
        }
        return message
    }

    /// A request of version 2.0, `io.prometheus.write.v2.Request`.
    ///
    /// Source: Prometheus 3.14 `prompb/io/prometheus/write/v2/types.proto`.
    /// - Complexity: O(bytes).
    public static func second(_ series: [RemoteWriteSeries]) -> [UInt8] {
        var symbols = SymbolWriting()
        var messages: [UInt8] = []
        for one in series {
            var bytes: [UInt8] = []
            bytes.appendField(1, symbols.references(of: one.labels))
            for place in one.samples.times.indices { bytes.appendField(2, one.samples.message(place, hasStartTimes: true)) }
            for place in one.samples.histograms.indices { bytes.appendField(3, one.samples.histogramMessage(place, hasStartTimes: true)) }
            for exemplar in one.exemplars {
                var content: [UInt8] = []
                content.appendField(1, symbols.references(of: exemplar.labels))
                bytes.appendField(4, content + exemplar.valueAndTime)
            }
            if let metadata = one.metadata {
                var content: [UInt8] = [1 << 3, RemoteWriteMetadata.number(of: metadata.kind)]
                content.appendNumber(3, symbols.reference(metadata.help))
                content.appendNumber(4, symbols.reference(metadata.unit))
                bytes.appendField(5, content)
            }
            messages.appendField(5, bytes)
        }
        var message: [UInt8] = []
        for symbol in symbols.texts { message.appendField(4, Array(symbol.utf8)) }
        return message + messages
    }
}

/// Version 2.0's table of texts as it is made; the first is empty.
private struct SymbolWriting {
    private(set) var texts = [""]
    private var places = ["": UInt64(0)]

    mutating func reference(_ text: String) -> UInt64 {
        if let place = places[text] { return place }
        let place = UInt64(texts.count)
        texts.append(text)
        places[text] = place
        return place
    }

    /// Name and value of each label, packed.
    mutating func references(of labels: Labels) -> [UInt8] {
        var bytes: [UInt8] = []
        for label in labels {
            bytes.appendVarint(reference(label.name))
            bytes.appendVarint(reference(label.value))
        }
        return bytes
    }
}

extension Label {
    fileprivate var message: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendField(1, Array(name.utf8))
        bytes.appendField(2, Array(value.utf8))
        return bytes
    }
}

extension Exemplar {
    fileprivate var valueAndTime: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendDouble(2, value)
        bytes.appendNumber(3, UInt64(bitPattern: time))
        return bytes
    }
}

extension SampleColumns {
    fileprivate func message(_ place: Int, hasStartTimes: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendDouble(1, values[place])
        bytes.appendNumber(2, UInt64(bitPattern: times[place]))
        if hasStartTimes, !startTimes.isEmpty, startTimes[place] != 0 { bytes.appendNumber(3, UInt64(bitPattern: startTimes[place])) }
        return bytes
    }

    fileprivate func histogramMessage(_ place: Int, hasStartTimes: Bool) -> [UInt8] {
        var bytes = histograms[place].message
        bytes.appendNumber(15, UInt64(bitPattern: histogramTimes[place]))
        if hasStartTimes, !histogramStartTimes.isEmpty, histogramStartTimes[place] != 0 {
            bytes.appendNumber(17, UInt64(bitPattern: histogramStartTimes[place]))
        }
        return bytes
    }
}
