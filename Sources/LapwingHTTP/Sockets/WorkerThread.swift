// Starts threads, which takes a pointer to what the thread shall run; the thread takes it over.
import LapwingSystem

/// A thread of one's own.
public enum WorkerThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Lets this thread have a third of what others get that want the same processor, from now on.
    static func giveWay() {
        #if os(Linux)
            // Of a thread, though the name says process; it can only rise.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
        #endif
    }

    /// Handlers recurse over parsed input, and expressions nest; eight megabytes are what a main thread has.
    public static let stackBytes = 8 << 20

    /// Starts a detached thread; runs `body` here when the system has no more threads.
    public static func start(_ body: @escaping @Sendable () -> Void) { if !begin(body) { body() } }

    /// Starts a detached thread.
    ///
    /// - Returns: whether the system has given one.
    public static func begin(stackBytes: Int = stackBytes, _ body: @escaping @Sendable () -> Void) -> Bool {
        let box = Unmanaged.passRetained(Body(body))
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        pthread_attr_init(attributes)
        pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(attributes, stackBytes)
        defer {
            pthread_attr_destroy(attributes)
            attributes.deallocate()
        }
        #if canImport(Darwin)
            var thread: pthread_t?
            let status = pthread_create(
                &thread, attributes,
                { context in
                    Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                    return nil
                }, box.toOpaque())
        #else
            var thread = pthread_t()
            let status = pthread_create(
                &thread, attributes,
                { context in
                    if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                    return nil
                }, box.toOpaque())
        #endif
        if status != 0 { box.release() }
        return status == 0
    }
}
