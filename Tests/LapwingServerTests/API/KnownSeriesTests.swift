import LapwingExposition
import LapwingSeries
import Synchronization
import Testing

@testable import LapwingServer

@Suite struct `Series that senders have written` {
    /// Counts how many series it is asked for; does something else before it answers.
    private final class AskedSink: SampleSink {
        let asked = Mutex(0)
        let meanwhile = Mutex<(@Sendable () -> Void)?>(nil)

        func references(for labels: [Labels]) throws(AppendError) -> [SeriesReference] {
            meanwhile.withLock { $0.take() }?()
            return asked.withLock { count in
                count += labels.count
                return labels.indices.map { SeriesReference(UInt64(count * 10 + $0)) }
            }
        }

        func append(_ batch: SampleBatch) -> [RefusedSample] { [] }
    }

    private func request(_ names: [String]) throws -> RemoteWriteRequest {
        var message = RemoteWriteMessage()
        for name in names { message.append(Labels(metric: name), times: [1], values: [1]) }
        return try RemoteWriteRequest(message.bytes)
    }

    @Test func `are asked for once`() throws {
        let sink = AskedSink()
        let known = KnownSeries(sink: sink)
        var faults = WriteFaults()
        let first = try known.references(of: request(["a", "b"]), &faults)
        let second = try known.references(of: request(["b", "a"]), &faults)
        #expect(second == [first[1], first[0]])
        #expect(sink.asked.withLock { $0 } == 2)
    }

    @Test func `are asked for again when they were forgotten while the sink was asked`() throws {
        let sink = AskedSink()
        let known = KnownSeries(sink: sink)
        sink.meanwhile.withLock { $0 = { known.forget() } }
        var faults = WriteFaults()
        let request = try request(["a", "b"])
        let first = try known.references(of: request, &faults)
        let second = try known.references(of: request, &faults)
        #expect(second != first && sink.asked.withLock { $0 } == 4)
    }
}
