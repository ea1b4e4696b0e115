import LapwingSeries
import Synchronization
import Testing

@testable import LapwingStorage

/// When samples that lie open are sealed.
@Suite struct SealingTests {
    @Test func `the pages of a scrape seal by turns, a full run of each series`() throws {
        let pages = 26
        let store = Store()
        let references = try store.references(for: (0..<pages * SeriesPage.capacity).map { Labels(metric: "m", ["n": "\($0)"]) })
        var sealed = 0
        var most = 0
        for scrape in 0..<160 {
            var batch = SampleBatch()
            for (series, reference) in references.enumerated() {
                batch.append(reference, time: Int64(scrape) * 15_000, value: Double(scrape * series % 977))
            }
            #expect(try store.append(batch).isEmpty)
            var now = 0
            store.writer.withLock { state in
                for page in state.pages { page?.withLock { page in now += page.series.reduce(0) { $0 + $1.chunks.sampleCount } } }
            }
            most = max(most, now - sealed)
            sealed = now
        }
        // Thirteen turns for twenty-six pages.
        #expect(most == 2 * SeriesPage.capacity * OpenTimes.capacity)
        #expect(sealed == references.count * 4 * OpenTimes.capacity)
    }
}
