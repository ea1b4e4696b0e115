import LapwingSeries

/// When the counting that each sample of a chunk continues began, as 3.14 writes it behind samples: from the first
/// sample whose start is new on, how far before the last sample's time it lies, and how that distance changes.
///
///     ┌──────────────────────┬───────────────────────────┐
///     │ first is known 1 bit │ first that changes 7 bits │
///     └──────────────────────┴───────────────────────────┘
///
/// Source: Prometheus 3.14 `tsdb/chunkenc/st.go`.
struct StartTimes {
    private let isFirstKnown: Bool
    private let firstChange: Int
    private var distance: Int64 = 0
    private(set) var current: Int64 = 0

    /// - Parameter header: nil for an encoding without start times.
    init(header: UInt8?) {
        isFirstKnown = (header ?? 0) & 0x80 != 0
        firstChange = Int((header ?? 0) & 0x7f)
    }

    /// Reads what follows sample `index`.
    @_lifetime(reader: copy reader)
    mutating func read(
        _ reader: inout BitReader, after index: Int, at time: Int64, previous: Int64
    ) throws(DamagedBytes) {
        if index == 0 {
            guard isFirstKnown else { return }
            guard let before = reader.varint() else { throw reader.damage("a start time has more than 64 bits") }
            current = time &- before
            return
        }
        guard firstChange > 0, index >= firstChange else { return }
        let change = reader.varbitInteger()
        distance = index == firstChange ? change : distance &+ change
        current = previous &- distance
    }
}
