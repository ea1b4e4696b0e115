import Lapwing
import LapwingDisk
import LapwingSeries
import LapwingStorage
import Synchronization
import Testing

@testable import LapwingServer

@Suite struct `Who keeps the data directory` {
    @Test func `tells a disk that takes no samples once, and once that it takes them again`() throws {
        let disk = SimulatedDisk()
        let store = try Store.open("d", on: disk).store
        let lines = Mutex<[String]>([])
        let log = LogWriter { line in lines.withLock { $0.append(line) } }
        let keeper = DataKeeper(store, SidecarConfiguration(), log, Instruments())
        let references = try store.references(for: [Labels(metric: "a")])
        func append(_ time: Int64) throws {
            var batch = SampleBatch()
            batch.append(references[0], time: time, value: 1)
            try store.append(batch)
        }
        try append(1)
        keeper.tellRefusal()
        #expect(lines.withLock { $0 } == [])
        disk.setCapacity(disk.usedBytes + 4)
        for time in [2, 3] as [Int64] {
            #expect(throws: AppendError.self) { try append(time) }
            keeper.tellRefusal()
        }
        disk.setCapacity(.max)
        try append(4)
        for _ in 0..<2 { keeper.tellRefusal() }
        let told = lines.withLock { $0 }
        #expect(told.count == 2, "\(told)")
        #expect(told.first?.contains("level=error msg=\"the disk takes no samples\" err=\"cannot write to d/log-00000001: No space left") ?? false, "\(told)")
        #expect(told.last?.contains("level=info msg=\"the disk takes samples again\"") ?? false, "\(told)")
    }

    /// Those that a sync writes were not counted.
    @Test func `counts every checkpoint, whoever asks for it`() throws {
        let disk = SimulatedDisk()
        let store = try Store.open("d", on: disk).store
        let instruments = Instruments()
        let keeper = DataKeeper(store, SidecarConfiguration(), LogWriter { _ in }, instruments, giveBack: {})
        func counts(_ suffix: String) -> String { String(decoding: instruments.page(), as: UTF8.self).lines(beginning: "lapwing_tsdb_checkpoint_\(suffix) ") }
        var batch = SampleBatch()
        batch.append(try store.references(for: [Labels(metric: "a")])[0], time: 1, value: 1)
        try store.append(batch)
        disk.refuse(disk.steps + 1..<disk.steps + 2)
        #expect(throws: StorageError.self) { try store.sync() }
        try store.sync()
        _ = keeper.keep(1, isSync: true, isSweep: false)
        #expect(counts("creations_total").hasSuffix(" 1") && counts("duration_seconds_count").hasSuffix(" 1"))
        disk.refuse(disk.steps + 1..<disk.steps + 2)
        #expect(throws: StorageError.self) { try store.checkpoint() }
        #expect(counts("creations_failed_total").hasSuffix(" 1") && counts("creations_total").hasSuffix(" 1"))
    }

    @Test func `gives free memory back when it sweeps, and not between`() throws {
        let store = try Store.open("d", on: SimulatedDisk()).store
        let times = Mutex(0)
        let keeper = DataKeeper(store, SidecarConfiguration(), LogWriter { _ in }, Instruments()) { times.withLock { $0 += 1 } }
        for (second, isSweep) in [(1, true), (2, false), (6, false), (61, true)] {
            _ = keeper.keep(second, isSync: true, isSweep: isSweep)
            #expect(times.withLock { $0 } == (second < 61 ? 1 : 2), "second \(second)")
        }
    }

    /// Seventeen days ahead for 68 seconds, and all that was stored was gone.
    @Test func `a clock that is wrong for a while has nothing removed, samples or not, and what is old goes in the end`() throws {
        let day = Duration.seconds(86_400)
        let store = Store(options: StoreOptions(retention: day * 15))
        let begin = Timestamp(milliseconds: 1_700_000_000_000)
        let clock = Mutex(begin)
        let keeper = DataKeeper(store, SidecarConfiguration(), LogWriter { _ in }, Instruments(), giveBack: {}, now: { clock.withLock { $0 } })
        func append(_ name: String, at time: Timestamp) throws {
            var batch = SampleBatch()
            batch.append(try store.references(for: [Labels(metric: name)])[0], time: time.milliseconds, value: 1)
            try store.append(batch)
        }
        func sweep(_ second: Int) { _ = keeper.keep(second, isSync: false, isSweep: true) }
        try append("a", at: begin)
        clock.withLock { $0 = begin + day * 17 }
        sweep(1)
        #expect(store.counts.samples == 1, "it is at most the newest sample's time")
        try append("b", at: begin + day * 17)
        for second in stride(from: 61, through: 3541, by: 60) { sweep(second) }
        #expect(store.counts.samples == 2, "a leap is not believed")
        for second in stride(from: 3601, through: 3721, by: 60) { sweep(second) }
        #expect(store.counts.samples == 1, "it has lasted for an hour")
    }

    @Test func `retention is counted by the clock while it is right`() {
        let begin = Timestamp(milliseconds: 1_700_000_000_000)
        var clock = RetentionClock(retention: .seconds(1200))
        #expect(clock.time(begin, newest: nil, second: 1) == nil)
        for second in stride(from: 60, through: 6000, by: 60) {
            let now = begin + .seconds(second)
            #expect(clock.time(now, newest: now - .seconds(second % 120 / 10), second: second) == now - .seconds(6))
        }
    }
}

extension String {
    fileprivate func lines(beginning prefix: String) -> String { split(separator: "\n").filter { $0.hasPrefix(prefix) }.joined(separator: "\n") }
}
