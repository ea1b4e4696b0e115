import LapwingPromQL
public import LapwingSeries
public import LapwingText

/// Query results as Prometheus' API writes them.
///
/// Source: Prometheus 3.14 `web/api/v1/json_codec.go`, `util/jsonutil/marshal.go`.
extension JSONWriter {
    /// `{"resultType":"vector","result":[…]}`.
    public mutating func queryData(_ value: QueryValue, at time: Timestamp) { queryData(value, at: time, statistics: nil) }

    /// The same with the statistics that were asked for.
    mutating func queryData(_ value: QueryValue, at time: Timestamp, statistics: QueryTimings?) {
        object { json in
            json.member("resultType", value.typeName)
            json.key("result")
            switch value {
            case .scalar(let number): json.scalar(number, at: time)
            case .string(let text): json.text(text, at: time)
            case .vector(let samples): json.array { json in json.samples(samples[...]) }
            case .matrix(let matrix):
                let parts = MatrixParts(matrix)
                json.array { json in for part in 0..<parts.count { parts.write(part, &json) } }
            }
            if let statistics { json.statistics(statistics) }
        }
    }

    /// A scalar never has an exponent, and its time no zeros behind it (`promql/value.go`, `Scalar.MarshalJSON`).
    private mutating func scalar(_ value: Double, at time: Timestamp) {
        array { json in
            json.number(Double(time.milliseconds) / 1000)
            json.string(GoNumber.text(value, .fixed))
        }
    }

    /// A string is escaped as `encoding/json` does it (`promql/value.go`, `String.MarshalJSON`).
    private mutating func text(_ text: String, at time: Timestamp) {
        var escaped: [UInt8] = []
        Self.append(text, to: &escaped)
        array { json in
            json.number(Double(time.milliseconds) / 1000)
            json.raw(escaped)
        }
    }

    /// The elements of an instant vector, which have one time mostly.
    mutating func samples(_ samples: ArraySlice<VectorSample>) {
        guard let first = samples.first else { return }
        var time = first.time
        var prefix = PointPrefix(time: time)
        for sample in samples {
            if sample.time != time {
                time = sample.time
                prefix = PointPrefix(time: time)
            }
            beginObject()
            key("metric")
            labels(sample.labels)
            if let histogram = sample.histogram {
                key("histogram")
                point(sample.time, histogram)
            } else {
                key("value")
                point(prefix, sample.value)
            }
            endObject()
        }
    }

    /// Labels as an object, written from the set's own bytes; json-iterator lets HTML pass in them.
    public mutating func labels(_ labels: Labels) {
        lettingHTMLPass { json in
            json.beginObject()
            labels.forEachPair { name, value in json.member(utf8: name, value) }
            json.endObject()
        }
    }

    /// Labels as an object, likewise.
    public mutating func labels(_ labels: some Sequence<Label>) {
        lettingHTMLPass { json in
            json.object { json in for label in labels { json.member(label.name, label.value) } }
        }
    }

    /// `[1435781451.781,{"count":"3","sum":"1.5","buckets":[…]}]`.
    mutating func point(_ time: Int64, _ histogram: NativeHistogram) {
        array { json in
            json.seconds(time)
            json.object { json in
                json.key("count")
                json.quoted(histogram.count)
                json.key("sum")
                json.quoted(histogram.sum)
                let buckets = histogram.buckets.filter { $0.count != 0 }
                if !buckets.isEmpty {
                    json.key("buckets")
                    json.array { json in for bucket in buckets { json.bucket(bucket) } }
                }
            }
        }
    }

    private mutating func bucket(_ bucket: NativeHistogram.Bucket) {
        array { json in
            // 0: open below, 1: open above, 2: open at both ends, 3: closed at both.
            json.integer(bucket.includesLower ? (bucket.includesUpper ? 3 : 1) : (bucket.includesUpper ? 0 : 2))
            json.quoted(bucket.lower)
            json.quoted(bucket.upper)
            json.quoted(bucket.count)
        }
    }
}

extension QueryValue {
    /// As `resultType` has it.
    var typeName: String {
        switch self {
        case .scalar: "scalar"
        case .string: "string"
        case .vector: "vector"
        case .matrix: "matrix"
        }
    }
}
