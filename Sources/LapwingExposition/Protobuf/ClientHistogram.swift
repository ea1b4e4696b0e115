import LapwingSeries

/// The fields of an `io.prometheus.client.Histogram`: classic buckets, a native histogram, or both.
struct ClientHistogram {
    private(set) var native = NativeHistogram()
    /// Cumulative, in the order in which they came.
    private(set) var buckets: [(bound: Double, count: Double, exemplar: Exemplar?)] = []
    private var ownExemplars: [Exemplar] = []

    /// Whether there is a native histogram, as Prometheus tells it.
    private(set) var isNative = false

    mutating func read(_ message: ProtobufReader, isGauge: Bool) throws(ProtobufReader.Fault) {
        var reader = message
        var (count, floatCount, zeroCount, floatZeroCount) = (0.0, 0.0, 0.0, 0.0)
        var positiveDeltas: [Int64] = []
        var negativeDeltas: [Int64] = []
        var positiveCounts: [Double] = []
        var negativeCounts: [Double] = []
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .varint): count = Double(try reader.varint())
            case (2, .fixed64): native.sum = try reader.double()
            case (3, .bytes): buckets.append(try Self.bucket(try reader.message()))
            case (4, .fixed64): floatCount = try reader.double()
            case (5, .varint): native.schema = Int32(clamping: try reader.zigzag())
            case (6, .fixed64): native.zeroThreshold = try reader.double()
            case (7, .varint): zeroCount = Double(try reader.varint())
            case (8, .fixed64): floatZeroCount = try reader.double()
            case (9, .bytes): native.negativeSpans.append(try HistogramMessage.span(try reader.message()))
            case (10, _): try reader.repeated(field.type, into: &negativeDeltas) { (reader) throws(ProtobufReader.Fault) in try reader.zigzag() }
            case (11, _): try reader.repeated(field.type, into: &negativeCounts, HistogramMessage.double)
            case (12, .bytes): native.positiveSpans.append(try HistogramMessage.span(try reader.message()))
            case (13, _): try reader.repeated(field.type, into: &positiveDeltas) { (reader) throws(ProtobufReader.Fault) in try reader.zigzag() }
            case (14, _): try reader.repeated(field.type, into: &positiveCounts, HistogramMessage.double)
            case (OwnField.resetHint, .varint): native.counterResetHint = try Self.resetHint(&reader)
            case (16, .bytes): ownExemplars.append(try ClientExemplar.read(try reader.message()))
            default: try reader.skip(field.type)
            }
        }
        isNative = !native.positiveSpans.isEmpty || !native.negativeSpans.isEmpty || native.zeroThreshold > 0 || zeroCount > 0
        let isFloat = floatCount != 0 || floatZeroCount != 0 || !positiveCounts.isEmpty || !negativeCounts.isEmpty
        native.count = isFloat ? floatCount : count
        native.zeroCount = isFloat ? floatZeroCount : zeroCount
        native.positiveBuckets = isFloat ? positiveCounts : HistogramMessage.counts(positiveDeltas)
        native.negativeBuckets = isFloat ? negativeCounts : HistogramMessage.counts(negativeDeltas)
        // A span of no buckets only says that there is a native histogram without observations.
        native.positiveSpans.removeAll { $0.offset == 0 && $0.length == 0 }
        native.negativeSpans.removeAll { $0.offset == 0 && $0.length == 0 }
        if isGauge { native.counterResetHint = .gauge }
        // The message has no field for custom bounds, which `NativeHistogram.clientMessage` writes as those of classic buckets.
        if native.usesCustomBuckets { native.customValues = buckets.map(\.bound).filter { $0 < .infinity } }
        native.makeCoarser()
    }

    /// Whether there are classic buckets that say something of their own.
    var hasClassicBuckets: Bool { !buckets.isEmpty && !native.usesCustomBuckets }

    /// What is wrong with the native histogram, if anything; custom buckets without their bounds, as Prometheus sends them, are.
    var fault: String? { native.layoutFault ?? (native.usesCustomBuckets ? native.contentFault : nil) }

    /// The exemplars of the native histogram: its own, or where it has none those of the classic buckets. Without a time of its own
    /// one could not be told from the one before, and is passed over as upstream does.
    var exemplars: [Exemplar] { (ownExemplars.isEmpty ? buckets.compactMap(\.exemplar) : ownExemplars).filter(\.hasOwnTime) }

    private static func resetHint(_ reader: inout ProtobufReader) throws(ProtobufReader.Fault) -> NativeHistogram.CounterResetHint {
        let number = try reader.varint()
        guard let byte = UInt8(exactly: number), let hint = NativeHistogram.CounterResetHint(rawValue: byte) else {
            throw reader.fault("a histogram has the unknown reset hint \(number)")
        }
        return hint
    }

    private static func bucket(
        _ message: ProtobufReader
    ) throws(ProtobufReader.Fault) -> (bound: Double, count: Double, exemplar: Exemplar?) {
        var reader = message
        var (bound, count, floatCount) = (0.0, 0.0, 0.0)
        var exemplar: Exemplar?
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .varint): count = Double(try reader.varint())
            case (2, .fixed64): bound = try reader.double()
            case (3, .bytes): exemplar = try ClientExemplar.read(try reader.message())
            case (4, .fixed64): floatCount = try reader.double()
            default: try reader.skip(field.type)
            }
        }
        return (bound, floatCount > 0 ? floatCount : count, exemplar)
    }
}
