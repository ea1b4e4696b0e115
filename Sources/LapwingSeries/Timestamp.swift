import LapwingText

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Sendable, Hashable, Comparable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static let distantPast = Timestamp(milliseconds: .min)
    public static let distantFuture = Timestamp(milliseconds: .max)

    public var seconds: Double { Double(milliseconds) / 1000 }

    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    /// The point `milliseconds` later; stops at the ends of time instead of overflowing.
    public func advanced(byMilliseconds milliseconds: Int64) -> Timestamp {
        let (sum, overflow) = self.milliseconds.addingReportingOverflow(milliseconds)
        return Timestamp(milliseconds: overflow ? (milliseconds < 0 ? .min : .max) : sum)
    }

    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        time.advanced(byMilliseconds: duration.milliseconds)
    }

    public static func - (time: Timestamp, duration: Duration) -> Timestamp {
        time.advanced(byMilliseconds: -duration.milliseconds)
    }

    /// The time from `earlier` to this one, stopping at the longest that can be said.
    public func duration(since earlier: Timestamp) -> Duration {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return .milliseconds(overflow ? (milliseconds < earlier.milliseconds ? Int64.min : .max) : difference)
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero; stops at ±2⁶² instead of overflowing, so that a sign can be changed.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let limit = Int64(1) << 62
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow || scaled.magnitude >= UInt64(limit) { return seconds < 0 ? -limit : limit }
        return scaled + attoseconds / 1_000_000_000_000_000
    }

    /// `1h30m`, as Prometheus writes it.
    public var prometheusText: String { PrometheusDuration.text(milliseconds: milliseconds) }
}

/// A span of time with both ends included.
///
/// PromQL's windows leave their start out: they are asked for as `start + 1 ms … end`.
public struct TimeRange: Sendable, Hashable {
    public let start: Timestamp
    public let end: Timestamp

    /// A range whose end lies before its start holds nothing.
    public init(start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = end
    }

    public static let all = TimeRange(start: .distantPast, end: .distantFuture)

    public var isEmpty: Bool { end < start }

    /// The range in milliseconds; nil where it holds nothing.
    public var milliseconds: ClosedRange<Int64>? { isEmpty ? nil : start.milliseconds...end.milliseconds }

    public func contains(_ time: Timestamp) -> Bool { start <= time && time <= end }

    public func overlaps(_ other: TimeRange) -> Bool { start <= other.end && other.start <= end }
}
