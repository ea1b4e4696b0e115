// Reads the system's clock, which takes a pointer; it may be nil.
import LapwingSystem

/// The time of day, for whoever was given no other clock.
enum SystemTime {
    @Sendable static func secondsSinceEpoch() -> Int64 { Int64(time(nil)) }
}
