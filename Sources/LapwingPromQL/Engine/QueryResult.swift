public import LapwingSeries

/// What a query evaluated to, with what should be known about it.
public struct QueryResult: Sendable {
    public var value: QueryValue
    public var annotations: Annotations
    public var statistics: QueryStatistics

    public init(value: QueryValue, annotations: Annotations = Annotations(), statistics: QueryStatistics = QueryStatistics()) {
        self.value = value
        self.annotations = annotations
        self.statistics = statistics
    }

    /// The result as a rule takes it: a vector, or a scalar as a vector of one without labels.
    ///
    /// - Throws: `QueryError.execution` for a string or a matrix.
    public func ruleVector(at time: Timestamp) throws(QueryError) -> [VectorSample] {
        switch value {
        case .vector(let samples): return samples
        case .scalar(let value): return [VectorSample(labels: .empty, time: time.milliseconds, value: value)]
        case .string, .matrix: throw .execution("rule result is not a vector or scalar")
        }
    }
}

public enum QueryValue: Sendable {
    case scalar(Double)
    case string(String)
    /// In the order that the query gives: that of labels unless a function sorts.
    case vector([VectorSample])
    /// In the order of labels.
    case matrix(QueryMatrix)
}

/// One element of an instant vector: a float, or a histogram where there is one.
public struct VectorSample: Sendable, Hashable {
    public var labels: Labels
    /// Milliseconds since the epoch.
    public var time: Int64
    public var value: Double
    public var histogram: NativeHistogram?

    public init(labels: Labels, time: Int64, value: Double, histogram: NativeHistogram? = nil) {
        self.labels = labels
        self.time = time
        self.value = value
        self.histogram = histogram
    }
}

/// One series of a range vector: its points as columns, floats and histograms apart.
public struct MatrixSeries: Sendable, Hashable {
    public var labels: Labels
    public var times: [Int64]
    public var values: [Double]
    public var histogramTimes: [Int64]
    public var histograms: [NativeHistogram]

    public init(
        labels: Labels, times: [Int64] = [], values: [Double] = [], histogramTimes: [Int64] = [],
        histograms: [NativeHistogram] = []
    ) {
        self.labels = labels
        self.times = times
        self.values = values
        self.histogramTimes = histogramTimes
        self.histograms = histograms
    }
}

/// What a query cost.
public struct QueryStatistics: Sendable, Hashable {
    public var seriesSelected = 0
    public var samplesRead = 0
    /// The most samples held at once.
    public var peakSamples = 0

    public init() {}

    /// Counts what another part of the same query has read.
    mutating func add(_ other: QueryStatistics) {
        seriesSelected += other.seriesSelected
        samplesRead += other.samplesRead
    }
}
