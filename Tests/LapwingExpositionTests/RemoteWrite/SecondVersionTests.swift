import LapwingSeries
import LapwingText
import Testing

@testable import LapwingExposition

/// Messages of version 2.0 put together by hand, from the specification's field numbers.
struct SecondMessage {
    private(set) var bytes: [UInt8] = []

    init(symbols: [String]) { for symbol in symbols { bytes.appendField(4, Array(symbol.utf8)) } }

    static func sample(_ value: Double, _ time: UInt64, start: UInt64 = 0) -> [UInt8] {
        var bytes: [UInt8] = [1 << 3 | 1]
        bytes.appendFixed64(value.bitPattern)
        bytes.append(2 << 3)
        bytes.appendVarint(time)
        if start > 0 {
            bytes.append(3 << 3)
            bytes.appendVarint(start)
        }
        return bytes
    }

    static func exemplar(_ labels: [UInt8], _ value: Double, _ time: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendField(1, labels)
        bytes.append(2 << 3 | 1)
        bytes.appendFixed64(value.bitPattern)
        bytes.append(3 << 3)
        bytes.appendVarint(time)
        return bytes
    }

    mutating func append(
        _ labels: [UInt8], samples: [[UInt8]], histograms: [[UInt8]] = [], exemplars: [[UInt8]] = [],
        metadata: [UInt8] = [1 << 3, 1, 3 << 3, 2]
    ) {
        var series: [UInt8] = []
        series.appendField(1, labels)
        for sample in samples { series.appendField(2, sample) }
        for histogram in histograms { series.appendField(3, histogram) }
        for exemplar in exemplars { series.appendField(4, exemplar) }
        series.appendField(5, metadata)
        bytes.appendField(5, series)
    }
}

@Suite struct `A remote-write request of version 2` {
    private let symbols = ["", "__name__", "up", "a", "b", "é"]
    /// count 3, sum 2.5, schema 1, one span of two buckets with deltas +1, +1, at 20, since 5.
    private let histogram: [UInt8] = [0x08, 3, 0x19, 0, 0, 0, 0, 0, 0, 0x04, 0x40, 0x20, 2, 0x5A, 4, 0x08, 4, 0x10, 2, 0x62, 2, 2, 2, 0x78, 20, 0x88, 1, 5]

