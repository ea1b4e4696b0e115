import Synchronization
import Testing

@testable import Lapwing

@Suite struct `A timetable` {
    private final class Diary: Sendable {
        let entries = Mutex<[(name: String, at: ContinuousClock.Instant)]>([])

        func write(_ name: String) { entries.withLock { $0.append((name, .now)) } }

        private let gate = Mutex(false)

        /// Keeps whoever calls it busy until the gate is open.
        func stayBusy() { while !gate.withLock({ $0 }) {} }

        func openGate() { gate.withLock { $0 = true } }

        func count(_ name: String) -> Int { entries.withLock { $0.count { $0.name == name } } }
    }

    @Test func `does each thing after the wait that it asks for, and no more once it is ended`() async throws {
        let (timetable, diary) = (Timetable(), Diary())
        defer { timetable.endAll() }
        let begin = ContinuousClock.now
        let late = timetable.add(after: .seconds(3600)) {
            diary.write("late")
            return .seconds(1)
        }
        // Earlier than what a thread waits for already.
        let often = timetable.add(after: .milliseconds(20)) {
            diary.write("often")
            return .milliseconds(5)
        }
        try await until { diary.count("often") >= 5 }
        let first = diary.entries.withLock { $0.first?.at }
        #expect(try #require(first) - begin >= .milliseconds(20))
        await timetable.end(often)
        let count = diary.count("often")
        await timetable.end(late)
        _ = timetable.add(after: .milliseconds(30)) {
            diary.write("after")
            return .seconds(3600)
        }
        try await until { diary.count("after") == 1 }
        #expect(diary.count("often") == count && diary.count("late") == 0)
    }

    @Test func `waits at the end of a thing until it is not under way`() async throws {
        let (timetable, diary) = (Timetable(), Diary())
        defer { timetable.endAll() }
        let number = timetable.add(after: .zero) {
            diary.write("begins")
            diary.stayBusy()
            diary.write("ends")
            return .zero
        }
        try await until { diary.count("begins") == 1 }
        async let end: Void = timetable.end(number)
        diary.openGate()
        await end
        #expect(diary.count("begins") == 1 && diary.count("ends") == 1)
    }

    @Test func `lets nothing wait for a thing that takes long, the first time neither`() async throws {
        let (timetable, diary) = (Timetable(), Diary())
        defer { timetable.endAll() }
        let slow = timetable.add(after: .milliseconds(10)) {
            diary.write("slow")
            diary.stayBusy()
            return .zero
        }
        _ = timetable.add(after: .milliseconds(50)) {
            diary.write("other")
            return .milliseconds(1)
        }
        // Both threads may be at it, and a third one watches.
        try await until { diary.count("other") > 3 }
        #expect(diary.count("slow") == 1)
        diary.openGate()
        await timetable.end(slow)
    }

    @Test func `wakes once for things that are due within a millisecond`() async throws {
        let (timetable, diary) = (Timetable(), Diary())
        defer { timetable.endAll() }
        for (name, wait) in [("first", 30_000), ("second", 30_500)] {
            _ = timetable.add(after: .milliseconds(20)) {
                diary.write(name)
                return .microseconds(wait)
            }
        }
        try await until { diary.count("second") > 1 }
        func times(_ name: String) -> [ContinuousClock.Instant] { diary.entries.withLock { $0.filter { $0.name == name }.map(\.at) } }
        let (first, second) = (times("first"), times("second"))
        // Where both were done one after the other, and not with a pause between them.
        if second[0] - first[0] < .microseconds(400), first[0] < second[0] { #expect(first[1] >= second[0] + .microseconds(30_500)) }
    }

    @Test func `has so many threads at most, and does the rest when one of them is free`() async throws {
        let (timetable, diary) = (Timetable(maximumThreads: 3), Diary())
        defer { timetable.endAll() }
        for number in 0..<6 {
            _ = timetable.add(after: .milliseconds(10 + number)) {
                diary.write("begins")
                diary.stayBusy()
                return .seconds(3600)
            }
        }
        try await until { diary.count("begins") == 3 }
        try await Task.sleep(for: .milliseconds(50))
        #expect(diary.count("begins") == 3)
        diary.openGate()
        try await until { diary.count("begins") == 6 }
    }

    @Test func `is gone with its threads, those too that wait, when all is ended`() async throws {
        let diary = Diary()
        weak var gone: Timetable?
        do {
            let timetable = Timetable()
            gone = timetable
            _ = timetable.add(after: .zero) {
                diary.write("once")
                return .seconds(3600)
            }
            try await until { diary.count("once") == 1 }
            timetable.endAll()
        }
        try await until { gone == nil }
    }
}
