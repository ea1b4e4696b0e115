@testable import LapwingBlocks
import Foundation
import LapwingDisk
import LapwingSeries
import LapwingSnappy

/// A segment of a write-ahead log.
struct LogWriting {
    static let pageLength = 32 << 10

    private(set) var bytes: [UInt8] = []

    /// - Parameter flag: 8 for snappy, 16 for zstd.
    mutating func put(_ record: [UInt8], flag: UInt8 = 0) {
        let body = flag == 8 ? SnappyBlock.compress(record) : flag == 16 ? Self.frame(record) : record
        var rest = body[...]
        var isFirst = true
        repeat {
            let room = Self.pageLength - bytes.count % Self.pageLength
            if room < 7 {
                bytes += [UInt8](repeating: 0, count: room)
                continue
            }
            let part = rest.prefix(room - 7)
            rest = rest.dropFirst(part.count)
            let kind: UInt8 = isFirst ? (rest.isEmpty ? 1 : 2) : rest.isEmpty ? 4 : 3
            bytes.append(kind | flag)
            bytes.put(UInt64(part.count), width: 2)
            bytes.put32(Checksum.crc32c(Array(part)))
            bytes += part
            isFirst = false
        } while !rest.isEmpty || isFirst
    }

    /// A frame of zstd whose blocks are plain.
    private static func frame(_ record: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0xa0]
        for shift in stride(from: 0, to: 32, by: 8) { frame.append(UInt8(truncatingIfNeeded: record.count >> shift)) }
        var rest = record[...]
        repeat {
            let block = rest.prefix(128 << 10)
            rest = rest.dropFirst(block.count)
            let header = block.count << 3 | (rest.isEmpty ? 1 : 0)
            for shift in stride(from: 0, to: 24, by: 8) { frame.append(UInt8(truncatingIfNeeded: header >> shift)) }
            frame += block
        } while !rest.isEmpty
        return frame
    }

    /// Fills the page, as Prometheus does at the end of a segment.
    mutating func fillPage() {
        while bytes.count % Self.pageLength != 0 { bytes.append(0) }
    }

    func write(to file: URL) throws {
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }
}

/// Records of a log.
enum RecordWriting {
    static func series(_ series: [(reference: UInt64, labels: Labels)]) -> [UInt8] {
        var record: [UInt8] = [1]
        for one in series {
            record.put(one.reference, width: 8)
            record.putUvarint(UInt64(one.labels.count))
            for label in one.labels {
                record.put(label.name)
                record.put(label.value)
            }
        }
        return record
    }

    static func samples(_ samples: [(reference: UInt64, sample: TestSample)]) -> [UInt8] {
        var record: [UInt8] = [2]
        guard let first = samples.first else { return record }
        record.put(first.reference, width: 8)
        record.put64(first.sample.time)
        for (reference, sample) in samples {
            record.putVarint(Int64(reference) - Int64(first.reference))
            record.putVarint(sample.time - first.sample.time)
            record.put(sample.value)
        }
        return record
    }

    static func samplesWithStarts(_ samples: [(reference: UInt64, sample: TestSample)]) -> [UInt8] {
        var record: [UInt8] = [11]
        for (index, (reference, sample)) in samples.enumerated() {
            putKeys(index, reference, sample.time, sample.start, samples.map { ($0.reference, $0.sample.time, $0.sample.start) }, &record)
            record.put(sample.value)
        }
        return record
    }

    private static func putKeys(
        _ index: Int, _ reference: UInt64, _ time: Int64, _ start: Int64, _ all: [(UInt64, Int64, Int64)], _ record: inout [UInt8]
    ) {
        if index == 0 {
            record.putVarint(Int64(reference))
            record.putVarint(time)
            return record.putVarint(start)
        }
        record.putVarint(Int64(reference) - Int64(all[index - 1].0))
        record.putVarint(time - all[0].1)
        if start == 0 { return record.append(0) }
        if start == all[index - 1].2 { return record.append(1) }
        record.append(2)
        record.putVarint(start - all[0].2)
    }

    /// - Parameter kind: 7 to 10, 12 or 13.
    static func histograms(_ kind: UInt8, _ samples: [(reference: UInt64, sample: HistogramWriting.Sample)]) -> [UInt8] {
        var record: [UInt8] = [kind]
        let isFloat = [8, 10, 13].contains(kind)
        if kind < 11 {
            record.put(samples[0].reference, width: 8)
            record.put64(samples[0].sample.time)
        }
        for (index, (reference, sample)) in samples.enumerated() {
            if kind < 11 {
                record.putVarint(Int64(reference) - Int64(samples[0].reference))
                record.putVarint(sample.time - samples[0].sample.time)
            } else {
                putKeys(index, reference, sample.time, sample.start, samples.map { ($0.reference, $0.sample.time, $0.sample.start) }, &record)
            }
            putHistogram(sample.histogram, isFloat: isFloat, &record)
        }
        return record
    }

    private static func putHistogram(_ histogram: NativeHistogram, isFloat: Bool, _ record: inout [UInt8]) {
        func put(_ value: Double) { if isFloat { record.put(value) } else { record.putUvarint(UInt64(value)) } }
        record.append(histogram.counterResetHint.rawValue)
        record.putVarint(Int64(histogram.schema))
        record.put(histogram.zeroThreshold)
        put(histogram.zeroCount)
        put(histogram.count)
        record.put(histogram.sum)
        for spans in [histogram.positiveSpans, histogram.negativeSpans] {
            record.putUvarint(UInt64(spans.count))
            for span in spans {
                record.putVarint(Int64(span.offset))
                record.putUvarint(UInt64(span.length))
            }
        }
        for buckets in [histogram.positiveBuckets, histogram.negativeBuckets] {
            record.putUvarint(UInt64(buckets.count))
            var last: Int64 = 0
            for bucket in buckets {
                if isFloat {
                    record.put(bucket)
                } else {
                    record.putVarint(Int64(bucket) - last)
                    last = Int64(bucket)
                }
            }
        }
        guard histogram.usesCustomBuckets else { return }
        record.putUvarint(UInt64(histogram.customValues.count))
        for bound in histogram.customValues { record.put(bound) }
    }

    static func tombstone(_ reference: UInt64, _ span: ClosedRange<Int64>) -> [UInt8] {
        var record: [UInt8] = [3]
        record.put(reference, width: 8)
        record.putVarint(span.lowerBound)
        record.putVarint(span.upperBound)
        return record
    }

    static func metadata(_ reference: UInt64, kind: UInt8, unit: String, help: String) -> [UInt8] {
        var record: [UInt8] = [6]
        record.putUvarint(reference)
        record.append(kind)
        record.putUvarint(2)
        for text in ["UNIT", unit, "HELP", help] { record.put(text) }
        return record
    }
}

/// A file of head chunks, as long as it may become.
enum HeadChunkWriting {
    static func file(_ chunks: [(reference: UInt64, samples: [TestSample], isOutOfOrder: Bool)], zeros: Int = 100_000) -> [UInt8] {
        var file: [UInt8] = []
        file.put32(0x0130_BC91)
        file += [1, 0, 0, 0]
        for chunk in chunks {
            let start = file.count
            file.put(chunk.reference, width: 8)
            file.put64(chunk.samples[0].time)
            file.put64(chunk.samples[chunk.samples.count - 1].time)
            file.append(chunk.isOutOfOrder ? 0x81 : 1)
            let data = ChunkWriting.xor(chunk.samples)
            file.putUvarint(UInt64(data.count))
            file += data
            file.putChecksum(from: start)
        }
        return file + [UInt8](repeating: 0, count: zeros)
    }
}
