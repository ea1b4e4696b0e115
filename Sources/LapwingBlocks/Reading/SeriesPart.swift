/// Some of a series' samples: a chunk in a file, or what a head keeps in memory.
struct SeriesPart: Sendable {
    /// First and last sample.
    var times: ClosedRange<Int64>
    /// Which of the directory's sources has it.
    var source: Int
    /// What the source knows the series by.
    var series: UInt32
    /// What the source knows the samples by.
    var samples: UInt64
}
