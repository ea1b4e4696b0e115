/// What the frames of a segment or checkpoint hold; the files are framed as `FrameFormat` says.
///
///     file        header │ data frames … │ index frames … │ record frames … │ end frame
///
///     data        ┌───┬────────────────────────────┐   blocks, one behind the other: samples, and times that several
///                 │ 1 │ bytes                      │   chunks may name; 32 KiB and one block a frame at most
///                 └───┴────────────────────────────┘
///
///     index       ┌───┬─────────────────────────────────────────────────────────┬─ … ─┐
///                 │ 2 │ series: id, common, rest, key bytes, count of chunks │ chunk │ chunk │
///                 └───┴─────────────────────────────────────────────────────────┴─ … ─┘
///                 common: how many of its first bytes a key shares with the key before it in the frame (varint);
///                 rest: how many follow (varint). The key is the series' labels
///
///     chunk       ┌───────┬────────┬────────┬──────────┬─────────────┬────────────┬─────────┬────────┐
///                 │ flags │ count  │ start  │ duration │ times at    │ times long │ at      │ long   │
///                 │ 1 byte│ varint │ zigzag │ varint   │ zigzag      │ varint     │ zigzag  │ varint │
///                 └───────┴────────┴────────┴──────────┴─────────────┴────────────┴─────────┴────────┘
///                 start: less that of the chunk before; times at: less that of the chunk before, and "times long" only
///                 where it is not 0; at: less the end of the samples before. Each frame begins again from 0
///
///     record      ┌─────┬────────┐   kinds from 16 on, whose bytes belong to who writes the file
///                 │ 16… │ bytes  │
///                 └─────┴────────┘
///
///     end         ┌───┬─────────────┬────────┬────────┬──────────┬──────────┐   eight bytes each; always the file's last
///                 │ 3 │ first index │ series │ chunks │ earliest │ latest   │   57 bytes, so that it is found from the end
///                 └───┴─────────────┴────────┴────────┴──────────┴──────────┘
///
/// A segment is written under a name that ends in `.new`, synced, and renamed: one that has its name is whole. The index is
/// checked when the file is opened, the data when `verify` is called, so that opening reads no samples.
enum SegmentFormat {
    static let data: UInt8 = 1
    static let index: UInt8 = 2
    static let end: UInt8 = 3
    static let firstRecord: UInt8 = 16
    /// What a flipped bit takes of the data or of the index, and one block or series more.
    static let dataFrameBytes = 32 << 10
    static let indexFrameBytes = 8 << 10
    /// A byte and five numbers.
    static let endBytes = 1 + 5 * 8
    static let endFrameBytes = FrameFormat.frameHeaderBytes + endBytes
}

/// One chunk as a segment's index names it; what the bytes mean is not known here.
public struct SegmentChunk: Sendable, Hashable {
    public var flags: UInt8
    public var count: Int
    /// Milliseconds since the epoch, of its first and last sample.
    public var start: Int64
    public var end: Int64
    /// Where its times stand in the file, which other chunks may share.
    public var times: Range<Int>
    public var samples: Range<Int>
}

/// One series of a segment.
public struct SegmentSeries: Sendable {
    public var id: UInt32
    public var key: [UInt8]
    public var chunks: [SegmentChunk]
}
