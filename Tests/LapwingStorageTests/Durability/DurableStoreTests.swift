import LapwingDisk
import LapwingSeries
import SeededRandom
import Synchronization
import Testing

@testable import LapwingStorage

@Suite struct `A store with a directory` {
    private static func batch(_ series: Int, _ samples: Range<Int>) -> [(labels: Labels, time: Int64, value: DurableHistory.Value)] {
        samples.flatMap { sample in
            let time = Int64(1_700_000_000_000 + sample * 15_000)
            return (0..<series).map { index in
                let noise = (sample * 7919 + index * 31) % 29
                return (Labels(metric: "m", ["i": "\(index)"]), time, DurableHistory.Value.float(Double(sample * 30 + noise)))
            }
        }
    }

    @discardableResult
    private static func fill(_ store: Store, _ series: Int, _ samples: Range<Int>) throws -> DurableModel {
        var model: DurableModel = [:]
        for sample in samples { model.take(try DurableHistory.append(batch(series, sample..<(sample + 1)), to: store)) }
        return model
    }

    @Test func `what was accepted is there again, from the log, from a checkpoint, and from segments`() throws {
        let disk = SimulatedDisk()
        var store = try DurableHistory.open(disk).store
        let model = try Self.fill(store, 3, 0..<1200)
        for round in 0..<3 {
            disk.restart(after: .process)
            let (opened, report) = try DurableHistory.open(disk)
            store = opened
            #expect(report.damages == [] && report.samples == 3600 && report.series == 3)
            #expect(report.logBatches == (round == 0 ? 1200 : 0) && report.segments == (round == 0 ? 0 : 1))
            #expect(try DurableHistory.contents(of: store) == model)
            try store.checkpoint()
            #expect(try DurableHistory.contents(of: store) == model)
        }
        let figures = try #require(store.diskFigures)
        #expect(figures.segments == 1 && figures.logBytes < 100)
    }

