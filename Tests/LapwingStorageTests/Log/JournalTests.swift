import LapwingDisk
import Testing

@testable import LapwingStorage

@Suite struct `The log of a data directory` {
    private let disk: SimulatedDisk
    private let journal: Journal

    init() {
        disk = SimulatedDisk()
        let markers = MarkerSource()
        journal = Journal("d", on: disk, nextNumber: 1, unsettledBytes: 0, notes: [:], random: { markers.next() })
    }

    private func note(_ letter: Character) throws {
        let key = Array("\(letter)".utf8)
        // So much that a machine that ends would hardly keep all of it by chance.
        try journal.setNotes([(key, [UInt8](repeating: key[0], count: 1000))])
    }

    /// Lets the machine end.
    ///
    /// - Returns: whether each file is what was written into it.
    private func keepsAll(_ numbers: ClosedRange<UInt32>) -> Bool {
        let paths = numbers.map { "d/\(DataFiles.name(.log, $0))" }
        let written = paths.map(disk.contents)
        disk.restart(after: .machine)
        return written.allSatisfy { $0.count > 1000 } && paths.map(disk.contents) == written
    }

    @Test func `syncs the files before, too, that were left with what was not synced`() throws {
        try note("a")
        _ = try journal.rotate()
        try note("b")
        try journal.sync()
        #expect(keepsAll(1...2))
    }

    @Test func `goes on in another file where the disk has refused, and what was before it is in doubt until a checkpoint`() throws {
        try note("a")
        disk.refuse(disk.steps + 1..<disk.steps + 2)
        #expect(throws: DiskError.self) { try journal.sync() }
        #expect(journal.isDoubtful)
        try note("b")
        #expect(try !journal.sync() && !journal.sync())
        let third = try journal.rotate()
        try note("c")
        #expect(try !journal.sync())
        try journal.removeFiles(before: third, try disk.list("d"))
        #expect(try journal.sync() && third == 3 && !journal.isDoubtful)
        #expect(keepsAll(3...3))
    }

    @Test func `forgets those alone that a checkpoint has made needless`() throws {
        try note("a")
        let second = try journal.rotate()
        try note("b")
        // As after a write that failed in the middle, while the checkpoint is written.
        _ = try journal.rotate()
        try note("c")
        try journal.removeFiles(before: second, try disk.list("d"))
        try journal.sync()
        #expect(disk.contents(of: "d/\(DataFiles.name(.log, 1))").isEmpty)
        #expect(keepsAll(2...3))
    }

    @Test func `syncs nothing where nothing was written since`() throws {
        try note("a")
        try journal.sync()
        let steps = disk.steps
        try journal.sync()
        #expect(disk.steps == steps && journal.figures.syncs == 1)
    }
}
