// Unsafe memory: the set of processors is a C structure, whose bits are changed in place.
import Dispatch
import LapwingSystem

#if canImport(Glibc)
    import CGlibc
#endif

/// The thread of Dispatch that helps the first one.
enum HelperThread {
    /// Has it made before there is something to do, with a heap, and on a processor that the calling thread is not on.
    ///
    /// Linux begins a thread on the processor of who makes it where it takes the others for busy, as it does in a virtual machine
    /// whose idle processors sleep; both then share one until the next tick, 4 ms later: a fifth of the time of a check. Dispatch's threads
    /// stay where the thread may run that first asks for one.
    static func prepare() {
        #if canImport(Glibc)
            if let others = otherProcessors(than: sched_getcpu()), begin(on: others) { return }
        #endif
        makeHeap()
    }

    private static func makeHeap() { DispatchQueue.global().async { Heap.makeRoom() } }

    #if canImport(Glibc)
        private static func begin(on processors: cpu_set_t) -> Bool {
            var processors = processors
            var attributes = pthread_attr_t()
            guard pthread_attr_init(&attributes) == 0 else { return false }
            defer { pthread_attr_destroy(&attributes) }
            pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
            pthread_attr_setaffinity_np(&attributes, MemoryLayout<cpu_set_t>.size, &processors)
            var thread = pthread_t()
            // Named with its type: the compiler (6.3.1) falls over a static method's bare name here.
            let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { _ in
                HelperThread.makeHeap()
                return nil
            }
            return pthread_create(&thread, &attributes, body, nil) == 0
        }

        /// Those that the calling thread may run on, without one; nil where none is left.
        static func otherProcessors(than processor: Int32) -> cpu_set_t? {
            var processors = cpu_set_t()
            guard processor >= 0, sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &processors) == 0 else { return nil }
            let (byte, bit) = (Int(processor) / 8, UInt8(1) << (processor % 8))
            let isLeft = withUnsafeMutableBytes(of: &processors) { bytes in
                if byte < bytes.count { bytes[byte] &= ~bit }
                return bytes.contains { $0 != 0 }
            }
            return isLeft ? processors : nil
        }
    #endif
}
