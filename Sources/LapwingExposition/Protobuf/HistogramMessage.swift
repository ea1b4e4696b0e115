import LapwingSeries
import LapwingText

/// The fields of a `Histogram` message of remote write, which are the same in 1.0 and 2.0: counts as integers with deltas, or as floats.
struct HistogramMessage {
    private(set) var histogram = NativeHistogram()
    /// Milliseconds since the epoch.
    private(set) var time: Int64 = 0
    /// Milliseconds since the epoch; 0 where it is not known. Only version 2.0 has it.
    private(set) var startTime: Int64 = 0
    private var positiveDeltas: [Int64] = []
    private var negativeDeltas: [Int64] = []
    /// Whether it counts in floats, as its count says.
    private var isFloat = false

    mutating func read(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var reader = message
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .varint): histogram.count = Double(try reader.varint())
            case (2, .fixed64):
                histogram.count = try reader.double()
                isFloat = true
            case (3, .fixed64): histogram.sum = try reader.double()
            case (4, .varint): histogram.schema = Int32(clamping: try reader.zigzag())
            case (5, .fixed64): histogram.zeroThreshold = try reader.double()
            case (6, .varint): histogram.zeroCount = Double(try reader.varint())
            case (7, .fixed64): histogram.zeroCount = try reader.double()
            case (8, .bytes): histogram.negativeSpans.append(try Self.span(try reader.message()))
            case (9, _): try reader.repeated(field.type, into: &negativeDeltas) { (reader) throws(ProtobufReader.Fault) in try reader.zigzag() }
            case (10, _): try reader.repeated(field.type, into: &histogram.negativeBuckets, Self.double)
            case (11, .bytes): histogram.positiveSpans.append(try Self.span(try reader.message()))
            case (12, _): try reader.repeated(field.type, into: &positiveDeltas) { (reader) throws(ProtobufReader.Fault) in try reader.zigzag() }
            case (13, _): try reader.repeated(field.type, into: &histogram.positiveBuckets, Self.double)
            case (14, .varint): histogram.counterResetHint = Self.hint(try reader.varint())
            case (15, .varint): time = Int64(bitPattern: try reader.varint())
            case (16, _): try reader.repeated(field.type, into: &histogram.customValues, Self.double)
            case (17, .varint): startTime = Int64(bitPattern: try reader.varint())
            default: try reader.skip(field.type)
            }
        }
        if !positiveDeltas.isEmpty { histogram.positiveBuckets = Self.counts(positiveDeltas) }
        if !negativeDeltas.isEmpty { histogram.negativeBuckets = Self.counts(negativeDeltas) }
        histogram.makeCoarser()
    }

    /// What is wrong with the histogram, if anything.
    var fault: String? { histogram.layoutFault ?? histogram.contentFault ?? (isFloat ? nil : histogram.countFault) }

    static func double(_ reader: inout ProtobufReader) throws(ProtobufReader.Fault) -> Double { try reader.double() }

    static func span(_ message: ProtobufReader) throws(ProtobufReader.Fault) -> NativeHistogram.BucketSpan {
        var reader = message
        var span = NativeHistogram.BucketSpan(offset: 0, length: 0)
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .varint): span.offset = Int32(clamping: try reader.zigzag())
            case (2, .varint): span.length = UInt32(clamping: try reader.varint())
            default: try reader.skip(field.type)
            }
        }
        return span
    }

    private static func hint(_ number: UInt64) -> NativeHistogram.CounterResetHint {
        switch number {
        case 1: .reset
        case 2: .notReset
        case 3: .gauge
        default: .unknown
        }
    }

    static func counts(_ deltas: [Int64]) -> [Double] {
        var count: Int64 = 0
        return deltas.map { delta in
            count &+= delta
            return Double(count)
        }
    }
}

extension NativeHistogram {
    /// Schemas that are set aside for exponential buckets; what is finer than the finest that there is is merged to that.
    ///
    /// Source: Prometheus 3.14 `model/histogram/generic.go`, `ExponentialSchemaMaxReserved`.
    private static let finerSchemas: ClosedRange<Int32> = 9...52

    /// Merges buckets that are finer than any that can be kept; a layout that is wrong stays, for `layoutFault` to find.
    mutating func makeCoarser() {
        guard Self.finerSchemas.contains(schema), spansFault == nil else { return }
        let hint = counterResetHint
        self = reduced(to: Self.exponentialSchemas.upperBound)
        counterResetHint = hint
    }

    /// What Prometheus would refuse it for.
    var contentFault: String? {
        do throws(NativeHistogramError) {
            try validate()
            return nil
        } catch {
            return error.message
        }
    }

    /// What is wrong with the count of a histogram of integers, if anything: its buckets hold all observations but those that are
    /// no number.
    ///
    /// Source: Prometheus 3.14 `model/histogram/histogram.go`, `Validate`.
    var countFault: String? {
        let held = positiveBuckets.reduce(0, +) + negativeBuckets.reduce(0, +) + zeroCount
        guard sum.isNaN ? held > count : held != count else { return nil }
        return "a histogram counts \(GoNumber.text(count)) observations, and its buckets hold \(GoNumber.text(held))"
    }

    /// What is wrong with the layout, if anything: as many counts as the spans list, a schema that there is, bounds that
    /// ascend.
    var layoutFault: String? {
        guard usesCustomBuckets || Self.exponentialSchemas.contains(schema) else { return "a histogram has the unknown schema \(schema)" }
        if let spansFault { return spansFault }
        for (a, b) in zip(customValues, customValues.dropFirst()) where !(a < b) { return "a histogram's custom bounds do not ascend" }
        return nil
    }

    private var spansFault: String? {
        for (spans, buckets) in [(positiveSpans, positiveBuckets), (negativeSpans, negativeBuckets)] {
            let listed = spans.reduce(UInt64(0)) { $0 &+ UInt64($1.length) }
            if listed != UInt64(buckets.count) { return "a histogram's spans list \(listed) buckets, and it has \(buckets.count)" }
            if spans.dropFirst().contains(where: { $0.offset < 0 }) { return "a histogram's spans overlap" }
        }
        return nil
    }
}
