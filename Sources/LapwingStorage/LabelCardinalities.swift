/// How many series and values each label has: the answer to `/api/v1/status/tsdb`.
public struct LabelCardinalities: Sendable, Hashable {
    public struct Row: Sendable, Hashable {
        public var name: String
        public var count: Int

        public init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    /// Different pairs of name and value.
    public var pairs = 0
    /// Series by metric name.
    public var seriesByMetric: [Row] = []
    /// Values by label name.
    public var valuesByLabel: [Row] = []
    /// Bytes of all values by label name.
    public var bytesByLabel: [Row] = []
    /// Series by `name=value`.
    public var seriesByPair: [Row] = []

    public init() {}
}
