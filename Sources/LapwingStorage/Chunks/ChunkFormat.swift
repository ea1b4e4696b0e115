/// How a sealed chunk is written: the numbers of version 3.
///
/// A chunk is a block of times and a block of samples. The times stand apart because the series of one scrape have
/// the same ones: in memory such series share one block, on disk they may name one.
///
///     time block    ┌─────────┬───────┬────────────────┐
///                   │ version │ count │ integer column │
///                   │ 1 byte  │varint │                │
///                   └─────────┴───────┴────────────────┘
///
///     sample block  ┌─────────┬─────────────┬───────┬──────────────┬────────────────────────────┐
///                   │ version │ kind, flags │ count │ start times  │ float column               │
///                   │ 1 byte  │ 1 byte      │varint │integer column│ or histogram runs, by kind │
///                   └─────────┴─────────────┴───────┴──────────────┴────────────────────────────┘
///                   kind 0: floats; kind 1: histograms; start times only with flag 4
///
///     integer       ┌────────────┬────────┬───────┬────────┬───────┬────────────┬────────────────────┬────────────┐
///     column        │order, flags│ width  │ shift │ heads  │ base  │ exceptions │ residuals          │ exceptions │
///                   │ 1 byte     │ 1 byte │1 byte │0…2     │zigzag │ how many   │ count × width bits │            │
///                   └────────────┴────────┴───────┴────────┴───────┴────────────┴────────────────────┴────────────┘
///                   exceptions only with flag 4, shift with 8, base with 16; heads as `IntegerColumn.Order` says;
///                   an exception is the gap to its place (varint) and its residual less the base (zigzag)
///
///     float column  ┌─────────────┬──────────┬────────────┬─────────────┬──────────────────────────────────────┐
///                   │ kind, flags │ exponent │ exceptions │ change bits │ integer column of the values kept    │
///                   │ 1 byte      │ 1 byte   │            │ count bits  │ (all, or those that differ from the  │
///                   │             │          │            │             │ one before)                          │
///                   └─────────────┴──────────┴────────────┴─────────────┴──────────────────────────────────────┘
///                   kind 0: value = integer / 10^exponent; kind 1: integer is the bit pattern, no exponent;
///                   flag 4: exceptions are there, each the gap to its place and eight bytes; flag 8: change bits;
///                   flag 16: the exponent is there, and not 0
///
///     histogram     ┌───────┬────────┬──────┬────────┬───────────────┬────────────┬────────┬───────────────────────┐
///     runs          │ count │ length │ hint │ schema │ zeroThreshold │ spans, ±   │ custom │ float columns         │
///                   │varint │ varint │1 byte│ zigzag │ 8 bytes       │            │ values │ zeroCount, count, sum,│
///                   └───────┴────────┴──────┴────────┴───────────────┴────────────┴────────┤ each bucket           │
///                   from length on once per run of histograms with like buckets and hint   └───────────────────────┘
///
/// Varints hold seven bits a byte, least significant first; zigzag is a varint of (n << 1) ^ (n >> 63). Fixed numbers
/// are least significant byte first. Residuals are packed from the least significant bit on. All arithmetic wraps at
/// 64 bits, so that every column of integers has an encoding.
enum ChunkFormat {
    static let version: UInt8 = 3
    /// No chunk holds more; a count beyond it is refused before anything is reserved for it.
    static let maximumCount = 1 << 16
    static let hasStartTimes: UInt8 = 4
}
