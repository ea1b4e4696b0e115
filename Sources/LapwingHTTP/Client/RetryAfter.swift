/// What a server that does not take a request says of when to come again (RFC 9110, section 10.2.3).
public enum RetryAfter {
    /// The longest wait that a server can ask for.
    public static let longest: Duration = .seconds(3600)

    /// The wait that a field's value stands for: seconds, or a date; nil where it is neither.
    ///
    /// - Parameter now: in seconds since the epoch.
    public static func delay(_ text: String, atSecond now: Int64) -> Duration? {
        if let seconds = Int64(text) { return clamped(seconds) }
        return HTTPDate.secondsSinceEpoch(text).map { clamped($0.subtractingReportingOverflow(now).partialValue) }
    }

    private static func clamped(_ seconds: Int64) -> Duration { .seconds(max(0, min(seconds, longest.components.seconds))) }
}
