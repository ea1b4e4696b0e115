import Dispatch
import Testing

@testable import LapwingHTTP

@Suite(.timeLimit(.minutes(1))) struct `An alarm` {
    /// When a wait that begins now ends, on a thread of its own.
    private func waiting(on alarm: Alarm) -> BlockingResult<ContinuousClock.Instant> {
        let end = BlockingResult<ContinuousClock.Instant>()
        WorkerThread.start {
            alarm.wait()
            end.set(.now)
        }
        return end
    }

    @Test func `ends one wait after its time, and not before`() {
        let alarm = Alarm()
        let begin = ContinuousClock.now
        alarm.set(after: .milliseconds(20))
        #expect(waiting(on: alarm).wait() - begin >= .milliseconds(20))
    }

    @Test func `that has gone off ends the wait of who comes then`() {
        let alarm = Alarm()
        alarm.set(after: .zero)
        _ = waiting(on: alarm).wait()
        alarm.set(after: .zero)
        _ = waiting(on: alarm).wait()
    }

    @Test func `that is set anew, or taken back, ends no wait at the time before`() {
        let alarm = Alarm()
        let begin = ContinuousClock.now
        alarm.set(after: .milliseconds(5))
        alarm.set(after: nil)
        let end = waiting(on: alarm)
        alarm.set(after: .milliseconds(5))
        alarm.set(after: .milliseconds(30))
        // Only where both of the last came within the first of them.
        if ContinuousClock.now - begin < .milliseconds(5) { #expect(end.wait() - begin >= .milliseconds(30)) } else { _ = end.wait() }
    }

    @Test func `that is rung ends a wait at once`() {
        let alarm = Alarm()
        let begin = ContinuousClock.now
        alarm.set(after: .seconds(50))
        let end = waiting(on: alarm)
        alarm.ring()
        #expect(end.wait() - begin < .seconds(50))
    }
}
