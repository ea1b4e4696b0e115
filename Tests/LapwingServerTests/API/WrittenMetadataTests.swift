import LapwingSeries
import Testing

@testable import LapwingServer

@Suite struct `Metadata that senders write` {
    @Test func `is the newest of each metric that has a name`() {
        let written = WrittenMetadata()
        written.note([MetricMetadata(name: "a", kind: .counter), MetricMetadata(name: "b"), MetricMetadata(name: "", help: "x")])
        written.note([MetricMetadata(name: "a", kind: .gauge, help: "h")])
        #expect(
            written.all.sorted { $0.name < $1.name } == [MetricMetadata(name: "a", kind: .gauge, help: "h"), MetricMetadata(name: "b")])
    }

    @Test func `is bounded`() {
        let written = WrittenMetadata()
        written.note((0..<WrittenMetadata.maximumMetrics + 2).map { MetricMetadata(name: "m\($0)") })
        #expect(written.all.count == WrittenMetadata.maximumMetrics)
        written.note([MetricMetadata(name: "m0", help: String(repeating: "x", count: WrittenMetadata.maximumBytes))])
        #expect(written.all.first { $0.name == "m0" }?.help == "")
    }

    @Test func `has the room of what it replaces`() {
        let written = WrittenMetadata()
        for letter in ["x", "y", "z"] {
            written.note([MetricMetadata(name: "m", help: String(repeating: letter, count: WrittenMetadata.maximumBytes / 2))])
            #expect(written.all.first?.help.first == letter.first)
        }
    }
}
