import LapwingDisk
import LapwingSeries
import Synchronization
import Testing

@testable import LapwingStorage

@Suite struct `A store with a directory` {
    @Test func `what was accepted is there again, from the log, from a checkpoint, and from segments`() throws {
        let disk = SimulatedDisk()
        var store = try DurableHistory.open(disk).store
        let model = try DurableHistory.fill(store, 3, 0..<1200)
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

    @Test(arguments: [false, true]) func `few samples are found again by a range that ends with the first of them`(isHistogram: Bool) throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        let start = Int64(1_700_000_000_000)
        for scrape in 0..<Int64(3) {
            let value: DurableHistory.Value = isHistogram ? .histogram(NativeHistogram(count: Double(scrape))) : .float(1)
            _ = try DurableHistory.append([(Labels(metric: "few"), start + scrape * 15_000, value)], to: store)
        }
        try store.close()
        disk.restart(after: .process)
        let first = TimeRange(start: Timestamp(milliseconds: start - 1), end: Timestamp(milliseconds: start))
        let set = try DurableHistory.open(disk).store.snapshot().select([.equal("__name__", "few")], over: first)
        #expect(set.count == 1)
    }

    @Test func `settled chunks are read from their segment, which takes less than two bytes a sample`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        try DurableHistory.fill(store, 40, 0..<1200)
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
        try DurableHistory.fill(store, 3, 0..<1800)
        let before = Self.summaries(of: store)
        #expect(before.map(\.count) == [3, 3, 3])
        try store.checkpoint()
        disk.restart(after: .process)
        let again = try DurableHistory.open(disk, options).store
        #expect(Self.summaries(of: again) == before)
        try DurableHistory.fill(again, 3, 1800..<2400)
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
        try DurableHistory.fill(store, 500, 0..<20)
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

    @Test func `retention removes segments, and what it removed does not come back`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        try DurableHistory.fill(store, 3, 0..<1200)
        try store.checkpoint()
        try DurableHistory.fill(store, 3, 1200..<2400)
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
        try DurableHistory.fill(store, 3, 0..<1100)
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
        try DurableHistory.fill(store, 3, 0..<10)
        store.removeSamples(before: Timestamp(milliseconds: 1_800_000_000_000))
        #expect(store.counts.series == 0)
        let model = try DurableHistory.fill(store, 3, 10..<20)
        disk.restart(after: .process)
        let (again, report) = try DurableHistory.open(disk)
        #expect(report.series == 3 && report.damages == [])
        #expect(try DurableHistory.contents(of: again) == model)
    }

    @Test func `a number that a series had is not given to another, though no file tells of it any more`() throws {
        let disk = SimulatedDisk()
        var store = try DurableHistory.open(disk).store
        try DurableHistory.fill(store, 3, 0..<10)
        let last = try store.references(for: [Labels(metric: "last")])[0]
        for _ in 0..<2 { store.removeSamples(before: Timestamp(milliseconds: 1_800_000_000_000)) }
        #expect(store.counts.series == 0)
        try store.checkpoint()
        disk.restart(after: .process)
        store = try DurableHistory.open(disk).store
        #expect(try store.references(for: [Labels(metric: "next")])[0].rawValue > last.rawValue)
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

    @Test func `a directory is read while its store is in use, and nothing is changed`() throws {
        let disk = SimulatedDisk()
        let store = try DurableHistory.open(disk).store
        let model = try DurableHistory.fill(store, 3, 0..<800)
        try store.checkpoint()
        let more = try DurableHistory.fill(store, 3, 800..<810)
        let steps = disk.steps
        #expect(Store.isData("d", on: disk) && !Store.isData("e", on: disk))
        let (read, report) = try Store.read("d", on: disk)
        #expect(report.damages == [])
        #expect(try DurableHistory.contents(of: read) == model.merging(more) { $0.merging($1) { $1 } })
        #expect(throws: AppendError.self) { try DurableHistory.fill(read, 3, 810..<811) }
        #expect(disk.steps == steps)
    }

    @Test func `a store that is closed takes nothing more`() throws {
        let store = try DurableHistory.open(SimulatedDisk()).store
        try DurableHistory.fill(store, 1, 0..<3)
        try store.close()
        #expect { try DurableHistory.fill(store, 1, 3..<4) } throws: { ($0 as? AppendError)?.kind == .closed }
    }

    @Test func `with a sync before every answer the machine may end at any time`() throws {
        let disk = SimulatedDisk(seed: 3)
        var options = DurabilityOptions()
        options.syncInterval = .zero
        let store = try Store.open("d", on: disk, durability: options).store
        let model = try DurableHistory.fill(store, 3, 0..<10)
        disk.restart(after: .machine)
        #expect(try DurableHistory.contents(of: try DurableHistory.open(disk).store) == model)
    }
}
