import LapwingSeries
import SeededRandom
import Testing

@testable import LapwingRemote

@Suite struct `What is sent` {
    @Test(arguments: [1, 2, 3])
    func `is known again from its note`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        var positions = SendingPositions(beginning: Timestamp(milliseconds: 1_000))
        positions.frontier = Timestamp(milliseconds: 5_000)
        for _ in 0..<random.below(300) {
            let first = random.below(5_000)
            let time = Int64(500 + random.below(10_000))
            for reference in first..<first + 1 + random.below(100) { positions.advance(SeriesReference(UInt64(reference)), to: time) }
        }
        #expect(try SendingPositions(positions.note) == positions, "seed \(seed)")
    }

    @Test func `begins with the beginning and never goes back`() {
        var positions = SendingPositions(beginning: Timestamp(milliseconds: 1_000))
        #expect(positions[SeriesReference(7)] == 999)
        positions.advance(SeriesReference(7), to: 2_000)
        positions.advance(SeriesReference(7), to: 1_500)
        #expect(positions[SeriesReference(7)] == 2_000)
        #expect(positions[SeriesReference(8)] == 999)
        positions.keep(only: [SeriesReference(700)])
        #expect(positions[SeriesReference(7)] == 999)
    }

    @Test func `of a thousand series of one scrape takes a few bytes`() {
        var positions = SendingPositions(beginning: Timestamp(milliseconds: 1_000))
        for reference in 10..<1_010 { positions.advance(SeriesReference(UInt64(reference)), to: 61_000) }
        #expect(positions.note.count < 24)
    }

    @Test func `from a note that is damaged is an error`() {
        var positions = SendingPositions(beginning: Timestamp(milliseconds: 1_000))
        positions.advance(SeriesReference(1), to: 61_000)
        for length in 0..<positions.note.count {
            #expect(throws: NoteReader.Malformed.self) { try SendingPositions(Array(positions.note.prefix(length))) }
        }
    }
}
