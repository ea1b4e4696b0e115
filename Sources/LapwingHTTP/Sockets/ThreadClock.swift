// Asks the system for the clock of a thread, which takes pointers to what it fills in; none outlives its call.
import LapwingSystem

/// The time that one thread has spent on a processor; the time that has passed where the system does not tell.
struct ThreadClock: Sendable {
    private let begin = ContinuousClock.now

    #if canImport(Darwin)
        /// Of the thread that asks for it.
        init() {}

        var elapsed: Duration { ContinuousClock.now - begin }
    #else
        private let clock: clockid_t?

        /// Of the thread that asks for it.
        init() {
            var clock = clockid_t()
            self.clock = pthread_getcpuclockid(pthread_self(), &clock) == 0 ? clock : nil
        }

        /// Of the thread's whole life; may be asked on any thread while it lives.
        var elapsed: Duration {
            var time = timespec()
            guard let clock, clock_gettime(clock, &time) == 0 else { return ContinuousClock.now - begin }
            return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        }
    #endif
}
