import Synchronization
import Testing

@testable import Lapwing

@Suite struct `A turnstile` {
    private struct Fault: Error {}

    /// Counts who is in it.
    private final class Room: Sendable {
        let turnstile = Turnstile()
        let inside = Mutex(0)
        let visits = Mutex(0)

        func visit(throwing: Bool) async throws(Fault) {
            try await turnstile.pass { () throws(Fault) in
                inside.withLock { $0 += 1 }
                await Task.yield()
                #expect(inside.withLock { $0 } == 1)
                inside.withLock { $0 -= 1 }
                visits.withLock { $0 += 1 }
                if throwing { throw Fault() }
            }
        }
    }

    @Test func `lets one through at a time, whether it throws or not`() async {
        let room = Room()
        await withTaskGroup(of: Void.self) { tasks in
            for number in 0..<200 {
                tasks.addTask {
                    let throwing = number % 3 == 0
                    do throws(Fault) {
                        try await room.visit(throwing: throwing)
                        #expect(!throwing)
                    } catch {
                        #expect(throwing)
                    }
                }
            }
        }
        #expect(room.visits.withLock { $0 } == 200)
    }
}
