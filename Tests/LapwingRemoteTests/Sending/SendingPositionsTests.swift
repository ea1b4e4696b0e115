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
        for _ in 0..<random.below(20) {
            _ = positions.add(LateSample(SeriesReference(UInt64(random.below(5_000))), at: Int64(1_000 + random.below(10_000))))
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

    @Test func `is known from a note that tells nothing of late samples`() throws {
        var positions = SendingPositions(beginning: Timestamp(milliseconds: 1_000))
        positions.advance(SeriesReference(3), to: 61_000)
        #expect(try SendingPositions([1] + positions.note.dropFirst().dropLast()) == positions)
    }

    @Test func `late is remembered until it is done with, from the beginning on`() {
        var positions = SendingPositions(beginning: Timestamp(milliseconds: 1_000))
        let series = SeriesReference(3)
        for time in [500, 1_000, 2_000, 3_000] as [Int64] { _ = positions.add(LateSample(series, at: time)) }
        #expect(positions.lateTimes(of: series) == [1_000, 2_000, 3_000])
        var samples = SampleColumns()
        (samples.times, samples.values, samples.histogramTimes) = ([1_000, 9_000], [1, 2], [3_000])
        positions.finishLate(series, samples)
        #expect(positions.lateTimes(of: series) == [2_000] && positions.lateCount == 1)
        positions.keepLate(only: [SeriesReference(4)])
        #expect(positions.lateTimes(of: series) == [] && positions.lateCount == 0)
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
