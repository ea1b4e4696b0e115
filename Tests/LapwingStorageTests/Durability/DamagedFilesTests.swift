import LapwingDisk
import SeededRandom
import Testing

@testable import LapwingStorage

@Suite struct `Damaged files of a directory` {
    @Test func `the end of a log that was cut off is told with its bytes, and the rest is kept`() throws {
        let disk = SimulatedDisk()
        let model = try DurableHistory.fill(try DurableHistory.open(disk).store, 3, 0..<20)
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
        var model = try DurableHistory.fill(store, 2, 0..<700)
        try store.checkpoint()
        for (labels, samples) in try DurableHistory.fill(store, 2, 700..<720) { model[labels, default: [:]].merge(samples) { $1 } }
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
        try DurableHistory.fill(store, 2000, 0..<2)
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
        try DurableHistory.fill(try DurableHistory.open(disk).store, 1, 0..<3)
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

    @Test func `segments that were not looked at by the start are looked at after it`() throws {
        let disk = SimulatedDisk()
        let filled = try DurableHistory.open(disk).store
        let model = try DurableHistory.fill(filled, 3, 0..<1200)
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
}
