import Foundation
import LapwingDisk
import LapwingSeries
import SeededRandom
import Testing

@testable import LapwingStorage

/// Histories on a disk that fails for some of its writes, syncs and changes of names, and is well again: the process lives on, and
/// what it said is held to after it.
@Suite struct `A store whose disk is ill for a while` {
    /// What was promised, and what else may be there.
    private struct Promises {
        var accepted: DurableModel = [:]
        /// What had been accepted when the log was last synced.
        var synced: DurableModel = [:]
        /// What was refused, or its answer was an error: a frame may have been written whole before the disk said no.
        var refused: DurableModel = [:]

        /// - Returns: what is wrong with a store that is opened again.
        func fault(of found: DurableModel, isMachine: Bool) -> String? {
            let kept = isMachine ? synced : accepted
            for (labels, samples) in kept {
                for (time, text) in samples where found[labels]?[time] != text && refused[labels]?[time] == nil {
                    return "\(labels) at \(time): lost"
                }
            }
            for (labels, samples) in found {
                for (time, text) in samples where accepted[labels]?[time] != text && refused[labels]?[time] != text {
                    return "\(labels) at \(time): nobody sent it"
                }
            }
            return nil
        }
    }

    private static func live(_ history: DurableHistory, on disk: SimulatedDisk) throws -> Promises {
        var promises = Promises()
        var store = try reopened(disk)
        for step in history.steps {
            do {
                switch step {
                case .batch(let batch):
                    promises.refused.take(batch)
                    let taken = try DurableHistory.append(batch, to: store)
                    promises.accepted.take(taken)
                    for sample in batch { promises.refused[sample.labels]?[sample.time] = nil }
                case .sync:
                    try store.sync()
                    promises.synced = promises.accepted
                case .checkpoint:
                    try store.checkpoint()
                    promises.synced = promises.accepted
                case .reopen(let isClosed):
                    if isClosed { try? store.close() }
                    disk.restart(after: .process)
                    store = try reopened(disk)
                    let found = try DurableHistory.contents(of: store)
                    #expect(promises.fault(of: found, isMachine: false) == nil)
                    promises.accepted = found
                }
            } catch let error as AppendError where error.message.contains("Input/output error") {
            } catch let error as StorageError where error.message.contains("Input/output error") {}
        }
        disk.refuse(0..<0)
        try store.sync()
        promises.synced = promises.accepted
        return promises
    }

    /// Whoever starts the program tries again while the disk is ill.
    private static func reopened(_ disk: SimulatedDisk) throws -> Store {
        for _ in 0..<20 { if let store = try? DurableHistory.open(disk).store { return store } }
        return try DurableHistory.open(disk).store
    }

    private static var rounds: Int { ProcessInfo.processInfo.environment["LAPWING_LONG_TESTS"] == "1" ? 60 : 2 }

    @Test(arguments: [false, true]) func `keeps what it accepted, over its own end and the machine's`(isMachine: Bool) throws {
        for seed in 0..<UInt64(Self.rounds) {
            let history = DurableHistory(seed: 2000 + seed, length: 30)
            let whole = SimulatedDisk(seed: seed)
            _ = try Self.live(history, on: whole)
            var generator = SeededGenerator(seed)
            for step in stride(from: 1 + Int(seed % 3), through: whole.steps, by: 3) {
                let disk = SimulatedDisk(seed: seed &* 7919 &+ UInt64(step))
                let length = 1 + generator.below(6)
                disk.refuse(step..<(step + length))
                let promises = try Self.live(history, on: disk)
                disk.restart(after: isMachine ? .machine : .process)
                let found = try DurableHistory.contents(of: try DurableHistory.open(disk).store)
                let fault = promises.fault(of: found, isMachine: isMachine)
                if let fault { Issue.record("seed \(seed), steps \(step)..<\(step + length): \(fault)") }
            }
        }
    }

    /// Linux drops what it could not write and calls the next syncing a success: the log counted as kept, and lacked what was dropped.
    @Test func `what was lost in a sync that failed is written anew`() throws {
        let disk = SimulatedDisk(seed: 3)
        let store = try DurableHistory.open(disk).store
        var model = try DurableHistory.fill(store, 5, 0..<50)
        disk.refuse(disk.steps + 1..<disk.steps + 2)
        #expect(throws: StorageError.self) { try store.sync() }
        model.merge(try DurableHistory.fill(store, 5, 50..<60)) { $0.merging($1) { $1 } }
        try store.sync()
        #expect(try !store.checkpointIfDue())
        disk.restart(after: .machine)
        let found = try DurableHistory.contents(of: try DurableHistory.open(disk).store)
        #expect(model.surplus(over: found) == nil)
    }

    @Test func `before an answer too, where each is synced, and with the next checkpoint`() throws {
        let disk = SimulatedDisk(seed: 4)
        var durability = DurableHistory.durability
        durability.syncInterval = .zero
        let store = try DurableHistory.open(disk, durability).store
        var model = try DurableHistory.fill(store, 5, 0..<10)
        for (scrape, isCheckpoint) in [(10, false), (12, true)] {
            disk.refuse(disk.steps + 2..<disk.steps + 3)
            #expect(throws: AppendError.self) { try DurableHistory.fill(store, 5, scrape..<scrape + 1) }
            if isCheckpoint { #expect(try store.checkpointIfDue()) }
            model.merge(try DurableHistory.fill(store, 5, scrape + 1..<scrape + 2)) { $0.merging($1) { $1 } }
        }
        disk.restart(after: .machine)
        let found = try DurableHistory.contents(of: try DurableHistory.open(disk).store)
        #expect(model.surplus(over: found) == nil)
    }
}
