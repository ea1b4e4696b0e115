import LapwingExposition
import LapwingHTTP
import LapwingRemote
import LapwingSeries
import LapwingText
import LapwingYAML

extension ConfigurationReader {
    mutating func remoteWrites(_ nodes: [YAMLNode]) -> [RemoteWriteSettings] {
        var names: Set<String> = []
        return nodes.compactMap { node in
            if node.isNull {
                report("empty or null remote write config section", at: node.range)
                return nil
            }
            guard let settings = remoteWrite(node) else { return nil }
            if !settings.name.isEmpty, !names.insert(settings.name).inserted {
                report("found multiple remote write configs with job name \(GoQuote.quote(settings.name))", at: node.range)
            }
            return settings
        }
    }

    private mutating func remoteWrite(_ node: YAMLNode) -> RemoteWriteSettings? {
        let own = [
            "url", "remote_timeout", "headers", "write_relabel_configs", "name", "send_exemplars", "send_native_histograms", "round_robin_dns",
            "protobuf_message", "failed_request_logging", "queue_config", "metadata_config", "sigv4", "azuread", "google_iam",
        ]
        guard let fields = YAMLFields(node, kind: "remote_write config", known: own + Self.clientKeys, &problems) else { return nil }
        let client = client(withHeaders: fields, areSecret: false)
        guard let url = url(fields, "url", empty: "url for remote_write is empty") else { return nil }
        var settings = RemoteWriteSettings(url: url)
        settings.name = fields.text("name", &problems) ?? ""
        settings.timeout = fields.duration("remote_timeout", &problems) ?? settings.timeout
        settings.client = client
        settings.relabeling = relabeling(fields, "write_relabel_configs", "relabeling rule in remote write config")
        settings.sendsExemplars = fields.bool("send_exemplars", &problems) ?? false
        settings.sendsNativeHistograms = fields.bool("send_native_histograms", &problems) ?? false
        let message = choice(fields, "protobuf_message", RemoteWriteVersion.allCases.map(\.rawValue))
        settings.version = message.flatMap { RemoteWriteVersion(rawValue: $0) } ?? .first
        for name in ["sigv4", "azuread", "google_iam"] { refuse(fields, name, "requests are not signed for clouds") }
        ignore(fields, "round_robin_dns", "connections are made as the resolver lists addresses")
        ignore(fields, "failed_request_logging", "what a receiver refuses is always logged")
        if let metadata = fields.node("metadata_config") { settings.metadata = self.metadata(metadata) }
        if let queue = fields.node("queue_config") { settings.queue = self.queue(queue) }
        return settings
    }

    private mutating func queue(_ node: YAMLNode) -> RemoteWriteSettings.Queue {
        var queue = RemoteWriteSettings.Queue()
        let known = [
            "capacity", "max_shards", "min_shards", "max_samples_per_send", "batch_send_deadline", "min_backoff", "max_backoff", "retry_on_http_429",
            "sample_age_limit",
        ]
        guard let fields = YAMLFields(node, kind: "queue_config section", known: known, &problems) else { return queue }
        queue.maxShards = positive(fields, "max_shards", queue.maxShards)
        queue.minShards = positive(fields, "min_shards", queue.minShards)
        if queue.minShards > queue.maxShards {
            report("remote write queue min_shards must not be greater than max_shards", at: fields.keyRange("min_shards"))
        }
        queue.maxSamplesPerSend = positive(fields, "max_samples_per_send", queue.maxSamplesPerSend)
        queue.capacity = positive(fields, "capacity", queue.capacity)
        queue.batchSendDeadline = fields.duration("batch_send_deadline", &problems) ?? queue.batchSendDeadline
        queue.minBackoff = fields.duration("min_backoff", &problems) ?? queue.minBackoff
        queue.maxBackoff = fields.duration("max_backoff", &problems) ?? queue.maxBackoff
        if queue.maxBackoff < queue.minBackoff {
            report("remote write queue max_backoff must not be less than min_backoff", at: fields.keyRange("max_backoff"))
        }
        queue.retriesOnTooManyRequests = fields.bool("retry_on_http_429", &problems) ?? true
        queue.sampleAgeLimit = fields.duration("sample_age_limit", &problems) ?? .zero
        return queue
    }

    private mutating func metadata(_ node: YAMLNode) -> RemoteWriteSettings.Metadata {
        var metadata = RemoteWriteSettings.Metadata()
        let known = ["send", "send_interval", "max_samples_per_send"]
        guard let fields = YAMLFields(node, kind: "metadata_config section", known: known, &problems) else { return metadata }
        metadata.isSent = fields.bool("send", &problems) ?? true
        metadata.interval = fields.duration("send_interval", &problems) ?? metadata.interval
        metadata.maxSamplesPerSend = max(1, count(fields, "max_samples_per_send") ?? metadata.maxSamplesPerSend)
        return metadata
    }

    private mutating func positive(_ fields: YAMLFields, _ name: String, _ standard: Int) -> Int {
        guard let value = fields.integer(name, &problems) else { return standard }
        if value <= 0 { report("remote write queue \(name) must be positive", at: fields.node(name)?.range ?? fields.range) }
        return value
    }
}
