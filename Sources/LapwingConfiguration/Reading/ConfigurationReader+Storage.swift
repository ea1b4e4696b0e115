import LapwingText
import LapwingYAML

extension ConfigurationReader {
    mutating func storage(_ node: YAMLNode?) -> StorageSettings {
        var storage = StorageSettings()
        guard let node, let fields = YAMLFields(node, kind: "storage section", known: ["tsdb", "exemplars"], &problems) else { return storage }
        if let exemplars = fields.node("exemplars"),
            let inner = YAMLFields(exemplars, kind: "exemplars section", known: ["max_exemplars"], &problems)
        {
            storage.maxExemplars = inner.integer("max_exemplars", &problems)
        }
        let known = ["out_of_order_time_window", "stale_series_compaction_threshold", "chunk_encoding", "retention"]
        guard let tsdb = fields.node("tsdb"), let inner = YAMLFields(tsdb, kind: "tsdb section", known: known, &problems) else { return storage }
        storage.outOfOrderWindow = inner.duration("out_of_order_time_window", &problems)
        ignore(inner, "stale_series_compaction_threshold", "series that ended give way by themselves")
        _ = inner.number("stale_series_compaction_threshold", &problems)
        ignore(inner, "chunk_encoding", "the smaller encoding is chosen chunk by chunk")
        if let node = inner.node("chunk_encoding"), let encoding = YAMLFields(node, kind: "chunk_encoding section", known: ["floats"], &problems) {
            _ = choice(encoding, "floats", ["", "xor", "xor2"])
        }
        guard let node = inner.node("retention"),
            let retention = YAMLFields(node, kind: "retention section", known: ["time", "size", "percentage"], &problems)
        else { return storage }
        // As in Prometheus, a section that says nothing of time keeps samples whatever their age, and a size of 0 is none.
        storage.retention = retention.duration("time", &problems) ?? .zero
        storage.retentionSize = bytes(retention, "size").flatMap { $0 > 0 ? $0 : nil }
        if (retention.number("percentage", &problems) ?? 0) != 0 { refuse(retention, "percentage", "give a size") }
        return storage
    }
}
