// Sleeps through the C library where the system has no descriptors left.
import LapwingSystem

/// Wakes one of the threads that wait for it, at a time or at once.
///
/// To set it anew wakes nobody, so that a thread can stand by for what seldom happens and cost nothing.
public final class Alarm: Sendable {
    /// Where the system has no descriptors left for a queue, a wait ends after so much, whatever was set.
    static let pollingInterval = Duration.milliseconds(100)

    private let events = try? EventQueue()

    public init() {}

    /// Ends one wait after a time, once; nil: of none. What was set before holds no more.
    public func set(after wait: Duration?) { events?.setAlarm(after: wait) }

    /// Ends one wait now.
    public func ring() { events?.wake() }

    /// Waits; may end without a reason.
    public func wait() {
        guard let events else {
            usleep(UInt32(Socket.milliseconds(Self.pollingInterval)) * 1000)
            return
        }
        var list: [SocketEvent] = []
        events.wait(&list)
    }
}
