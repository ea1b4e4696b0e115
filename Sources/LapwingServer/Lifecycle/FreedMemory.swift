#if canImport(Glibc)
    import CMalloc
#endif

/// Memory that is free but kept by the C library for what may be asked of it next.
public enum FreedMemory {
    /// After so many series have gone at once it is worth the milliseconds of walking over it.
    static let worthwhileSeries = 10_000

    /// Gives it back to the system, where the C library does not do so by itself.
    public static func giveBack() {
        #if canImport(Glibc)
            _ = malloc_trim(0)
        #endif
    }
}
