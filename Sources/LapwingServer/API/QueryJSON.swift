import LapwingPromQL
public import LapwingSeries
public import LapwingText

/// Query results as Prometheus' API writes them.
///
/// Source: Prometheus 3.14 `web/api/v1/json_codec.go`, `util/jsonutil/marshal.go`.
extension JSONWriter {
    /// `{"resultType":"vector","result":[…]}`.
    public mutating func queryData(_ value: QueryValue, at time: Timestamp) {
        object { json in
            switch value {
            case .scalar(let number):
                json.member("resultType", "scalar")
                json.key("result")
                json.point(time.milliseconds, number)
            case .string(let text):
                json.member("resultType", "string")
                json.key("result")
                json.array { json in
                    json.raw(Self.timeText(time.milliseconds))
                    json.string(text)
                }
            case .vector(let samples):
                json.member("resultType", "vector")
                json.key("result")
                json.array { json in for sample in samples { json.sample(sample) } }
            case .matrix(let series):
                json.member("resultType", "matrix")
                json.key("result")
                json.array { json in for one in series { json.series(one) } }
            }
        }
    }

    private mutating func sample(_ sample: VectorSample) {
        object { json in
            json.key("metric")
            json.labels(sample.labels)
            if let histogram = sample.histogram {
                json.key("histogram")
                json.point(sample.time, histogram)
            } else {
                json.key("value")
                json.point(sample.time, sample.value)
            }
        }
    }

    public mutating func series(_ series: MatrixSeries) {
        object { json in
            json.key("metric")
            json.labels(series.labels)
            if !series.times.isEmpty {
                json.key("values")
                json.array { json in for (time, value) in zip(series.times, series.values) { json.point(time, value) } }
            }
            if !series.histogramTimes.isEmpty {
                json.key("histograms")
                json.array { json in for (time, histogram) in zip(series.histogramTimes, series.histograms) { json.point(time, histogram) } }
            }
        }
    }

    /// Labels as an object.
    public mutating func labels(_ labels: some Sequence<Label>) {
        object { json in for label in labels { json.member(label.name, label.value) } }
    }

    /// `[1435781451.781,"1.5"]`.
    mutating func point(_ time: Int64, _ value: Double) {
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        Self.append(time: time, to: &bytes)
        bytes.append(UInt8(ascii: ","))
        Self.append(quoted: value, to: &bytes)
        bytes.append(UInt8(ascii: "]"))
        raw(bytes)
    }

    mutating func point(_ time: Int64, _ histogram: NativeHistogram) {
        array { json in
            json.raw(Self.timeText(time))
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

    private mutating func quoted(_ value: Double) {
        var bytes: [UInt8] = []
        Self.append(quoted: value, to: &bytes)
        raw(bytes)
    }

    private static func append(quoted value: Double, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        let magnitude = value.magnitude
        let needsExponent = magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21)
        GoNumber.append(value, needsExponent ? .exponent : .fixed, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Seconds, with three digits of fraction unless it is nought.
    private static func append(time: Int64, to bytes: inout [UInt8]) {
        if time < 0 { bytes.append(UInt8(ascii: "-")) }
        let magnitude = time.magnitude
        GoNumber.appendInteger(magnitude / 1000, to: &bytes)
        let fraction = magnitude % 1000
        guard fraction != 0 else { return }
        bytes.append(UInt8(ascii: "."))
        if fraction < 100 { bytes.append(UInt8(ascii: "0")) }
        if fraction < 10 { bytes.append(UInt8(ascii: "0")) }
        GoNumber.appendInteger(fraction, to: &bytes)
    }

    private static func timeText(_ time: Int64) -> String {
        var bytes: [UInt8] = []
        append(time: time, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
