import LapwingDisk
import LapwingSeries
import Synchronization
import Testing

@testable import LapwingStorage

@Suite struct `A disk that is full` {
    @Test func `a full disk refuses samples, answers queries, and works again when there is room`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        let model = try DurableHistory.fill(store, 3, 0..<400)
        disk.setCapacity(disk.usedBytes + 10)
        #expect { try DurableHistory.fill(store, 3, 400..<401) } throws: {
            ($0 as? AppendError)?.kind == .storageFull && "\($0)".contains("No space left on device; make room")
        }
        #expect { try store.checkpoint() } throws: { ($0 as? StorageError)?.kind == .full }
        #expect(try DurableHistory.contents(of: store) == model)
        #expect(store.diskFigures?.isRefusing == true)
        disk.setCapacity(.max)
        var all = model
        for (labels, samples) in try DurableHistory.fill(store, 3, 400..<420) { all[labels, default: [:]].merge(samples) { $1 } }
        #expect(try DurableHistory.contents(of: store) == all)
        #expect(store.diskFigures?.isRefusing == false)
        try store.checkpoint()
        disk.restart(after: .process)
        #expect(try DurableHistory.contents(of: try DurableHistory.open(disk).store) == all)
    }

    @Test func `series that a full disk refused go by themselves, and may come again when there is room`() throws {
        let disk = SimulatedDisk()
        var options = DurableHistory.options
        options.retention = .seconds(3600)
        options.limits.maximumUnloggedSeries = 10
        let store = try Store.open("d", on: disk, options: options, durability: DurableHistory.durability).store
        let model = try DurableHistory.fill(store, 3, 0..<1)
        disk.setCapacity(disk.usedBytes + 10)
        let time = Int64(1_700_000_015_000)
        func append(_ names: Range<Int>) throws -> DurableModel {
            var model: DurableModel = [:]
            model.take(try DurableHistory.append(names.map { (Labels(metric: "new", ["i": "\($0)"]), time, .float(1)) }, to: store))
            return model
        }
        for first in [0, 9] { #expect(throws: AppendError.self) { try append(first..<(first + 9)) } }
        // Ten wait for the log: no others are made.
        #expect(store.statistics.series == 13)
        #expect { try store.references(for: [Labels(metric: "other")]) } throws: { ($0 as? AppendError)?.kind == .storageFull }
        let references = try store.references(for: [Labels(metric: "new", ["i": "3"])])
        for _ in 0..<2 { store.removeExpired(now: Timestamp(milliseconds: time)) }
        #expect(store.statistics.series == 3)
        #expect(try DurableHistory.contents(of: store) == model)
        disk.setCapacity(.max)
        var batch = SampleBatch()
        batch.append(references[0], time: time, value: 1)
        #expect(try store.append(batch).map(\.reason) == [.unknownSeries])
        let all = model.merging(try append(0..<9)) { $1 }
        #expect(try DurableHistory.contents(of: store) == all)
        disk.restart(after: .process)
        let (again, report) = try Store.open("d", on: disk, options: options, durability: DurableHistory.durability)
        #expect(report.damages == [])
        #expect(try DurableHistory.contents(of: again) == all)
    }

    /// Each of those that waited for a disk which could not sync wrote all of memory, one after the other.
    @Test func `one checkpoint serves all who find the log in doubt`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        let written = Mutex(0)
        store.tellCheckpoints { isWritten, _ in written.withLock { $0 += isWritten ? 1 : 0 } }
        try DurableHistory.fill(store, 3, 0..<10)
        disk.refuse(disk.steps + 1..<disk.steps + 2)
        #expect(throws: StorageError.self) { try store.sync() }
        let durability = try #require(store.durability)
        for _ in 0..<3 { try store.checkpoint(durability, onlyIfDoubtful: true) }
        #expect(written.withLock { $0 } == 1)
    }

    /// Where the last sync failed, a clean end wrote no checkpoint, and the machine's end took what the system had dropped.
    @Test func `a clean end keeps everything though the disk fails the last sync`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        try DurableHistory.fill(store, 3, 0..<100)
        let model = try DurableHistory.contents(of: store)
        disk.refuse(disk.steps + 1..<disk.steps + 2)
        try store.close()
        disk.restart(after: .machine)
        #expect(try DurableHistory.contents(of: DurableHistory.open(disk).store) == model)
    }

    @Test func `a full disk is let go by removing what is old`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        try DurableHistory.fill(store, 3, 0..<1200)
        try store.checkpoint()
        disk.setCapacity(disk.usedBytes)
        #expect(throws: AppendError.self) { try DurableHistory.fill(store, 3, 1200..<1201) }
        store.removeSamples(before: Timestamp(milliseconds: 1_700_000_000_000 + 1100 * 15_000))
        #expect(store.diskFigures?.segments == 0)
        try DurableHistory.fill(store, 3, 1200..<1201)
    }
}
