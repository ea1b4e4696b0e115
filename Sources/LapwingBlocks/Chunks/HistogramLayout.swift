import LapwingSeries

/// What the histograms of one chunk have in common.
struct HistogramLayout: Sendable {
    var schema: Int32
    var zeroThreshold: Double
    var positiveSpans: [NativeHistogram.BucketSpan]
    var negativeSpans: [NativeHistogram.BucketSpan]
    var customValues: [Double] = []

    /// The finest resolution that is kept for later; Prometheus 3.14 reads it as schema 8.
    static let reservedSchemas: ClosedRange<Int32> = 9...52

    /// Buckets of both signs.
    var positiveCount: Int { Self.count(positiveSpans) }
    var negativeCount: Int { Self.count(negativeSpans) }

    static func count(_ spans: [NativeHistogram.BucketSpan]) -> Int { spans.reduce(0) { $0 + Int($1.length) } }

    /// What makes it no layout, if anything: a schema that is not known, runs of buckets that overlap, bounds that do
    /// not ascend.
    var fault: String? {
        guard
            NativeHistogram.exponentialSchemas.contains(schema) || Self.reservedSchemas.contains(schema)
                || schema == NativeHistogram.customBucketsSchema
        else { return "a histogram has the unknown schema \(schema)" }
        for spans in [positiveSpans, negativeSpans] where spans.dropFirst().contains(where: { $0.offset < 0 }) {
            return "a histogram's runs of buckets overlap"
        }
        for (a, b) in zip(customValues, customValues.dropFirst()) where !(a < b) { return "a histogram's bounds do not ascend" }
        return nil
    }

    func histogram(
        _ hint: NativeHistogram.CounterResetHint, count: Double, zeroCount: Double, sum: Double, positive: [Double], negative: [Double]
    ) -> NativeHistogram {
        let histogram = NativeHistogram(
            counterResetHint: hint, schema: schema, zeroThreshold: zeroThreshold, zeroCount: zeroCount, count: count, sum: sum,
            positiveSpans: positiveSpans, positiveBuckets: positive, negativeSpans: negativeSpans, negativeBuckets: negative,
            customValues: customValues)
        return Self.reservedSchemas.contains(schema) ? histogram.reduced(to: NativeHistogram.exponentialSchemas.upperBound) : histogram
    }
}

extension HistogramLayout {
    /// As a chunk begins with it. Source: Prometheus 3.14 `tsdb/chunkenc/histogram_meta.go`.
    @_lifetime(reader: copy reader)
    init(_ reader: inout BitReader) throws(DamagedBytes) {
        zeroThreshold = Self.zeroThreshold(&reader)
        schema = Int32(clamping: reader.varbitInteger())
        positiveSpans = try Self.spans(&reader)
        negativeSpans = try Self.spans(&reader)
        if schema == NativeHistogram.customBucketsSchema { customValues = try Self.customValues(&reader) }
        if reader.isPastEnd { throw reader.damage("a chunk ends before its first histogram") }
        if let fault { throw reader.damage(fault) }
    }

    /// A power of two in one byte, any other number behind a byte of ones.
    @_lifetime(reader: copy reader)
    private static func zeroThreshold(_ reader: inout BitReader) -> Double {
        let byte = Int(reader.bits(8))
        if byte == 0 { return 0 }
        return byte == 255 ? Double(bitPattern: reader.bits(64)) : Double(sign: .plus, exponent: byte - 244, significand: 1)
    }

    @_lifetime(reader: copy reader)
    private static func spans(_ reader: inout BitReader) throws(DamagedBytes) -> [NativeHistogram.BucketSpan] {
        // A run takes two bits at least, a bucket one.
        let count = try announced(&reader, "runs of buckets", bits: 2)
        var spans: [NativeHistogram.BucketSpan] = []
        var buckets: UInt64 = 0
        for _ in 0..<count {
            let length = reader.varbitUnsigned()
            let offset = reader.varbitInteger()
            buckets = buckets.addingReportingOverflow(length).overflow ? .max : buckets + length
            guard buckets <= UInt64(reader.remaining), let offset = Int32(exactly: offset) else {
                throw reader.damage("a histogram has \(buckets) buckets, and \(reader.remaining) bits follow")
            }
            spans.append(NativeHistogram.BucketSpan(offset: offset, length: UInt32(truncatingIfNeeded: length)))
        }
        return spans
    }

    @_lifetime(reader: copy reader)
    private static func customValues(_ reader: inout BitReader) throws(DamagedBytes) -> [Double] {
        let count = try announced(&reader, "bounds", bits: 5)
        return (0..<count).map { _ in
            let thousandths = reader.varbitUnsigned()
            return thousandths == 0 ? Double(bitPattern: reader.bits(64)) : Double(thousandths - 1) / 1000
        }
    }

    @_lifetime(reader: copy reader)
    private static func announced(_ reader: inout BitReader, _ what: String, bits: Int) throws(DamagedBytes) -> Int {
        let count = reader.varbitUnsigned()
        guard count <= UInt64(reader.remaining / bits) else {
            throw reader.damage("\(count) \(what) are announced, and \(reader.remaining) bits follow")
        }
        return Int(count)
    }
}
