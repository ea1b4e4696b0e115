/// The one NaN that says "this series ends here".
///
/// A scrape writes it when a series or its target has gone, and no query result may hold it, which is why the
/// evaluator uses the same bits for "absent". Source: Prometheus `model/value/value.go`, `StaleNaN`.
public enum StaleMarker {
    public static let bits: UInt64 = 0x7ff0_0000_0000_0002
    public static let value = Double(bitPattern: bits)

    /// The quiet NaN that Go writes for an ordinary not-a-number.
    public static let ordinaryNaNBits: UInt64 = 0x7ff8_0000_0000_0001
}

extension Double {
    /// Whether these are the bits of the stale marker; `isNaN` is true of it as well.
    public var isStaleMarker: Bool { bitPattern == StaleMarker.bits }
}
