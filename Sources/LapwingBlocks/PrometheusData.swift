public import LapwingSeries

/// What is in a data directory of Prometheus: blocks, head chunks and write-ahead logs, as one source of series.
///
/// Read-only, also while Prometheus runs: nothing is locked and nothing written. It shows what was there when it was
/// opened; to see what came since, open it again.
public final class PrometheusData: SeriesSource {
    /// What was passed over and is no reason to refuse the rest, one sentence each.
    public let remarks: [String]
    /// Metrics' types, units and help texts, as far as the log has them (`--enable-feature=metadata-wal-records`).
    public let metadata: [String: MetricMetadata]
    /// The span outside which there are no samples; nil where there are none at all.
    public let times: TimeRange?
    private let contents: PrometheusSnapshot

    /// - Parameter path: a data directory, a snapshot of one, or a block alone.
    /// - Complexity: O(bytes of head chunks and logs), blocks are only mapped.
    /// - Throws: `ReadError` that names the file and the byte which cannot be read.
    public convenience init(path: String) throws(ReadError) { try self.init(paths: [path]) }

    /// Several directories together, as if all had been written by one Prometheus.
    public init(paths: [String]) throws(ReadError) {
        var sources: [any PartSource] = []
        var remarks: [String] = []
        var metadata: [String: MetricMetadata] = [:]
        for path in paths {
            let directory = try DataDirectory(path)
            sources += directory.blocks
            if let head = directory.head { sources.append(head) }
            remarks += directory.remarks
            metadata.merge(directory.metadata) { first, _ in first }
        }
        self.remarks = remarks
        self.metadata = metadata
        let times = sources.compactMap(\.times)
        if let start = times.map(\.lowerBound).min(), let end = times.map(\.upperBound).max() {
            self.times = TimeRange(start: Timestamp(milliseconds: start), end: Timestamp(milliseconds: end))
        } else {
            self.times = nil
        }
        contents = PrometheusSnapshot(sources)
    }

    /// Whether a folder looks like one of Prometheus': it has a log, head chunks, blocks, or is a block.
    public static func isData(_ path: String) -> Bool { DataDirectory.isData(path) }

    public func snapshot() -> any SeriesSnapshot { contents }
}
