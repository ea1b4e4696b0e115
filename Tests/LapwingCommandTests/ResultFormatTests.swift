import LapwingPromQL
import LapwingSeries
import Testing

@testable import LapwingCommand

@Suite struct `How answers are written` {
    @Test(arguments: [ResultFormat.table, .csv])
    func `a range has its histograms beside its numbers`(format: ResultFormat) {
        let histogram = NativeHistogram(count: 3, sum: 6, positiveSpans: [.init(offset: 0, length: 1)], positiveBuckets: [3])
        let series = MatrixSeries(
            labels: Labels(metric: "h", ["a": "b"]), times: [1000], values: [4], histogramTimes: [2000], histograms: [histogram])
        let answer = QueryAnswer(content: .value(.matrix(QueryMatrix([series])), at: Timestamp(milliseconds: 2000)), json: [])
        let lines = String(decoding: format.bytes(answer, to: "h"), as: UTF8.self).split(separator: "\n").dropFirst()
        let start = format == .csv ? "h,b," : "  "
        let distance = format == .csv ? "," : "  "
        #expect(lines.first == "\(start)1970-01-01T00:00:01Z\(distance)4" && lines.count == 2)
        #expect(lines.last?.hasPrefix("\(start)1970-01-01T00:00:02Z\(distance)") == true && lines.last?.contains("count:3") == true, "\(lines)")
    }
}
