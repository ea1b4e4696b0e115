// Reads the system's clock, which takes a pointer; it may be nil.
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The time of day, for whoever was given no other clock.
enum SystemTime {
    @Sendable static func secondsSinceEpoch() -> Int64 { Int64(time(nil)) }
}