    @Test func `is read into columns, with start times`() throws {
        var message = SecondMessage(symbols: symbols)
        message.append([1, 2, 3, 4], samples: [SecondMessage.sample(1.5, 1000), SecondMessage.sample(2, 2000, start: 500)])
        message.append([3, 5, 1, 2], samples: [SecondMessage.sample(3, 1000)], histograms: [histogram])
        let request = try RemoteWriteRequest(second: message.bytes)
        #expect(request.times == [1000, 2000, 1000] && request.values == [1.5, 2, 3] && request.startTimes == [0, 500, 0])
        #expect(request.histogramTimes == [20] && request.histogramStartTimes == [5])
        #expect(request.histograms.first?.positiveBuckets == [1, 2])
        #expect(request.refusals.isEmpty)
        #expect(
            try request.series.map { try request.labels(of: $0) } == [Labels(metric: "up", ["a": "b"]), Labels(metric: "up", ["a": "é"])])
    }

    @Test func `brings the exemplars of the series that are taken`() throws {
        let exemplar = SecondMessage.exemplar([3, 5], 0.5, 900)
        var message = SecondMessage(symbols: symbols)
        message.append([1, 2, 3], samples: [SecondMessage.sample(1, 2)], exemplars: [exemplar])
        message.append([1, 2], samples: [SecondMessage.sample(1, 2)])
        message.append([1, 4], samples: [], exemplars: [exemplar])
        message.append(
            [1, 3], samples: [SecondMessage.sample(1, 2)],
            exemplars: [exemplar, SecondMessage.exemplar([3], 1, 901), SecondMessage.exemplar([3, 7], 1, 901), SecondMessage.exemplar([], 2, 0)])
        let request = try RemoteWriteRequest(second: message.bytes)
        #expect(
            request.exemplars == [
                Exemplar(labels: Labels(metric: "", ["a": "é"]), value: 0.5, time: 900),
                Exemplar(labels: .empty, value: 2, time: 0, hasOwnTime: false),
            ])
        #expect(request.exemplarSeries == [1, 1] && request.series.count == 2)
        #expect(
            request.refusals.suffix(1) == [.init(message: "parsing exemplar for series [1, 3]: invalid labelRefs length 1", samples: 0)])
        var unknown = SecondMessage(symbols: symbols)
        unknown.append([1, 3], samples: [SecondMessage.sample(1, 2)], exemplars: [SecondMessage.exemplar([3, 7], 1, 901)])
        #expect(
            try RemoteWriteRequest(second: unknown.bytes).refusals.map(\.message) == [
                "parsing exemplar for series [1, 3]: labelRefs 3 (name) = 7 (value) outside of symbols table (size 6)"
            ])
    }

    /// Few bytes of references to a long symbol would be gigabytes of labels and help texts.
    @Test func `does not put together what it would refuse for its size`() throws {
        var message = SecondMessage(symbols: symbols + [String(repeating: "x", count: 1 << 20)])
        let long = SecondMessage.exemplar([UInt8](repeating: 6, count: 100_000), 1, 1)
        for unit in 0..<6 {
            message.append(
                [1, 2], samples: [SecondMessage.sample(1, 2)], exemplars: [long, long, long],
                metadata: [3 << 3, 6, 4 << 3, UInt8(unit)])
        }
        let plain = try RemoteWriteRequest(second: message.bytes)
        #expect(plain.exemplars.isEmpty && plain.refusals.isEmpty && plain.series.count == 6 && plain.metadata.count == 6)
        for name in [1, 3, 4, 5] as [UInt8] {
            for unit in 0..<6 { message.append([1, name], samples: [SecondMessage.sample(1, 2)], metadata: [3 << 3, 6, 4 << 3, UInt8(unit)]) }
        }
        let bounded = try RemoteWriteRequest(second: message.bytes)
        #expect(bounded.series.count == 30 && bounded.metadata.count == 15)
        var empty = SecondMessage(symbols: symbols + [String(repeating: "x", count: 1 << 20)])
        for _ in 0..<3 { empty.append([UInt8](repeating: 6, count: 200), samples: []) }
        #expect(throws: MessageError.self) { try RemoteWriteRequest(second: empty.bytes) }
    }

    @Test func `says of each metric once what it is`() throws {
        var message = SecondMessage(symbols: ["", "__name__", "d_bucket", "d_sum", "up", "helpful", "seconds", "le", "1"])
        let histogram: [UInt8] = [1 << 3, 3, 3 << 3, 5, 4 << 3, 6]
        message.append([1, 2, 7, 8], samples: [SecondMessage.sample(1, 2)], metadata: histogram)
        message.append([7, 8, 1, 2], samples: [SecondMessage.sample(1, 2)], metadata: histogram)
        message.append([1, 3], samples: [SecondMessage.sample(1, 2)], metadata: histogram)
        message.append([1, 4], samples: [SecondMessage.sample(1, 2)], metadata: [1 << 3, 9])
        message.append([1, 4], samples: [SecondMessage.sample(1, 2)], metadata: [])
        message.append([1, 4], samples: [SecondMessage.sample(1, 2)], metadata: [3 << 3, 9])
        let request = try RemoteWriteRequest(second: message.bytes)
        let expected = MetricMetadata(name: "d", kind: .histogram, unit: "seconds", help: "helpful")
        #expect(request.metadata == [expected, expected, MetricMetadata(name: "up")])
        #expect(
            request.refusals == [
                .init(message: "parsing metadata for series [1, 4]: metadata help_ref 9 outside of symbols table (size 9)", samples: 1)
            ])
    }

    @Test func `leaves out histograms of integers whose buckets do not add up, unless an observation was no number`() throws {
        // Schema 1, one span of two buckets with 1 and 2 observations; the sum is NaN in the last.
        let rest: [UInt8] = [0x20, 2, 0x5A, 4, 0x08, 4, 0x10, 2, 0x62, 2, 2, 2]
        var message = SecondMessage(symbols: symbols)
        message.append([1, 2], samples: [], histograms: [[0x08, 4] + rest, [0x08, 3] + rest, [0x08, 4, 0x19, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F] + rest])
        let request = try RemoteWriteRequest(second: message.bytes)
        #expect(request.histograms.map(\.count) == [3, 4])
        #expect(request.refusals == [.init(message: "a histogram counts 4 observations, and its buckets hold 3", samples: 1)])
    }

    @Test func `merges histograms that are finer than any that can be kept`() throws {
        var message = SecondMessage(symbols: symbols)
        // Schema 9, one span of three buckets from 1 with 1, 2 and 4 observations.
        message.append([1, 2], samples: [], histograms: [[0x08, 7, 0x20, 18, 0x5A, 4, 0x08, 2, 0x10, 3, 0x62, 3, 2, 2, 4]])
        let histogram = try #require(try RemoteWriteRequest(second: message.bytes).histograms.first)
        #expect(histogram.schema == 8 && histogram.count == 7)
        #expect(histogram.positiveSpans == [.init(offset: 1, length: 2)] && histogram.positiveBuckets == [3, 4])
    }

    @Test func `knows the series that version 1 wrote`() throws {
        var known = SeriesTexts()
        var first = RemoteWriteMessage()
        first.append(Labels(metric: "up", ["a": "b"]), times: [1], values: [1])
        #expect(try RemoteWriteRequest(first.bytes).numbers(known: &known) == [0])
        var second = SecondMessage(symbols: symbols)
        second.append([1, 2, 3, 4], samples: [SecondMessage.sample(1, 2)])
        second.append([1, 2, 3, 5], samples: [SecondMessage.sample(1, 2)])
        #expect(try RemoteWriteRequest(second: second.bytes).numbers(known: &known) == [0, 1])
    }

    @Test func `leaves out series that are not right, and keeps the others`() throws {
        var message = SecondMessage(symbols: symbols)
        message.append([1, 2, 3], samples: [SecondMessage.sample(1, 2)])
        message.append([1, 9], samples: [SecondMessage.sample(1, 2), SecondMessage.sample(1, 3)])
        message.append([1, 2], samples: [])
        message.append([1, 2], samples: [SecondMessage.sample(7, 2)], histograms: [[0x20, 0x80, 1]])
        let request = try RemoteWriteRequest(second: message.bytes)
        #expect(request.series.count == 1)
        #expect(
            request.refusals == [
                .init(message: "parsing labels for series [1, 2, 3]: invalid labelRefs length 3", samples: 1),
                .init(
                    message: "parsing labels for series [1, 9]: labelRefs 1 (name) = 9 (value) outside of symbols table (size 6)", samples: 2),
                .init(message: "TimeSeries must contain at least one sample or histogram for series {__name__=\"up\"}", samples: 0),
                .init(message: "a histogram has the unknown schema 64", samples: 1),
            ])
    }

    @Test func `that is damaged is refused with the place`() {
        #expect(throws: MessageError.self) { try RemoteWriteRequest(second: [0x22, 9]) }
        #expect(throws: MessageError.self) { try RemoteWriteRequest(second: [0x22, 1, 0x61]) }
    }
}
