import LapwingSeries
import LapwingText

/// Native histograms as columns: what does not change once per run, each count over time as a column of floats.
enum HistogramRuns {
    /// Spans, buckets and custom bounds that one histogram may have; more is taken for damage.
    static let maximumBuckets = 1 << 16

    // MARK: Encoding

    static func encode(_ histograms: [NativeHistogram], into bytes: inout [UInt8], _ scratch: inout [Int64]) {
        let runs = runs(of: histograms)
        bytes.appendVarint(UInt64(runs.count))
        for run in runs { encode(histograms[run], into: &bytes, &scratch) }
    }

    private static func runs(of histograms: [NativeHistogram]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start = 0
        for index in 1..<max(1, histograms.count) {
            let (a, b) = (histograms[start], histograms[index])
            if a.counterResetHint == b.counterResetHint && a.hasSameLayout(as: b) { continue }
            runs.append(start..<index)
            start = index
        }
        if start < histograms.count { runs.append(start..<histograms.count) }
        return runs
    }

    private static func encode(
        _ run: ArraySlice<NativeHistogram>, into bytes: inout [UInt8], _ scratch: inout [Int64]
    ) {
        guard let first = run.first else { return }
        bytes.appendVarint(UInt64(run.count))
        bytes.append(first.counterResetHint.rawValue)
        bytes.appendZigzag(Int64(first.schema))
        bytes.appendFixed64(first.zeroThreshold.bitPattern)
        for (spans, buckets) in [
            (first.positiveSpans, first.positiveBuckets), (first.negativeSpans, first.negativeBuckets),
        ] {
            bytes.appendVarint(UInt64(spans.count))
            for span in spans {
                bytes.appendZigzag(Int64(span.offset))
                bytes.appendVarint(UInt64(span.length))
            }
            bytes.appendVarint(UInt64(buckets.count))
        }
        bytes.appendVarint(UInt64(first.customValues.count))
        for value in first.customValues { bytes.appendFixed64(value.bitPattern) }
        FloatColumn.encode(run.map(\.zeroCount), into: &bytes, &scratch)
        FloatColumn.encode(run.map(\.count), into: &bytes, &scratch)
        FloatColumn.encode(run.map(\.sum), into: &bytes, &scratch)
        for bucket in first.positiveBuckets.indices {
            FloatColumn.encode(run.map { $0.positiveBuckets[bucket] }, into: &bytes, &scratch)
        }
        for bucket in first.negativeBuckets.indices {
            FloatColumn.encode(run.map { $0.negativeBuckets[bucket] }, into: &bytes, &scratch)
        }
    }

    // MARK: Decoding

    /// Appends `count` histograms to `histograms`.
    static func decode(
        _ reader: inout ChunkReader, count: Int, into histograms: inout [NativeHistogram]
    ) throws(ReadError) {
        var left = count
        for _ in 0..<(try reader.count(upTo: count, of: "runs of histograms")) {
            let length = try reader.count(upTo: left, of: "histograms")
            try decodeRun(&reader, length, into: &histograms)
            left -= length
        }
        if left != 0 { throw ChunkReader.damaged("\(left) histograms are missing") }
    }

    private static func decodeRun(
        _ reader: inout ChunkReader, _ count: Int, into histograms: inout [NativeHistogram]
    ) throws(ReadError) {
        let hint = try reader.byte()
        guard let hint = NativeHistogram.CounterResetHint(rawValue: hint) else {
            throw ChunkReader.damaged("the counter reset hint \(hint)")
        }
        guard let schema = Int32(exactly: try reader.zigzag()) else { throw ChunkReader.damaged("a histogram's schema") }
        let zeroThreshold = Double(bitPattern: try reader.fixed64())
        let (positiveSpans, positive) = try decodeSpans(&reader)
        let (negativeSpans, negative) = try decodeSpans(&reader)
        var customValues: [Double] = []
        for _ in 0..<(try reader.count(upTo: maximumBuckets, of: "custom bounds")) {
            customValues.append(Double(bitPattern: try reader.fixed64()))
        }
        // Each column is at least three bytes, which bounds what a damaged count can reserve.
        guard (3 + positive + negative) * 3 <= reader.bytes.count - reader.offset else {
            throw ChunkReader.damaged("\(positive + negative) buckets in \(reader.bytes.count - reader.offset) bytes")
        }
        var columns: [[Double]] = []
        for _ in 0..<(3 + positive + negative) {
            var column: [Double] = []
            try FloatColumn.decode(&reader, count: count, into: &column)
            columns.append(column)
        }
        for index in 0..<count {
            histograms.append(
                NativeHistogram(
                    counterResetHint: hint, schema: schema, zeroThreshold: zeroThreshold,
                    zeroCount: columns[0][index], count: columns[1][index], sum: columns[2][index],
                    positiveSpans: positiveSpans, positiveBuckets: columns[3..<(3 + positive)].map { $0[index] },
                    negativeSpans: negativeSpans, negativeBuckets: columns[(3 + positive)...].map { $0[index] },
                    customValues: customValues))
        }
    }

    private static func decodeSpans(
        _ reader: inout ChunkReader
    ) throws(ReadError) -> ([NativeHistogram.BucketSpan], buckets: Int) {
        var spans: [NativeHistogram.BucketSpan] = []
        for _ in 0..<(try reader.count(upTo: maximumBuckets, of: "spans")) {
            let offset = try reader.zigzag()
            let length = try reader.varint()
            guard let offset = Int32(exactly: offset), let length = UInt32(exactly: length) else {
                throw ChunkReader.damaged("a span of \(length) buckets at \(offset)")
            }
            spans.append(.init(offset: offset, length: length))
        }
        return (spans, try reader.count(upTo: maximumBuckets, of: "buckets"))
    }
}
