import LapwingPromQL
import LapwingSeries
import LapwingText

/// Query results as Prometheus' API writes them; LapwingServer's `QueryJSON` is the other way.
///
/// Source: Prometheus 3.14 `web/api/v1/json_codec.go`, `util/jsonutil/marshal.go`.
extension JSONReader {
    /// The elements of an array; none for null, which Go writes for a list without any.
    mutating func list<Element>(_ element: (inout JSONReader) throws(Fault) -> Element) throws(Fault) -> [Element] {
        if try takeNull() { return [] }
        var elements: [Element] = []
        try array { (reader) throws(Fault) in elements.append(try element(&reader)) }
        return elements
    }

    mutating func texts() throws(Fault) -> [String] { try list { (reader) throws(Fault) in try reader.text() } }

    mutating func labels() throws(Fault) -> Labels {
        var labels: [Label] = []
        try object { (reader, name) throws(Fault) in labels.append(Label(name: name, value: try reader.text())) }
        return Labels(labels)
    }

    /// `{"resultType":"vector","result":[…]}`, the members in any order.
    mutating func queryValue() throws(Fault) -> QueryValue {
        var type = ""
        var result: [UInt8]?
        var value: QueryValue?
        try object { (reader, name) throws(Fault) in
            switch name {
            case "resultType": type = try reader.text()
            case "result" where !type.isEmpty: value = try reader.queryResult(type)
            case "result": result = Array(try reader.raw())
            default: try reader.skip()
            }
        }
        if let result {
            var reader = JSONReader(result)
            value = try reader.queryResult(type)
        }
        guard let value else { throw fault("a query's answer has a result") }
        return value
    }

    private mutating func queryResult(_ type: String) throws(Fault) -> QueryValue {
        switch type {
        case "scalar":
            var value = 0.0
            try point { (reader) throws(Fault) in value = try reader.number() }
            return .scalar(value)
        case "string":
            var text = ""
            try point { (reader) throws(Fault) in text = try reader.text() }
            return .string(text)
        case "vector": return .vector(try list { (reader) throws(Fault) in try reader.sample() })
        case "matrix": return .matrix(QueryMatrix(try list { (reader) throws(Fault) in try reader.matrixSeries() }))
        default: throw fault("\(GoQuote.quote(type)) is no type of result")
        }
    }

    private mutating func sample() throws(Fault) -> VectorSample {
        var sample = VectorSample(labels: .empty, time: 0, value: 0)
        try object { (reader, name) throws(Fault) in
            switch name {
            case "metric": sample.labels = try reader.labels()
            case "value": sample.time = try reader.point { (reader) throws(Fault) in sample.value = try reader.number() }
            case "histogram": sample.time = try reader.point { (reader) throws(Fault) in sample.histogram = try reader.histogram() }
            default: try reader.skip()
            }
        }
        return sample
    }

    private mutating func matrixSeries() throws(Fault) -> MatrixSeries {
        var series = MatrixSeries(labels: .empty)
        try object { (reader, name) throws(Fault) in
            switch name {
            case "metric": series.labels = try reader.labels()
            case "values":
                try reader.array { (reader) throws(Fault) in
                    series.times.append(try reader.point { (reader) throws(Fault) in series.values.append(try reader.number()) })
                }
            case "histograms":
                try reader.array { (reader) throws(Fault) in
                    series.histogramTimes.append(try reader.point { (reader) throws(Fault) in series.histograms.append(try reader.histogram()) })
                }
            default: try reader.skip()
            }
        }
        return series
    }

    /// `[1435781451.781,"1"]`: seconds, and a value that `body` reads.
    ///
    /// - Returns: the time in milliseconds.
    @discardableResult
    private mutating func point(_ body: (inout JSONReader) throws(Fault) -> Void) throws(Fault) -> Int64 {
        var time: Double?
        var count = 0
        try array { (reader) throws(Fault) in
            count += 1
            switch count {
            case 1: time = try reader.number()
            case 2: try body(&reader)
            default: throw reader.fault("a point has a time and a value")
            }
        }
        guard count == 2, let time, let milliseconds = Int64(exactly: (time * 1000).rounded()) else {
            throw fault("a point has a time and a value")
        }
        return milliseconds
    }

    /// `{"count":"3","sum":"1.5","buckets":[[0,"1","2","3"]]}`.
    private mutating func histogram() throws(Fault) -> NativeHistogram {
        var (count, sum) = (0.0, 0.0)
        var buckets: [NativeHistogram.Bucket] = []
        try object { (reader, name) throws(Fault) in
            switch name {
            case "count": count = try reader.number()
            case "sum": sum = try reader.number()
            case "buckets": buckets = try reader.list { (reader) throws(Fault) in try reader.bucket() }
            default: try reader.skip()
            }
        }
        guard let histogram = NativeHistogram(count: count, sum: sum, buckets: buckets) else { throw fault("a histogram's buckets overlap") }
        return histogram
    }

    /// The first number is 0: open below, 1: open above, 2: open at both ends, 3: closed at both.
    private mutating func bucket() throws(Fault) -> NativeHistogram.Bucket {
        let numbers = try list { (reader) throws(Fault) in try reader.number() }
        guard numbers.count == 4 else { throw fault("a bucket has four numbers") }
        return NativeHistogram.Bucket(
            lower: numbers[1], upper: numbers[2], includesLower: numbers[0] == 1 || numbers[0] == 3,
            includesUpper: numbers[0] == 0 || numbers[0] == 3, count: numbers[3])
    }
}
