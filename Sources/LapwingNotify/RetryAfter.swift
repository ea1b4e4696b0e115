import LapwingHTTP
import LapwingSeries

/// What a receiver that does not take a message says of when to come again (RFC 9110, section 10.2.3).
enum RetryAfter {
    /// The longest wait that a receiver can ask for.
    static let longest: Duration = .seconds(3600)

    /// The wait that a field's value stands for: seconds, or a date; nil where it is neither.
    static func delay(_ text: String, at now: Timestamp) -> Duration? {
        if let seconds = Int64(text) { return clamped(.seconds(seconds)) }
        guard let date = HTTPDate.secondsSinceEpoch(text) else { return nil }
        return clamped(Timestamp(milliseconds: date * 1000).duration(since: now))
    }

    private static func clamped(_ delay: Duration) -> Duration { max(.zero, min(delay, longest)) }
}
