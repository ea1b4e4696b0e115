import Foundation
import LapwingDisk
import LapwingSeries
import Testing

@testable import LapwingStorage

/// Histories on a disk that stops at each of its writes, syncs and changes of names, against a model of what was accepted.
@Suite struct `A store whose disk stops` {
    /// What was promised when the history ended, by its end or by the disk's.
    struct Outcome {
        /// Everything that was accepted.
        var accepted: DurableModel = [:]
        /// What had been accepted when the log was last synced.
        var synced: DurableModel = [:]
        /// With the batch whose answer never came.
        var attempted: DurableModel = [:]
    }

    /// Lives through a history until the disk refuses.
    private static func live(_ history: DurableHistory, on disk: SimulatedDisk) throws -> Outcome {
        var outcome = Outcome()
        do {
            var store = try DurableHistory.open(disk).store
            for step in history.steps {
                switch step {
                case .batch(let batch):
                    outcome.attempted = outcome.accepted
                    outcome.attempted.takeMissing(batch)
                    outcome.accepted.take(try DurableHistory.append(batch, to: store))
                    outcome.attempted = outcome.accepted
                case .sync:
                    try store.sync()
                    outcome.synced = outcome.accepted
                case .checkpoint:
                    try store.checkpoint()
                    outcome.synced = outcome.accepted
                case .reopen(let isClosed):
                    if isClosed {
                        try store.close()
                        outcome.synced = outcome.accepted
                    }
                    disk.restart(after: .process)
                    let (opened, report) = try DurableHistory.open(disk)
                    store = opened
                    #expect(report.damages.isEmpty)
                    let found = try DurableHistory.contents(of: store)
                    #expect(found == outcome.accepted)
                }
            }
        } catch let error as AppendError where error.message.contains("the process has ended") {
        } catch let error as StorageError where error.message.contains("the process has ended") {}
        return outcome
    }

    private static var rounds: Int { ProcessInfo.processInfo.environment["LAPWING_LONG_TESTS"] == "1" ? 200 : 2 }

    @Test func `a process that ends at any step has everything that was accepted, once`() throws {
        for seed in 0..<UInt64(Self.rounds) {
            let history = DurableHistory(seed: seed, length: 30)
            let whole = SimulatedDisk(seed: seed)
            _ = try Self.live(history, on: whole)
            for step in stride(from: 1, through: whole.steps + 1, by: 1 + Int(seed % 3)) {
                let disk = SimulatedDisk(seed: seed)
                disk.crash(at: step)
                let outcome = try Self.live(history, on: disk)
                disk.restart(after: .process)
                let (store, _) = try DurableHistory.open(disk)
                let found = try DurableHistory.contents(of: store)
                if found == outcome.accepted { continue }
                #expect(outcome.accepted.surplus(over: found) == nil, "lost, seed \(seed), step \(step)")
                #expect(found.surplus(over: outcome.attempted) == nil, "invented, seed \(seed), step \(step)")
            }
        }
    }

    @Test func `a machine that ends at any step has everything that was synced, and nothing that was never sent`() throws {
        for seed in 0..<UInt64(Self.rounds) {
            let history = DurableHistory(seed: 1000 + seed, length: 30)
            let whole = SimulatedDisk(seed: seed)
            _ = try Self.live(history, on: whole)
            for step in stride(from: 1 + Int(seed % 3), through: whole.steps + 1, by: 3) {
                let disk = SimulatedDisk(seed: seed &* 7919 &+ UInt64(step))
                disk.crash(at: step)
                let outcome = try Self.live(history, on: disk)
                disk.restart(after: .machine)
                let (store, _) = try DurableHistory.open(disk)
                let found = try DurableHistory.contents(of: store)
                #expect(outcome.synced.surplus(over: found) == nil, "lost, seed \(seed), step \(step)")
                #expect(found.surplus(over: outcome.attempted) == nil, "invented, seed \(seed), step \(step)")
                // And it goes on from there.
                try store.checkpoint()
                disk.restart(after: .process)
                #expect(try DurableHistory.contents(of: try DurableHistory.open(disk).store) == found, "seed \(seed), step \(step)")
            }
        }
    }
}

extension DurableModel {
    /// Takes the samples of a batch whose fate is not known, where there is none yet.
    fileprivate mutating func takeMissing(_ batch: [(labels: Labels, time: Int64, value: DurableHistory.Value)]) {
        for sample in batch where self[sample.labels]?[sample.time] == nil { self[sample.labels, default: [:]][sample.time] = sample.value.text }
    }
}
