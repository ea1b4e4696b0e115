import LapwingText
import Synchronization
import Testing

@testable import LapwingServer

@Suite struct `Parts written by several threads` {
    private struct Stop: Error {}

    @Test(arguments: [1, 2, 4])
    func `are taken in order, each once`(threads: Int) {
        for count in [0, 1, 2, 7, 300] {
            let parts = OrderedParts(count: count, threads: threads) { part, json in json.integer(part) }
            var taken: [UInt8] = []
            parts.take { taken += $0 }
            #expect(String(decoding: taken, as: UTF8.self) == (0..<count).map(String.init).joined(separator: ","))
        }
    }

    @Test func `are never far ahead of the one that is taken`() {
        let taken = Atomic(0)
        let farthest = Atomic(0)
        let parts = OrderedParts(count: 500, threads: 2) { part, json in
            farthest.max(part - taken.load(ordering: .sequentiallyConsistent), ordering: .sequentiallyConsistent)
            json.integer(part)
        }
        parts.take { _ in taken.add(1, ordering: .sequentiallyConsistent) }
        #expect(farthest.load(ordering: .sequentiallyConsistent) <= 7)
    }

    @Test func `are not begun any more once taking has failed`() {
        let begun = Atomic(0)
        let parts = OrderedParts(count: 100_000, threads: 4) { _, json in
            begun.add(1, ordering: .sequentiallyConsistent)
            json.integer(1)
        }
        var count = 0
        #expect(throws: Stop.self) {
            try parts.take { _ throws(Stop) in
                count += 1
                if count == 3 { throw Stop() }
            }
        }
        #expect(begun.load(ordering: .sequentiallyConsistent) <= 20)
    }
}
