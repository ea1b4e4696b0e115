/// Numbers of fields that `metrics.proto` has not, for what an export would lose without them; whoever does not know them passes over them.
enum OwnField {
    /// Of a metric: the time since which its sample counts, in milliseconds.
    static let startTime: UInt64 = 1000
    /// Of a histogram: its reset hint by the numbers of remote write; that of a gauge is said by the family's type.
    static let resetHint: UInt64 = 1000
}
