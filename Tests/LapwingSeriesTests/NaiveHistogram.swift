import LapwingSeries

/// A histogram as maps from bucket index to count: what the arithmetic is checked against.
struct NaiveHistogram: Equatable {
    var schema: Int32
    var zeroThreshold: Double
    var zeroCount: Double
    var count: Double
    var positive: [Int64: Double]
    var negative: [Int64: Double]

    init(_ histogram: NativeHistogram) {
        schema = histogram.schema
        zeroThreshold = histogram.zeroThreshold
        zeroCount = histogram.zeroCount
        count = histogram.count
        positive = Self.map(histogram.positiveSpans, histogram.positiveBuckets)
        negative = Self.map(histogram.negativeSpans, histogram.negativeBuckets)
    }

    /// Buckets that hold something.
    static func map(_ spans: [NativeHistogram.BucketSpan], _ counts: [Double]) -> [Int64: Double] {
        var result: [Int64: Double] = [:]
        var index: Int64 = 0
        var place = 0
        for span in spans {
            index += Int64(span.offset)
            for _ in 0..<span.length {
                if counts[place] != 0 { result[index] = counts[place] }
                index += 1
                place += 1
            }
        }
        return result
    }

    /// The same with runs of one bucket each, an empty one here and there.
    var histogram: NativeHistogram {
        var result = NativeHistogram(schema: schema, zeroThreshold: zeroThreshold, zeroCount: zeroCount, count: count)
        (result.positiveSpans, result.positiveBuckets) = Self.spans(positive)
        (result.negativeSpans, result.negativeBuckets) = Self.spans(negative)
        return result
    }

    private static func spans(_ map: [Int64: Double]) -> ([NativeHistogram.BucketSpan], [Double]) {
        var spans: [NativeHistogram.BucketSpan] = []
        var next: Int64 = 0
        for (index, _) in map.sorted(by: { $0.key < $1.key }) {
            spans.append(.init(offset: Int32(index - next), length: 1))
            next = index + 1
        }
        return (spans, map.sorted { $0.key < $1.key }.map(\.value))
    }

    /// The upper bound of a bucket as its definition has it.
    private func bound(_ index: Int64) -> Double {
        var histogram = NativeHistogram(schema: schema, positiveSpans: [.init(offset: Int32(index), length: 1)], positiveBuckets: [1])
        histogram.count = 1
        return histogram.buckets[0].upper
    }

    /// The bucket of another schema that an index' observations fall into: by halving the distance to nought.
    private static func coarser(_ index: Int64, times: Int32) -> Int64 {
        var index = index
        for _ in 0..<times { index = index > 0 ? (index + 1) / 2 : -((-index) / 2) }
        return index
    }

    mutating func reduce(to schema: Int32) {
        let times = self.schema - schema
        positive = Dictionary(positive.map { (Self.coarser($0.key, times: times), $0.value) }, uniquingKeysWith: +)
        negative = Dictionary(negative.map { (Self.coarser($0.key, times: times), $0.value) }, uniquingKeysWith: +)
        self.schema = schema
    }

    /// The end of a bucket that a zero bucket of this width would split; nil where there is none.
    func split(by width: Double) -> Double? {
        Set(positive.keys).union(negative.keys).first { bound($0 - 1) < width && bound($0) > width }.map { bound($0) }
    }

    mutating func widen(to width: Double) {
        for index in positive.keys where bound(index) <= width { zeroCount += positive.removeValue(forKey: index) ?? 0 }
        for index in negative.keys where bound(index) <= width { zeroCount += negative.removeValue(forKey: index) ?? 0 }
        zeroThreshold = width
    }

    static func sum(_ a: NaiveHistogram, _ b: NaiveHistogram, sign: Double) -> NaiveHistogram {
        var (a, b) = (a, b)
        var width = max(a.zeroThreshold, b.zeroThreshold)
        while let wider = a.split(by: width) ?? b.split(by: width) { width = wider }
        a.widen(to: width)
        b.widen(to: width)
        let schema = min(a.schema, b.schema)
        a.reduce(to: schema)
        b.reduce(to: schema)
        a.zeroCount += sign * b.zeroCount
        a.count += sign * b.count
        a.positive = a.positive.merging(b.positive.mapValues { sign * $0 }, uniquingKeysWith: +).filter { $0.value != 0 }
        a.negative = a.negative.merging(b.negative.mapValues { sign * $0 }, uniquingKeysWith: +).filter { $0.value != 0 }
        return a
    }
}
