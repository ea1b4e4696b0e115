import LapwingDisk
import LapwingSeries

/// A native histogram in a record of the log: its layout, then its counts as `LogValues`.
enum LogHistograms {
    static func append(_ histogram: NativeHistogram, to bytes: inout [UInt8]) {
        bytes.append(histogram.counterResetHint.rawValue)
        bytes.appendSigned(Int64(histogram.schema))
        for spans in [histogram.positiveSpans, histogram.negativeSpans] {
            bytes.appendNumber(spans.count)
            for span in spans {
                bytes.appendSigned(Int64(span.offset))
                bytes.appendNumber(UInt64(span.length))
            }
        }
        var previous: Int64 = 0
        for value in [histogram.zeroThreshold, histogram.zeroCount, histogram.count, histogram.sum] {
            LogValues.append(value, &previous, to: &bytes)
        }
        for values in [histogram.positiveBuckets, histogram.negativeBuckets, histogram.customValues] {
            bytes.appendNumber(values.count)
            for value in values { LogValues.append(value, &previous, to: &bytes) }
        }
    }

    static func read(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> NativeHistogram {
        guard let hint = NativeHistogram.CounterResetHint(rawValue: try reader.byte()), let schema = Int32(exactly: try reader.zigzag())
        else { throw .init(offset: reader.offset) }
        var histogram = NativeHistogram(counterResetHint: hint, schema: schema)
        histogram.positiveSpans = try readSpans(&reader)
        histogram.negativeSpans = try readSpans(&reader)
        var previous: Int64 = 0
        histogram.zeroThreshold = try LogValues.read(&reader, &previous)
        histogram.zeroCount = try LogValues.read(&reader, &previous)
        histogram.count = try LogValues.read(&reader, &previous)
        histogram.sum = try LogValues.read(&reader, &previous)
        histogram.positiveBuckets = try readValues(&reader, &previous)
        histogram.negativeBuckets = try readValues(&reader, &previous)
        histogram.customValues = try readValues(&reader, &previous)
        return histogram
    }

    private static func readSpans(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> [NativeHistogram.BucketSpan] {
        var spans: [NativeHistogram.BucketSpan] = []
        for _ in 0..<(try reader.count(bytesEach: 2)) {
            guard let offset = Int32(exactly: try reader.zigzag()), let length = UInt32(exactly: try reader.varint())
            else { throw .init(offset: reader.offset) }
            spans.append(NativeHistogram.BucketSpan(offset: offset, length: length))
        }
        return spans
    }

    private static func readValues(_ reader: inout ByteReader, _ previous: inout Int64) throws(ByteReader.Malformed) -> [Double] {
        var values: [Double] = []
        for _ in 0..<(try reader.count()) { values.append(try LogValues.read(&reader, &previous)) }
        return values
    }
}
