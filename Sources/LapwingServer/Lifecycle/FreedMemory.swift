import LapwingSystem

#if canImport(Glibc)
    import CGlibc
#endif

/// Memory that is free but kept by the C library for what may be asked of it next.
public enum FreedMemory {
    /// Bytes from which a piece of memory is the system's by itself, and goes back to it as soon as it is free.
    private static let largePiece: Int32 = 1 << 20
    /// Bytes at the end of each of the C library's areas from which on they are given back, and which `giveBack` cannot reach.
    private static let spare: Int32 = 4 << 20
    /// Areas that threads share. More than can be at work at once are only more ends that stay: of two hours of load, 54 of 157 MiB in
    /// the sixteen that two processors have by themselves.
    private static var areas: Int32 { Int32(clamping: max(4, 2 * ProcessInfo.processInfo.activeProcessorCount)) }

    /// Gives large pieces back as they become free. By itself the C library raises the size from which it does so to that of what was
    /// freed, up to 32 MiB, and keeps what is smaller for each thread: after a flood of large answers, ten times what they took.
    static func returnLargePieces() {
        #if canImport(Glibc)
            _ = mallopt(M_ARENA_MAX, areas)
            _ = mallopt(M_MMAP_THRESHOLD, largePiece)
            _ = mallopt(M_TRIM_THRESHOLD, spare)
        #endif
    }

    /// Gives back to the system what is free in whole pages, but for the ends of areas, which the C library does not do by itself: each
    /// of its areas keeps what the greatest work of its threads has taken. Milliseconds for tens of thousands of pieces.
    public static func giveBack() {
        #if canImport(Glibc)
            _ = malloc_trim(0)
        #endif
    }
}
