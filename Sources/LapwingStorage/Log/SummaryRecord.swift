import LapwingDisk
import LapwingSeries

/// What the chunks of some series come to: a record of a segment or checkpoint, so that a start need not look at their
/// samples.
///
///     series     ┌────┬───────┬─ … ─┐   one after another, to the end of the record; as many summaries as the file has
///                │ id │ count │     │   chunks of the series, in its order
///                └────┴───────┴─ … ─┘
///     summary    the words of `SampleSummary` as varints, the first time less the last of the summary before;
///                one zero for none
struct SummaryRecord {
    /// A record with so many bytes is followed by another.
    static let fullBytes = 128 << 10

    private(set) var bytes: [UInt8] = []

    mutating func append(_ id: UInt32, _ summaries: [SampleSummary?]) {
        if summaries.allSatisfy({ $0 == nil }) { return }
        bytes.appendNumber(UInt64(id))
        bytes.appendNumber(summaries.count)
        var end: Int64 = 0
        for summary in summaries {
            guard let summary, summary.count > 0 else {
                bytes.append(0)
                continue
            }
            var words = summary.words
            words[1] &-= UInt64(bitPattern: end)
            end = summary.lastTime
            for word in words { bytes.appendNumber(word) }
        }
    }

    static func read(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> [UInt32: [SampleSummary?]] {
        var series: [UInt32: [SampleSummary?]] = [:]
        while !reader.isAtEnd {
            guard let id = UInt32(exactly: try reader.varint()) else { throw .init(offset: reader.offset) }
            var summaries: [SampleSummary?] = []
            var end: Int64 = 0
            for _ in 0..<(try reader.count()) {
                let summary = try readSummary(&reader, after: end)
                end = summary?.lastTime ?? end
                summaries.append(summary)
            }
            series[id] = summaries
        }
        return series
    }

    private static func readSummary(_ reader: inout ByteReader, after end: Int64) throws(ByteReader.Malformed) -> SampleSummary? {
        var words = [try reader.varint()]
        if words[0] == 0 { return nil }
        while words.count < SampleSummary.wordCount { words.append(try reader.varint()) }
        words[1] &+= UInt64(bitPattern: end)
        guard let summary = SampleSummary(words: words) else { throw .init(offset: reader.offset) }
        return summary
    }
}