    @Test func `settled chunks are read from their segment, which takes less than two bytes a sample`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        try Self.fill(store, 40, 0..<1200)
        let before = store.statistics.sampleBytes
        try store.checkpoint()
        #expect(store.statistics.sampleBytes < before)
        let figures = try #require(store.diskFigures)
        #expect(Double(figures.bytes) < 1.9 * 48_000, "\(figures.bytes) bytes")
    }

    @Test(arguments: [1, 1 << 30]) func `summaries are there after a start, from a segment and from a checkpoint`(segmentBytes: Int) throws {
        let disk = SimulatedDisk()
        var options = DurabilityOptions()
        options.segmentBytes = segmentBytes
        let store = try DurableHistory.open(disk, options).store
        try Self.fill(store, 3, 0..<1800)
        let before = Self.summaries(of: store)
        #expect(before.map(\.count) == [3, 3, 3])
        try store.checkpoint()
        disk.restart(after: .process)
        let again = try DurableHistory.open(disk, options).store
        #expect(Self.summaries(of: again) == before)
        try Self.fill(again, 3, 1800..<2400)
        #expect(Self.summaries(of: again).map(\.count) == [4, 4, 4])
    }

    /// The words of each chunk's summary, series by series.
    private static func summaries(of store: Store) -> [[[UInt64]]] {
        let pages = store.writer.withLock { $0.pages }
        return pages.flatMap { page in page?.withLock { state in state.series.map { $0.summaries.chunks.map(\.words) } } ?? [] }
    }

    @Test func `the log takes less than five bytes a sample, and eighty for a new series`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        try Self.fill(store, 500, 0..<20)
        let bytes = try #require(store.diskFigures).logBytesWritten
        #expect(bytes < 90_000, "\(bytes) bytes")
    }

    @Test func `a second process is refused, with the number of the first`() throws {
        let disk = SimulatedDisk()
        let first = try DurableHistory.open(disk)
        #expect { try DurableHistory.open(disk) } throws: {
            ($0 as? StorageError)?.kind == .held && "\($0)".contains("process 1 uses this directory")
        }
        _ = first
    }

    @Test func `a full disk refuses samples, answers queries, and works again when there is room`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        let model = try Self.fill(store, 3, 0..<400)
        disk.setCapacity(disk.usedBytes + 10)
        #expect { try Self.fill(store, 3, 400..<401) } throws: {
            ($0 as? AppendError)?.kind == .storageFull && "\($0)".contains("No space left on device; make room")
        }
        #expect { try store.checkpoint() } throws: { ($0 as? StorageError)?.kind == .full }
        #expect(try DurableHistory.contents(of: store) == model)
        #expect(store.diskFigures?.isRefusing == true)
        disk.setCapacity(.max)
        var all = model
        for (labels, samples) in try Self.fill(store, 3, 400..<420) { all[labels, default: [:]].merge(samples) { $1 } }
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
        let model = try Self.fill(store, 3, 0..<1)
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

    @Test func `a full disk is let go by removing what is old`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        try Self.fill(store, 3, 0..<1200)
        try store.checkpoint()
        disk.setCapacity(disk.usedBytes)
        #expect(throws: AppendError.self) { try Self.fill(store, 3, 1200..<1201) }
        store.removeSamples(before: Timestamp(milliseconds: 1_700_000_000_000 + 1100 * 15_000))
        #expect(store.diskFigures?.segments == 0)
        try Self.fill(store, 3, 1200..<1201)
    }

    @Test func `the end of a log that was cut off is told with its bytes, and the rest is kept`() throws {
        let disk = SimulatedDisk()
        let model = try Self.fill(try DurableHistory.open(disk).store, 3, 0..<20)
        let bytes = disk.contents(of: "d/log-00000001")
        for cut in [1, 5, 17] {
            disk.setContents(of: "d/log-00000001", Array(bytes.dropLast(cut)))
            disk.restart(after: .process)
            let (store, report) = try DurableHistory.open(disk)
            #expect(report.samples == 57 && report.damages.count == 1)
            #expect(report.damages[0].hasPrefix("d/log-00000001: its last ") && report.damages[0].hasSuffix("are no whole record and are dropped"))
            #expect(try DurableHistory.contents(of: store).surplus(over: model) == nil)
        }
    }

    @Test func `any flipped bit costs one record or chunk at most, is told, and the file is set aside`() throws {
        let disk = SimulatedDisk()
        var store = try DurableHistory.open(disk).store
        var model = try Self.fill(store, 2, 0..<700)
        try store.checkpoint()
        for (labels, samples) in try Self.fill(store, 2, 700..<720) { model[labels, default: [:]].merge(samples) { $1 } }
        let files = try disk.list("d").filter { $0 != "lock" }.map { (name: $0, bytes: disk.contents(of: "d/" + $0)) }
        #expect(files.count == 3)
        var generator = SeededGenerator(5)
        for round in 0..<150 {
            let damaged = SimulatedDisk()
            for file in files { damaged.setContents(of: "d/" + file.name, file.bytes) }
            let file = files[round % files.count]
            let bit = Int.random(in: 0..<(8 * file.bytes.count), using: &generator)
            damaged.flipBit(bit, of: "d/" + file.name)
            let (opened, report) = try DurableHistory.open(damaged)
            store = opened
            #expect(report.damages.contains { $0.contains(file.name) }, "bit \(bit) of \(file.name)")
            let found = try DurableHistory.contents(of: store)
            #expect(found.surplus(over: model) == nil, "bit \(bit) of \(file.name)")
            if file.name.hasPrefix("log") { #expect(found.values.reduce(0) { $0 + $1.count } >= 1438, "bit \(bit) of \(file.name)") }
            let isReplaced = try store.checkpointIfDue()
            #expect(isReplaced || report.damages.contains { $0.contains("set aside") }, "bit \(bit) of \(file.name)")
            damaged.restart(after: .process)
            let (again, second) = try DurableHistory.open(damaged)
            let foundAgain = try DurableHistory.contents(of: again)
            #expect(second.damages == [] && foundAgain == found, "bit \(bit) of \(file.name)")
        }
    }

    @Test func `a flipped bit in an index is told with the number of series that it took`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        try Self.fill(store, 2000, 0..<2)
        try store.checkpoint()
        let bytes = disk.contents(of: "d/checkpoint-00000001")
        // The samples are few: most of the file is its index.
        disk.flipBit(8 * (bytes.count - 20_000), of: "d/checkpoint-00000001")
        disk.restart(after: .process)
        let report = try DurableHistory.open(disk).report
        let lost = 2000 - report.series
        #expect(lost > 0 && lost < 1000)
        #expect(report.damages.count == 1 && report.damages[0].contains("and \(lost) series whose index it was"), "\(report.damages)")
    }

    @Test func `a file of another version is refused by its number and left alone`() throws {
        let disk = SimulatedDisk()
        try Self.fill(try DurableHistory.open(disk).store, 1, 0..<3)
        var bytes = disk.contents(of: "d/log-00000001")
        bytes[4] = 2
        let sum = Checksum.crc32c(Array(bytes[..<16]))
        for index in 0..<4 { bytes[16 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
        disk.setContents(of: "d/log-00000001", bytes)
        disk.restart(after: .process)
        #expect { try DurableHistory.open(disk) } throws: {
            ($0 as? StorageError)?.kind == .unknownVersion && "\($0)".contains("log-00000001: it is written in version 2")
        }
        #expect(disk.contents(of: "d/log-00000001") == bytes)
    }

    @Test func `retention removes segments, and what it removed does not come back`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        try Self.fill(store, 3, 0..<1200)
        try store.checkpoint()
        try Self.fill(store, 3, 1200..<2400)
        try store.checkpoint()
        #expect(store.diskFigures?.segments == 2)
        store.removeSamples(before: Timestamp(milliseconds: 1_700_000_000_000 + 1200 * 15_000))
        #expect(store.diskFigures?.segments == 1)
        let left = try DurableHistory.contents(of: store)
        try store.close()
        disk.restart(after: .process)
        let (again, report) = try DurableHistory.open(disk)
        #expect(report.damages == [])
        #expect(try DurableHistory.contents(of: again) == left)
        try again.shrink(to: 4000)
        #expect(try #require(again.diskFigures).bytes <= 4000)
    }

    /// Chunks of more than a tenth of the time: nothing went, and a hundred checkpoints were written for it each minute.
    @Test func `a directory that takes too much loses its oldest chunks, however long they are`() throws {
        let disk = SimulatedDisk()
        var options = DurabilityOptions()
        options.segmentBytes = 1 << 30
        let store = try DurableHistory.open(disk, options).store
        try Self.fill(store, 3, 0..<1100)
        try store.checkpoint()
        let figures = try #require(store.diskFigures)
        #expect(figures.segments == 0)
        let samples = store.counts.samples
        try store.shrink(to: figures.bytes - 1)
        #expect(store.counts.samples < samples && store.counts.samples > samples / 3)
        #expect(try #require(store.diskFigures).bytes < figures.bytes)
        // What is newest stays, and is not written again and again.
        try store.shrink(to: 1)
        let files = try disk.list("d")
        try store.shrink(to: 1)
        #expect(store.counts.samples > 0)
        #expect(try disk.list("d") == files)
    }

    @Test func `series that went and came back keep their new number`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        try Self.fill(store, 3, 0..<10)
        store.removeSamples(before: Timestamp(milliseconds: 1_800_000_000_000))
        #expect(store.counts.series == 0)
        let model = try Self.fill(store, 3, 10..<20)
        disk.restart(after: .process)
        let (again, report) = try DurableHistory.open(disk)
        #expect(report.series == 3 && report.damages == [])
        #expect(try DurableHistory.contents(of: again) == model)
    }

    @Test func `notes are kept by the log and by checkpoints, the newest of each key`() throws {
        let disk = SimulatedDisk()
        var store = try DurableHistory.open(disk).store
        try store.setNotes([Note("alerts", [1, 2, 3]), Note("gone", [9])])
        try store.setNotes([Note("alerts", [4])])
        for _ in 0..<3 {
            disk.restart(after: .process)
            store = try DurableHistory.open(disk).store
            #expect(store.notes(beginning: "alerts") == [Note("alerts", [4])])
            try store.setNotes([Note("gone", nil)])
            #expect(store.notes(beginning: "gone") == [])
            try store.checkpoint()
        }
    }

    @Test func `segments that were not looked at by the start are looked at after it`() throws {
        let disk = SimulatedDisk()
        let filled = try DurableHistory.open(disk).store
        let model = try Self.fill(filled, 3, 0..<1200)
        try filled.checkpoint()
        disk.restart(after: .process)
        disk.flipBit(8 * 300, of: "d/segment-00000001")
        var options = DurabilityOptions()
        options.verifiedBytes = 0
        let (store, report) = try Store.open("d", on: disk, durability: options)
        #expect(report.damages == [])
        store.summarizeChunks()
        let (damage, isMore) = store.verifyNextSegment()
        #expect(isMore && damage?.contains("d/segment-00000001: ") ?? false)
        #expect(store.verifyNextSegment().isMore == false)
        let left = try DurableHistory.contents(of: store)
        #expect(left.surplus(over: model) == nil && left != model)
        #expect(left.values.reduce(0) { $0 + $1.count } == store.counts.samples)
        #expect(try store.checkpointIfDue())
        #expect(try disk.list("d").contains("segment-00000001.damaged"))
        disk.restart(after: .process)
        let (again, second) = try DurableHistory.open(disk)
        #expect(second.damages == [])
        #expect(try DurableHistory.contents(of: again) == left)
    }

    @Test func `a directory is read while its store is in use, and nothing is changed`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        let model = try Self.fill(store, 3, 0..<800)
        try store.checkpoint()
        let more = try Self.fill(store, 3, 800..<810)
        let steps = disk.steps
        #expect(Store.isData("d", on: disk) && !Store.isData("e", on: disk))
        let (read, report) = try Store.read("d", on: disk)
        #expect(report.damages == [])
        #expect(try DurableHistory.contents(of: read) == model.merging(more) { $0.merging($1) { $1 } })
        #expect(throws: AppendError.self) { try Self.fill(read, 3, 810..<811) }
        #expect(disk.steps == steps)
    }

    @Test func `a store that is closed takes nothing more`() throws {
        let store = try DurableHistory.open(SimulatedDisk()).store
        try Self.fill(store, 1, 0..<3)
        try store.close()
        #expect { try Self.fill(store, 1, 3..<4) } throws: { ($0 as? AppendError)?.kind == .closed }
    }

    @Test func `with a sync before every answer the machine may end at any time`() throws {
        let disk = SimulatedDisk(seed: 3)
        var options = DurabilityOptions()
        options.syncInterval = .zero
        let store = try Store.open("d", on: disk, durability: options).store
        let model = try Self.fill(store, 3, 0..<10)
        disk.restart(after: .machine)
        #expect(try DurableHistory.contents(of: try DurableHistory.open(disk).store) == model)
    }
}
