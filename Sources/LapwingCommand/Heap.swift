// Unsafe memory: the C library is asked for a block, and the system told of its addresses; nothing is read or written through them.
import LapwingSystem

#if canImport(Glibc)
    import CGlibc
#endif

/// Memory that the C library has before it is asked for: page by page, that takes a tenth of the time of a check.
enum Heap {
    /// Bytes that a thread's heap has at once; what is not touched costs nothing.
    private static let room = 16 << 20
    /// Bytes of a large page, as Linux has them on x86 and ARM.
    private static let largePage = 2 << 20

    /// Lets every heap grow by `room` at a time; for a program that ends when its work is done, since less is given back.
    static func growInLargeSteps() {
        #if canImport(Glibc)
            mallopt(M_TOP_PAD, Int32(room))
            // What is larger than this has pages of its own, and `room` must not.
            mallopt(M_MMAP_THRESHOLD, Int32(2 * room))
        #endif
    }

    /// Has the calling thread's heap made, of large pages where the system gives them to who asks.
    static func makeRoom() {
        #if canImport(Glibc)
            guard let block = malloc(room) else { return }
            defer { free(block) }
            let start = UInt(bitPattern: block)
            let aligned = (start + UInt(largePage) - 1) / UInt(largePage) * UInt(largePage)
            madvise(UnsafeMutableRawPointer(bitPattern: aligned), room - Int(aligned - start), MADV_HUGEPAGE)
        #endif
    }
}
