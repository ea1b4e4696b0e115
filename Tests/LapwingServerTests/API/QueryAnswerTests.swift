import LapwingHTTP
import LapwingPromQL
import LapwingSeries
import LapwingStorage
import LapwingText
import SeededRandom
import Testing

@testable import LapwingServer

@Suite struct `A query's answer` {
    private let time = Timestamp(milliseconds: 1_435_781_451_781)
    private let up = Labels(metric: "up", ["job": "a\"b<c>"])
    /// Three buckets, one of them empty.
    private let histogram = NativeHistogram(
        schema: 0, zeroThreshold: 0.25, zeroCount: 3, count: 15, sum: -1e-7,
        positiveSpans: [.init(offset: 0, length: 3)], positiveBuckets: [12, 0, 6])
    private let histogramJSON =
        "{\"count\":\"15\",\"sum\":\"-1e-07\",\"buckets\":[[3,\"-0.25\",\"0.25\",\"3\"],[0,\"0.5\",\"1\",\"12\"],[0,\"2\",\"4\",\"6\"]]}"

    @Test func `of a scalar has no exponent, of a string is escaped for HTML`() {
        #expect(json(.scalar(1e22)) == "{\"resultType\":\"scalar\",\"result\":[1435781451.781,\"10000000000000000000000\"]}")
        #expect(json(.scalar(-.infinity)) == "{\"resultType\":\"scalar\",\"result\":[1435781451.781,\"-Inf\"]}")
        #expect(json(.string("a<b\u{8}")) == "{\"resultType\":\"string\",\"result\":[1435781451.781,\"a\\u003cb\\b\"]}")
    }

