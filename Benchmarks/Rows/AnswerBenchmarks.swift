import LapwingHTTP
import LapwingPromQL
import LapwingSeries
import LapwingServer
import LapwingStorage
import LapwingText

/// How results leave: numbers as text, points as JSON, an answer through the pipeline that the server streams it by.
enum AnswerBenchmarks {
    private static let steps = 1441

    /// - Parameter series: rows of the range answer, 1,441 steps each; a third has whole numbers, the rest 16 or 17 digits.
    static func rows(series: Int) -> [Row] {
        var rows = [
            number("17 digits", (0..<100_000).map { Double($0) / 285.0057 }), number("2 decimals", (0..<100_000).map { Double($0) / 100 }),
            number("whole", (0..<100_000).map { Double($0 * 37) }),
        ]
        guard let matrix = matrix(series: series) else { return rows }
        let points = Double(series * steps)
        let time = Timestamp(milliseconds: 0)
        var bytes = 0
        let one = Stopwatch.best {
            var json = JSONWriter(reservingCapacity: bytes + 1_000_000, escapesHTML: false)
            json.queryData(.matrix(matrix), at: time)
            bytes = json.bytes.count
        }
        rows.append(("answer matrix, one thread", one * 1e9 / points, "ns/point"))
        rows.append(("answer matrix, one thread", Double(bytes) / one / 1e6, "MB/s"))
        let counter = Counter()
        let streamed = Stopwatch.best { send(QueryAnswer(value: .matrix(matrix), time: time), to: counter) }
        rows.append(("answer matrix, streamed", streamed * 1e9 / points, "ns/point"))
        rows.append(("answer matrix, streamed", Double(counter.count) / streamed / 1e6, "MB/s"))
        let samples = matrix.map { VectorSample(labels: $0.labels, time: 1_700_000_000_123, value: $0.values.last ?? 0) }
        let instant = Stopwatch.best { send(QueryAnswer(value: .vector(samples), time: time), to: counter) }
        rows.append(("answer vector", instant * 1e9 / Double(series), "ns/row"))
        rows.append(("answer bytes", Double(bytes), "B"))
        return rows
    }

    private static func number(_ name: String, _ values: [Double]) -> Row {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(3_000_000)
        let seconds = Stopwatch.best {
            bytes.removeAll(keepingCapacity: true)
            for value in values { GoNumber.append(value, .fixed, to: &bytes) }
        }
        return ("answer number, \(name)", seconds * 1e9 / Double(values.count), "ns")
    }

    private static func matrix(series: Int) -> QueryMatrix? {
        let store = Store()
        let labels = (0..<series).map {
            Labels(metric: "http_requests_total", ["instance": "host-\($0 / 50)", "path": "/p\($0 % 50)", "status": "\(200 + $0 % 5)"])
        }
        guard let references = try? store.references(for: labels) else { return nil }
        for step in 0..<steps {
            var batch = SampleBatch()
            for (index, reference) in references.enumerated() {
                let value = Double(index * 7 + step % 113)
                batch.append(reference, time: 1_700_000_000_000 + Int64(step) * 15_000, value: index % 3 == 0 ? value : value / 285.0057)
            }
            _ = try? store.append(batch)
        }
        let engine = QueryEngine()
        guard let query = try? engine.prepare("http_requests_total") else { return nil }
        let start = Timestamp(milliseconds: 1_700_000_000_000)
        let result = try? engine.range(
            query, from: start, through: start + .milliseconds(15_000 * (steps - 1)), step: .seconds(15), over: store.snapshot())
        guard case .matrix(let matrix)? = result?.value, matrix.count == series else { return nil }
        return matrix
    }

    private static func send(_ answer: QueryAnswer, to counter: Counter) {
        counter.count = 0
        switch answer.response.body {
        case .bytes(let bytes): counter.count = bytes.count
        case .stream(let write): try? write(counter)
        }
    }
}

/// A client that takes everything at once.
private final class Counter: HTTPBodyWriter {
    var count = 0
    var isCancelled: Bool { false }

    func write(_ bytes: [UInt8]) throws(HTTPBodyWriterError) { count += bytes.count }
    func flush() throws(HTTPBodyWriterError) {}
}
