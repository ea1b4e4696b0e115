#if canImport(Glibc)
    import CGlibc
#endif

/// Memory that is free but kept by the C library for what may be asked of it next.
public enum FreedMemory {
    /// Bytes from which a piece of memory is the system's by itself, and goes back to it as soon as it is free.
    private static let largePiece: Int32 = 1 << 20
    /// Bytes at the end of each of the C library's areas from which on they are given back.
    private static let spare: Int32 = 16 << 20

    /// Gives large pieces back as they become free. By itself the C library raises the size from which it does so to that of what was
    /// freed, up to 32 MiB, and keeps what is smaller for each thread: after a flood of large answers, ten times what they took.
    static func returnLargePieces() {
        #if canImport(Glibc)
            _ = mallopt(M_MMAP_THRESHOLD, largePiece)
            _ = mallopt(M_TRIM_THRESHOLD, spare)
        #endif
    }

    /// Gives back to the system what is free in whole pages, which the C library does not do by itself: each of its areas keeps what the
    /// greatest work of its threads has taken, more than half of all after an hour of load. Milliseconds for tens of thousands of pieces.
    public static func giveBack() {
        #if canImport(Glibc)
            _ = malloc_trim(0)
        #endif
    }
}
