import LapwingExposition
import LapwingSeries
import Testing

@Suite struct `A remote-write request that is written` {
    private let metadata = MetricMetadata(name: "m", kind: .gauge, unit: "seconds", help: "A \"thing\".")

    private func series(_ name: String) -> RemoteWriteSeries {
        var samples = SampleColumns()
        (samples.times, samples.values, samples.startTimes) = ([-5, 1_700_000_000_000], [0, -.infinity], [0, 1_600_000_000_000])
        var series = RemoteWriteSeries(labels: Labels(metric: name, ["a": "ü", "b": ""]), samples: samples)
        series.exemplars = [Exemplar(labels: Labels(metric: "", ["trace_id": "t"]), value: 2.5, time: 9)]
        return series
    }

    private var histograms: RemoteWriteSeries {
        var samples = SampleColumns()
        samples.histogramTimes = [10, 20, 30, 40]
        samples.histograms = [
            NativeHistogram(
                counterResetHint: .gauge, schema: -2, zeroThreshold: 0.5, zeroCount: 2, count: 16, sum: -3.5,
                positiveSpans: [.init(offset: -3, length: 2), .init(offset: 4, length: 1)], positiveBuckets: [5, 1, 3],
                negativeSpans: [.init(offset: 1, length: 1)], negativeBuckets: [5]),
            NativeHistogram(schema: 1, count: 1.5, sum: 2, positiveSpans: [.init(offset: 0, length: 1)], positiveBuckets: [1.5]),
            NativeHistogram(
                schema: NativeHistogram.customBucketsSchema, count: 3, sum: 2, positiveSpans: [.init(offset: 0, length: 2)], positiveBuckets: [1, 2],
                customValues: [0.5]),
            .staleMarker,
        ]
        return RemoteWriteSeries(labels: Labels(metric: "h"), samples: samples)
    }

    @Test func `of version 1.0 is read as it was meant, without start times`() throws {
        let request = try RemoteWriteRequest(RemoteWriteMessage.first([series("m"), histograms], metadata: [metadata]))
        #expect(try request.series.map { try request.labels(of: $0) } == [Labels(metric: "m", ["a": "ü"]), Labels(metric: "h")])
        #expect(request.times == [-5, 1_700_000_000_000] && request.values == [0, -.infinity])
        #expect(request.startTimes == [])
        check(request)
        #expect(request.metadata == [metadata])
    }

    @Test func `of version 2.0 is read as it was meant`() throws {
        var told = series("m")
        told.metadata = metadata
        let request = try RemoteWriteRequest(second: RemoteWriteMessage.second([told, histograms]))
        #expect(request.refusals == [])
        #expect(try request.series.map { try request.labels(of: $0) } == [Labels(metric: "m", ["a": "ü"]), Labels(metric: "h")])
        #expect(request.times == [-5, 1_700_000_000_000] && request.values == [0, -.infinity])
        #expect(request.startTimes == [0, 1_600_000_000_000])
        check(request)
        #expect(request.metadata == [metadata])
    }

    private func check(_ request: RemoteWriteRequest) {
        #expect(request.histogramTimes == [10, 20, 30, 40])
        #expect(Array(request.histograms.prefix(3)) == Array(histograms.samples.histograms.prefix(3)))
        #expect(request.histograms.last?.isStaleMarker == true)
        #expect(request.exemplars.map(\.value) == [2.5] && request.exemplars.map(\.time) == [9])
        #expect(request.exemplars.first?.labels == Labels(metric: "", ["trace_id": "t"]))
    }
}
