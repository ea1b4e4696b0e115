import LapwingSeries
import SeededRandom
import Testing

@testable import LapwingExposition

@Suite struct `A remote-write request` {
    /// `{__name__="up", a="b"}` with the sample 1.5 at 1000, byte by byte from the wire format's description.
    private let up: [UInt8] = [
        0x0A, 0x28,
        0x0A, 0x0E, 0x0A, 0x08, 0x5F, 0x5F, 0x6E, 0x61, 0x6D, 0x65, 0x5F, 0x5F, 0x12, 0x02, 0x75, 0x70,
        0x0A, 0x06, 0x0A, 0x01, 0x61, 0x12, 0x01, 0x62,
        0x12, 0x0C, 0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x10, 0xE8, 0x07,
    ]

    @Test func `is read into columns`() throws {
        var bytes = up
        bytes[1] = UInt8(bytes.count - 2)
        let request = try RemoteWriteRequest(bytes)
        #expect(request.series.count == 1)
        #expect(request.times == [1000])
        #expect(request.values == [1.5])
        #expect(try request.labels(of: request.series[0]) == Labels(metric: "up", ["a": "b"]))
        #expect(request.series[0].labels == 2..<26)
    }

    @Test func `is what the writer writes`() throws {
        var message = RemoteWriteMessage()
        let labels = [Labels(metric: "a", ["x": "ü"]), Labels(metric: "b")]
        message.append(labels[0], times: [-5, 10], values: [.nan, -0.0])
        message.append(labels[1], times: [7], values: [1e300])
        let request = try RemoteWriteRequest(message.bytes)
        #expect(try request.series.map { try request.labels(of: $0) } == labels)
        #expect(request.series.map(\.floats) == [0..<2, 2..<3])
        #expect(request.times == [-5, 10, 7])
        #expect(request.values.map(\.bitPattern) == [Double.nan, -0.0, 1e300].map(\.bitPattern))
    }

    @Test func `brings exemplars and what is said of metrics`() throws {
        let exemplar: [UInt8] = [0x0A, 6, 0x0A, 1, 0x74, 0x12, 1, 0x69, 0x11, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F, 0x18, 9]
        let metadata: [UInt8] = [0x08, 1, 0x12, 2, 0x75, 0x70, 0x22, 1, 0x68, 0x2A, 1, 0x73]
        var series = Array(up[2...])
        series.appendField(3, exemplar)
        var bytes: [UInt8] = []
        bytes.appendField(1, Array(up[2...]))
        bytes.appendField(1, series)
        bytes.appendField(3, metadata)
        let request = try RemoteWriteRequest(bytes)
        #expect(request.exemplars == [Exemplar(labels: Labels(metric: "", ["t": "i"]), value: 0.5, time: 9)] && request.exemplarSeries == [1])
        #expect(request.metadata == [MetricMetadata(name: "up", kind: .counter, unit: "s", help: "h")])
    }

    @Test func `brings integer histograms as counts and float histograms as they are`() throws {
        // count 3, sum 2.5, schema 1, zero count 1 within 0.5, one span of two buckets with deltas +1, 0, a gauge, at 20.
        let integers: [UInt8] = [
            0x08, 3, 0x19, 0, 0, 0, 0, 0, 0, 0x04, 0x40, 0x20, 2, 0x29, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F, 0x30, 1,
            0x5A, 4, 0x08, 4, 0x10, 2, 0x62, 2, 2, 0, 0x70, 3, 0x78, 20,
        ]
        let series: [UInt8] = [0x22, UInt8(integers.count)] + integers
        let request = try RemoteWriteRequest([0x0A, UInt8(series.count)] + series)
        #expect(request.histogramTimes == [20])
        #expect(
            request.histograms == [
                NativeHistogram(
                    counterResetHint: .gauge, schema: 1, zeroThreshold: 0.5, zeroCount: 1, count: 3, sum: 2.5,
                    positiveSpans: [.init(offset: 2, length: 2)], positiveBuckets: [1, 1])
            ])
    }

    @Test(arguments: [
        ([0x0A, 0x05, 0x01], "the message is damaged at byte 2: a field of 5 bytes reaches beyond the end"),
        ([0x0F], "the message is damaged at byte 1: field 1 has the unknown wire type 7"),
        ([0x0A, 0x02, 0x22, 0x00, 0x80], "the message is damaged at byte 5: it ends in the middle of a number"),
        ([0x0A, 0x05, 0x22, 0x03, 0x20, 0x80, 0x01], "the message is damaged at byte 7: a histogram has the unknown schema 64"),
        (
            [0x0A, 0x06, 0x22, 0x04, 0x5A, 0x02, 0x10, 0x02],
            "the message is damaged at byte 8: a histogram's spans list 2 buckets, and it has 0"
        ),
    ] as [([UInt8], String)])
    func `that is damaged is refused with the place`(bytes: [UInt8], message: String) {
        #expect(throws: MessageError.self) { try RemoteWriteRequest(bytes) }
        do {
            _ = try RemoteWriteRequest(bytes)
        } catch {
            #expect(error.description == message)
        }
    }

    @Test func `of any bytes ends in an answer or an error`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed)
        var message = RemoteWriteMessage()
        message.append(Labels(metric: "a", ["x": "y"]), times: [1, 2], values: [3, 4])
        var answers = 0
        for _ in 0..<5000 {
            var bytes = message.bytes
            for _ in 0...random.below(3) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
            guard let request = try? RemoteWriteRequest(bytes) else { continue }
            for series in request.series where (try? request.labels(of: series)) != nil { answers += 1 }
        }
        #expect(answers > 0, "seed \(seed)")
    }

    @Test func `refuses labels that name no series`() throws {
        var message = RemoteWriteMessage()
        message.append(Labels(metric: "", ["x": "y"]), times: [1], values: [3])
        let request = try RemoteWriteRequest(message.bytes)
        let error = #expect(throws: MessageError.self) { try request.labels(of: request.series[0]) }
        #expect(error?.description == "the series {x=\"y\"} has no metric name")
    }
}