    @Test func `of a vector has values and histograms`() {
        let value = QueryValue.vector([
            VectorSample(labels: up, time: 1000, value: 1.5), VectorSample(labels: .empty, time: -1, value: .nan),
            VectorSample(labels: .empty, time: 2000, value: 0, histogram: histogram),
        ])
        #expect(
            json(value) == "{\"resultType\":\"vector\",\"result\":["
                + "{\"metric\":{\"__name__\":\"up\",\"job\":\"a\\\"b<c>\"},\"value\":[1,\"1.5\"]},"
                + "{\"metric\":{},\"value\":[-0.001,\"NaN\"]},{\"metric\":{},\"histogram\":[2,\(histogramJSON)]}]}")
        #expect(json(.vector([])) == "{\"resultType\":\"vector\",\"result\":[]}")
    }

    @Test func `of a matrix has values before histograms, and neither key when there are none`() {
        let matrix: QueryMatrix = [
            MatrixSeries(labels: up, times: [1000, 2500], values: [1, -2.5e-9], histogramTimes: [3000], histograms: [histogram]),
            MatrixSeries(labels: .empty, histogramTimes: [3000, 4000], histograms: [histogram, histogram]),
            MatrixSeries(labels: .empty, times: [1], values: [.infinity]),
        ]
        #expect(
            json(.matrix(matrix)) == "{\"resultType\":\"matrix\",\"result\":["
                + "{\"metric\":{\"__name__\":\"up\",\"job\":\"a\\\"b<c>\"},\"values\":[[1,\"1\"],[2.500,\"-2.5e-09\"]],"
                + "\"histograms\":[[3,\(histogramJSON)]]},"
                + "{\"metric\":{},\"histograms\":[[3,\(histogramJSON)],[4,\(histogramJSON)]]},"
                + "{\"metric\":{},\"values\":[[0.001,\"+Inf\"]]}]}")
        #expect(json(.matrix([])) == "{\"resultType\":\"matrix\",\"result\":[]}")
    }

    /// Rows with gaps, with histograms among floats and without any, from one to thousands of steps.
    @Test(arguments: [(3, 1), (40, 300), (3, 10_000), (400, 90), (2, 4096)])
    func `in parts is what it is in one`(series: Int, steps: Int) throws {
        let seed = UInt64.random(in: .min ... .max)
        let matrix = try randomMatrix(series: series, steps: steps, seed: seed)
        let parts = MatrixParts(matrix)
        if series * steps > 2 * MatrixParts.pointsInPart { #expect(parts.count > 1) }
        var written: [UInt8] = []
        for part in 0..<parts.count {
            var json = JSONWriter(reusing: [], continues: part > 0, escapesHTML: false)
            parts.write(part, &json)
            #expect(json.bytes.count < 1 << 19)
            written += json.bytes
        }
        #expect(String(decoding: written, as: UTF8.self) == plain(matrix), "seed \(seed)")
        let apart = MatrixParts(QueryMatrix(Array(matrix)))
        written = []
        for part in 0..<apart.count {
            var json = JSONWriter(reusing: [], continues: part > 0, escapesHTML: false)
            apart.write(part, &json)
            written += json.bytes
        }
        #expect(String(decoding: written, as: UTF8.self) == plain(matrix), "seed \(seed)")
    }

    @Test func `is streamed when it is long, with statistics and remarks behind the result`() throws {
        let matrix = try randomMatrix(series: 30, steps: 1000, seed: 7)
        var answer = QueryAnswer(value: .matrix(matrix), time: time, warnings: ["w<"], infos: ["i"])
        answer.statistics = QueryTimings()
        let timings =
            "\"timings\":{\"evalTotalTime\":0,\"resultSortTime\":0,\"queryPreparationTime\":0,\"innerEvalTime\":0,\"execQueueTime\":0,"
            + "\"execTotalTime\":0}"
        let samples = "\"samples\":{\"totalQueryableSamples\":0,\"samplesRead\":0,\"peakSamples\":0}"
        let expected =
            "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[\(plain(matrix))],\"stats\":{\(timings),\(samples)}},"
            + "\"warnings\":[\"w\\u003c\"],\"infos\":[\"i\"]}"
        guard case .stream = answer.response.body else {
            Issue.record("a long answer is not streamed")
            return
        }
        #expect(try text(answer.response) == expected)
        answer.value = .matrix(matrix.limited(to: 2))
        #expect(try text(answer.response).hasPrefix("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\""))
    }

    @Test func `of a long vector is the same in parts`() throws {
        let samples = (0..<5000).map { VectorSample(labels: Labels(metric: "m", ["i": "\($0)"]), time: 5, value: Double($0)) }
        let expected = samples.map { "{\"metric\":{\"__name__\":\"m\",\"i\":\"\(Int($0.value))\"},\"value\":[0.005,\"\(Int($0.value))\"]}" }
        let answer = QueryAnswer(value: .vector(samples), time: time, warnings: [], infos: [])
        #expect(
            try text(answer.response) == "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":["
                + expected.joined(separator: ",") + "]}}")
    }

    @Test func `ends when the client has gone`() throws {
        let matrix = try randomMatrix(series: 100, steps: 2000, seed: 1)
        let answer = QueryAnswer(value: .matrix(matrix), time: time, warnings: [], infos: [])
        guard case .stream(let write) = answer.response.body else {
            Issue.record("a long answer is not streamed")
            return
        }
        let collector = Collector()
        collector.isCancelled = true
        #expect(throws: HTTPBodyWriterError.clientGone) { try write(collector) }
        #expect(collector.bytes.count < 1000)
    }

    // MARK: What is expected

    private func json(_ value: QueryValue) -> String {
        var json = JSONWriter(escapesHTML: false)
        json.queryData(value, at: time)
        return json.text
    }

    private func text(_ response: HTTPResponse) throws -> String {
        switch response.body {
        case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .stream(let write):
            let collector = Collector()
            try write(collector)
            return String(decoding: collector.bytes, as: UTF8.self)
        }
    }

    /// The elements of a matrix, from strings put together.
    private func plain(_ matrix: QueryMatrix) -> String {
        func number(_ value: Double) -> String { GoNumber.text(value, value != 0 && value.magnitude < 1e-6 ? .exponent : .fixed) }
        return matrix.map { series in
            let labels = series.labels.map { "\"\($0.name)\":\"\($0.value)\"" }.joined(separator: ",")
            var text = "{\"metric\":{\(labels)}"
            let floats = zip(series.times, series.values).map { "[\($0 / 1000),\"\(number($1))\"]" }
            if !floats.isEmpty { text += ",\"values\":[\(floats.joined(separator: ","))]" }
            let histograms = series.histogramTimes.map { "[\($0 / 1000),\(histogramJSON)]" }
            if !histograms.isEmpty { text += ",\"histograms\":[\(histograms.joined(separator: ","))]" }
            return text + "}"
        }.joined(separator: ",")
    }

    private func randomMatrix(series: Int, steps: Int, seed: UInt64) throws -> QueryMatrix {
        var random = SeededGenerator(seed)
        let store = Store()
        let references = try store.references(for: (0..<series).map { Labels(metric: "m", ["i": "\($0)"]) })
        // What is mostly absent, mostly histograms, mostly floats.
        let kinds = references.map { _ in (absent: random.below(4) * 33, histograms: random.below(3) * 40) }
        for step in 0..<steps {
            var batch = SampleBatch()
            for (reference, kind) in zip(references, kinds) where random.below(100) >= kind.absent {
                let time = Int64(step) * 1000
                if random.below(100) < kind.histograms {
                    batch.append(reference, time: time, histogram: histogram)
                } else {
                    batch.append(reference, time: time, value: Double(random.below(1000)) / [1, 3, 1e9][random.below(3)])
                }
            }
            _ = try store.append(batch)
        }
        let engine = QueryEngine()
        var context = QueryContext()
        context.lookbackDelta = .milliseconds(1)
        let result = try engine.range(
            try engine.prepare("m"), from: Timestamp(milliseconds: 0), through: Timestamp(milliseconds: Int64(steps - 1) * 1000), step: .seconds(1),
            over: store.snapshot(), context: context)
        guard case .matrix(let matrix) = result.value else { throw CancellationError() }
        return matrix
    }
}

/// Takes a body as a client would.
private final class Collector: HTTPBodyWriter {
    var bytes: [UInt8] = []
    var isCancelled = false

    func write(_ bytes: [UInt8]) throws(HTTPBodyWriterError) { self.bytes += bytes }
    func flush() throws(HTTPBodyWriterError) {}
}
