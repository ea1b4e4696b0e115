import LapwingSeries

/// A native histogram as log records write it. Source: Prometheus 3.14 `tsdb/record/record.go`, `DecodeHistogram`,
/// `DecodeFloatHistogram`.
enum LogHistogram {
    static func read(_ reader: inout ByteReader, isFloat: Bool) throws(DamagedBytes) -> NativeHistogram {
        let start = reader.offset
        let hint = hint(try reader.byte())
        let schema = Int32(clamping: try reader.varint())
        let zeroThreshold = try reader.double()
        let zeroCount = isFloat ? try reader.double() : Double(try reader.uvarint())
        let count = isFloat ? try reader.double() : Double(try reader.uvarint())
        let sum = try reader.double()
        var layout = HistogramLayout(
            schema: schema, zeroThreshold: zeroThreshold, positiveSpans: try spans(&reader), negativeSpans: try spans(&reader))
        let positive = try buckets(&reader, areFloat: isFloat)
        let negative = try buckets(&reader, areFloat: isFloat)
        if schema == NativeHistogram.customBucketsSchema {
            for _ in 0..<(try reader.count(of: "bounds", atLeast: 8)) { layout.customValues.append(try reader.double()) }
        }
        if sum.isStaleMarker { return .staleMarker }
        if let fault = layout.fault { throw DamagedBytes(fault, at: start) }
        guard layout.positiveCount == positive.count, layout.negativeCount == negative.count else {
            throw DamagedBytes(
                "a histogram's runs list \(layout.positiveCount) and \(layout.negativeCount) buckets, and it has \(positive.count) and \(negative.count)",
                at: start)
        }
        return layout.histogram(hint, count: count, zeroCount: zeroCount, sum: sum, positive: positive, negative: negative)
    }

    private static func hint(_ byte: UInt8) -> NativeHistogram.CounterResetHint {
        switch byte {
        case 1: .reset
        case 2: .notReset
        case 3: .gauge
        default: .unknown
        }
    }

    private static func spans(_ reader: inout ByteReader) throws(DamagedBytes) -> [NativeHistogram.BucketSpan] {
        var spans: [NativeHistogram.BucketSpan] = []
        for _ in 0..<(try reader.count(of: "runs of buckets", atLeast: 2)) {
            let offset = Int32(clamping: try reader.varint())
            spans.append(NativeHistogram.BucketSpan(offset: offset, length: UInt32(clamping: try reader.uvarint())))
        }
        return spans
    }

    private static func buckets(_ reader: inout ByteReader, areFloat: Bool) throws(DamagedBytes) -> [Double] {
        var buckets: [Double] = []
        var count: Int64 = 0
        for _ in 0..<(try reader.count(of: "buckets", atLeast: areFloat ? 8 : 1)) {
            if areFloat {
                buckets.append(try reader.double())
            } else {
                count = count &+ (try reader.varint())
                buckets.append(Double(count))
            }
        }
        return buckets
    }
}
