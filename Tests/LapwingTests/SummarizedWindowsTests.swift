import LapwingPromQL
import LapwingSeries
import LapwingStorage
import Testing

/// Range functions over summaries against the same functions over samples.
@Suite struct SummarizedWindowsTests {
    /// A store whose sets do not summarise.
    private struct SamplesOnly: SeriesSnapshot {
        struct Rows: SeriesSet {
            let inner: any SeriesSet
            var labels: [Labels] { inner.labels }

            func read(_ series: Int, over range: TimeRange, into columns: inout SampleColumns) throws(ReadError) {
                try inner.read(series, over: range, into: &columns)
            }
        }

        let inner: any SeriesSnapshot

        func select(_ matchers: [Matcher], over range: TimeRange) throws(ReadError) -> any SeriesSet {
            Rows(inner: try inner.select(matchers, over: range))
        }

        func labelNames(matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] { [] }
        func labelValues(of name: String, matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] { [] }
    }

    private static let functions = [
        "rate", "increase", "delta", "changes", "resets", "sum_over_time", "avg_over_time", "min_over_time", "max_over_time",
        "count_over_time", "first_over_time", "last_over_time", "present_over_time", "ts_of_first_over_time", "ts_of_last_over_time",
        "stddev_over_time", "irate",
    ]

    @Test(arguments: functions)
    func `a function of a long window gives the same from summaries and from samples`(function: String) throws {
        let store = Store()
        let names = ["whole", "decimal", "gauge", "odd"].map { Labels(metric: "m_total", ["kind": $0]) }
        let references = try store.references(for: names)
        for index in 0..<8000 {
            let time = Int64(index) * 15_000 + Int64(index % 7)
            var batch = SampleBatch()
            batch.append(references[0], time: time, value: Double(index % 3001) * 3)
            batch.append(references[1], time: time, value: Double(index % 1999) * 0.1)
            batch.append(references[2], time: time, value: 1 / Double(index % 911 + 3))
            let odd: [Double] = [.nan, .infinity, StaleMarker.value, -0.0]
            batch.append(references[3], time: time, value: index % 1013 < 4 ? odd[index % 1013] : Double(index))
            try store.append(batch)
        }
        let engine = QueryEngine()
        for (window, end) in [("20h", 119_000_000), ("1d", 115_000_123), ("33h", 119_999_999), ("2h", 100_000_000), ("13h", 60_000_000)] {
            let query = try engine.prepare("\(function)(m_total[\(window)])")
            let time = Timestamp(milliseconds: Int64(end))
            let snapshot = store.snapshot()
            let summarized = try engine.instant(query, at: time, over: snapshot)
            let expected = try engine.instant(query, at: time, over: SamplesOnly(inner: snapshot))
            expectSame(summarized.value, expected.value, function, "\(window) to \(end)")
            #expect(summarized.annotations == expected.annotations)
            let start = Timestamp(milliseconds: Int64(end) - 7_200_000)
            let steps = try engine.range(query, from: start, through: time, step: .seconds(1800), over: snapshot)
            let stepsExpected = try engine.range(query, from: start, through: time, step: .seconds(1800), over: SamplesOnly(inner: snapshot))
            expectSame(steps.value, stepsExpected.value, function, "\(window) to \(end), by 30 minutes")
        }
    }

    /// To the last bit; a mean may be one unit of it nearer to the truth, for an exact sum is rounded once.
    private func expectSame(_ value: QueryValue, _ expected: QueryValue, _ function: String, _ what: String) {
        #expect(value.places == expected.places, "\(what)")
        #expect(value.numbers.count == expected.numbers.count, "\(what)")
        for (number, wanted) in zip(value.numbers, expected.numbers) {
            let isSame = number == wanted || (number.isNaN && wanted.isNaN)
            #expect(isSame || (function == "avg_over_time" && (number - wanted).magnitude <= wanted.ulp), "\(what): \(number), \(wanted)")
        }
    }
}

extension QueryValue {
    /// Labels and times.
    fileprivate var places: [String] {
        switch self {
        case .scalar, .string: []
        case .vector(let samples): samples.map { "\($0.labels) \($0.time)" }
        case .matrix(let matrix): matrix.map { "\($0.labels) \($0.times)" }
        }
    }

    fileprivate var numbers: [Double] {
        switch self {
        case .scalar(let value): [value]
        case .string: []
        case .vector(let samples): samples.map(\.value)
        case .matrix(let matrix): matrix.flatMap(\.values)
        }
    }
}
