/// An example of what a series counted, such as the trace of one request.
public struct Exemplar: Sendable, Hashable {
    /// Characters of all names and values of an exemplar's labels together (OpenMetrics 1.0).
    public static let labelCharacterLimit = 128

    public var labels: Labels
    public var value: Double
    /// Milliseconds since the epoch; where it came without one, its sample's.
    public var time: Int64
    /// Whether it came with a time of its own.
    public var hasOwnTime: Bool

    public init(labels: Labels, value: Double, time: Int64, hasOwnTime: Bool = true) {
        self.labels = labels
        self.value = value
        self.time = time
        self.hasOwnTime = hasOwnTime
    }

    /// Characters of all names and values of its labels.
    ///
    /// - Complexity: O(bytes of labels).
    public var labelCharacterCount: Int {
        labels.reduce(0) { $0 + $1.name.unicodeScalars.count + $1.value.unicodeScalars.count }
    }

    /// Whether it says what another says; one that is scraped again without a time of its own is the same one still.
    public func repeats(_ other: Exemplar) -> Bool {
        if hasOwnTime || other.hasOwnTime, time != other.time { return false }
        return value == other.value && labels == other.labels
    }

    /// Whether it comes before another: by time, then by value, then by labels.
    public func precedes(_ other: Exemplar) -> Bool {
        if time != other.time { return time < other.time }
        if value != other.value { return value < other.value }
        return labels < other.labels
    }
}

/// An exemplar and the series that it stands for.
public struct SeriesExemplar: Sendable, Hashable {
    public var series: Labels
    public var exemplar: Exemplar

    public init(series: Labels, exemplar: Exemplar) {
        self.series = series
        self.exemplar = exemplar
    }
}
