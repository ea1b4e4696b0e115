import LapwingSeries

/// Waiting times between tries: exponential, and scattered so that many senders do not come back at once.
struct Jitter: Sendable {
    /// The wait after the first failure, before scattering.
    static let initialBackoff: Duration = .milliseconds(500)
    /// The longest wait, before scattering.
    static let maximumBackoff: Duration = .seconds(60)

    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// Between half and one and a half times 0.5 s · 2^`attempt`, at most 90 s.
    mutating func backoff(attempt: Int) -> Duration {
        let doubled = Self.initialBackoff.milliseconds << Int64(min(max(attempt, 0), 20))
        let base = min(doubled, Self.maximumBackoff.milliseconds)
        return .milliseconds(base / 2 + Int64(nextRandom() % UInt64(base + 1)))
    }

    /// The wait before the next try: the backoff, or longer where the receiver asks for it.
    mutating func wait(attempt: Int, asked: Duration?) -> Duration { max(asked ?? .zero, backoff(attempt: attempt)) }

    /// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators).
    private mutating func nextRandom() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
