import Foundation
@testable import LapwingBlocks
import LapwingSeries
import Testing

/// `Tests/Pages/prometheus-3.14-encodings.txt`: what upstream's encoders wrote, the shortest of 3,300 of which all are read alike.
@Suite struct `Encodings as upstream writes them` {
    private static func lines() throws -> [Substring] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: tests.appending(path: "Pages/prometheus-3.14-encodings.txt"), encoding: .utf8)
            .split(separator: "\n").filter { !$0.hasPrefix("#") }
    }

    private static func bytes(_ hex: Substring) -> [UInt8] {
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16) }
    }

    private static func text(_ value: Double) -> String { String(value.bitPattern, radix: 16) }

    private static func text(_ histogram: NativeHistogram) -> String {
        if histogram.isStaleMarker { return "stale" }
        let heads = [histogram.zeroThreshold, histogram.zeroCount, histogram.count, histogram.sum].map(text)
        return (["\(histogram.schema)"] + heads + ["\(histogram.counterResetHint.rawValue)"]
            + histogram.positiveSpans.map { "p\($0.offset):\($0.length)" } + histogram.negativeSpans.map { "n\($0.offset):\($0.length)" }
            + histogram.positiveBuckets.map { "b\(text($0))" } + histogram.negativeBuckets.map { "c\(text($0))" }
            + histogram.customValues.map { "v\(text($0))" }).joined(separator: ",")
    }

    private struct Reader: LogRecordReceiver {
        var words: [String] = []

        mutating func float(_ reference: UInt64, _ time: Int64, _ value: Double, _ startTime: Int64) {
            words += ["\(reference)", "\(time)", text(value), "\(startTime)"]
        }

        mutating func histogram(_ reference: UInt64, _ time: Int64, _ histogram: NativeHistogram, _ startTime: Int64) {
            words += ["\(reference)", "\(time)", text(histogram), "\(startTime)"]
        }

        mutating func series(_ reference: UInt64, _ labels: Labels) {}
        mutating func tombstone(_ reference: UInt64, _ start: Int64, _ end: Int64) {}
        mutating func metadata(_ reference: UInt64, _ kind: MetricMetadata.Kind, unit: String, help: String) {}
        mutating func unknown(_ kind: UInt8) { words.append("unknown") }
    }

    private static func words(ofChunk bytes: [UInt8], _ encoding: ChunkEncoding) throws -> [String] {
        var columns = SampleColumns()
        try encoding.decode(bytes.span, 0..<bytes.count, in: .min ... .max, into: &columns)
        func start(_ starts: [Int64], _ index: Int) -> String { starts.isEmpty ? "0" : "\(starts[index])" }
        let floats = columns.times.indices.flatMap { ["\(columns.times[$0])", text(columns.values[$0]), start(columns.startTimes, $0)] }
        return floats + columns.histogramTimes.indices.flatMap {
            ["\(columns.histogramTimes[$0])", text(columns.histograms[$0]), start(columns.histogramStartTimes, $0)]
        }
    }

    @Test func `every encoding of chunks and records is read`() throws {
        let lines = try Self.lines()
        #expect(lines.count == 14)
        for line in lines {
            let words = line.split(separator: " ")
            if words[0] == "chunk" {
                let encoding = try #require(UInt8(words[1]).flatMap { ChunkEncoding(rawValue: $0) })
                #expect(try Self.words(ofChunk: Self.bytes(words[3]), encoding) == words[4...].map(String.init), "\(encoding)")
            } else {
                var reader = Reader()
                try LogRecord.read(Self.bytes(words[2]).span, into: &reader)
                #expect(reader.words == words[3...].map(String.init), "record \(words[2].prefix(2))")
            }
        }
    }
}
