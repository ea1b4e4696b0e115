import LapwingExposition
import LapwingHTTP
import LapwingSeries
import LapwingText
import LapwingYAML

extension ConfigurationReader {
    mutating func jobs(_ nodes: [YAMLNode], _ global: GlobalSettings) -> [ScrapeConfiguration] {
        var seen: Set<String> = []
        return nodes.compactMap { node in
            if node.isNull {
                report("empty or null scrape config section", at: node.range)
                return nil
            }
            guard let job = job(node, global) else { return nil }
            if !job.jobName.isEmpty, !seen.insert(job.jobName).inserted {
                report(
                    "found multiple scrape configs with job name \(GoQuote.quote(job.jobName))",
                    at: node.mapping?["job_name"]?.range ?? node.range, check: "config/job-name")
            }
            return job
        }
    }

    private mutating func job(_ node: YAMLNode, _ global: GlobalSettings) -> ScrapeConfiguration? {
        let own = [
            "job_name", "honor_labels", "honor_timestamps", "track_timestamps_staleness", "params", "fallback_scrape_protocol", "metrics_path",
            "scheme", "enable_compression", "native_histogram_bucket_limit", "native_histogram_min_bucket_factor", "relabel_configs",
            "metric_relabel_configs",
        ]
        let known = own + Self.sharedKeys + Self.clientKeys + Self.discoveryKeys
        guard let fields = YAMLFields(node, kind: "scrape config", known: known, &problems) else { return nil }
        let name = fields.text("job_name", &problems) ?? ""
        if name.isEmpty { report("job_name is empty", at: fields.keyRange("job_name"), check: "config/job-name") }
        var job = ScrapeConfiguration(jobName: name, interval: global.scrapeInterval)
        readTimes(fields, global, into: &job)
        readRequest(fields, into: &job)
        apply(shared(fields, jobDefaults), to: &job)
        job.honorsLabels = fields.bool("honor_labels", &problems) ?? false
        job.honorsTimestamps = fields.bool("honor_timestamps", &problems) ?? true
        job.tracksTimestampsStaleness = fields.bool("track_timestamps_staleness", &problems) ?? false
        if let value = fields.node("fallback_scrape_protocol"), let named = scrapeProtocol(value) {
            switch named {
            case .text0, .text1: job.fallbackFormat = .prometheusText
            case .openMetrics0, .openMetrics1: job.fallbackFormat = .openMetrics
            case .protobuf: refuse(fields, "fallback_scrape_protocol", "protobuf is read only where the target says that it is")
            }
        }
        if (count(fields, "native_histogram_bucket_limit") ?? 0) > 0 {
            refuse(fields, "native_histogram_bucket_limit", "histograms are stored with all their buckets")
        }
        if (fields.number("native_histogram_min_bucket_factor", &problems) ?? 0) > 0 {
            refuse(fields, "native_histogram_min_bucket_factor", "histograms are stored with all their buckets")
        }
        job.relabeling = relabeling(fields, "relabel_configs", "target relabeling rule in scrape config")
        job.metricRelabeling = relabeling(fields, "metric_relabel_configs", "metric relabeling rule in scrape config")
        (job.targetGroups, job.discoveries) = targets(fields) { job.relabeling.relabeled(job.discoveredLabels($0, $1)) }
        return job
    }

    /// How long a sample counts for a query after its time.
    private static let lookback = Duration.seconds(300)

    private mutating func readTimes(_ fields: YAMLFields, _ global: GlobalSettings, into job: inout ScrapeConfiguration) {
        if let interval = fields.duration("scrape_interval", &problems), interval > .zero { job.interval = interval }
        if job.interval >= Self.lookback {
            let text = job.interval.prometheusText
            problems.append(
                Diagnostic(
                    .warning, "job \(GoQuote.quote(job.jobName)) is scraped every \(text), and a sample counts for 5m: its series have gaps",
                    at: fields.node("scrape_interval")?.range ?? fields.range, help: "scrape at least every 2m, so that one scrape may fail",
                    check: "config/scrape-interval"))
        }
        let timeout = fields.duration("scrape_timeout", &problems) ?? .zero
        if timeout > job.interval {
            report(
                "scrape timeout greater than scrape interval for scrape config with job name \(GoQuote.quote(job.jobName))",
                at: fields.node("scrape_timeout")?.range ?? fields.range)
        }
        job.timeout = timeout == .zero ? min(global.scrapeTimeout, job.interval) : timeout
    }

    private mutating func readRequest(_ fields: YAMLFields, into job: inout ScrapeConfiguration) {
        job.scheme = choice(fields, "scheme", ["http", "https"]) ?? "http"
        job.metricsPath = fields.text("metrics_path", &problems) ?? "/metrics"
        job.asksForCompression = fields.bool("enable_compression", &problems) ?? true
        job.client = client(fields)
        guard let params = fields.node("params") else { return }
        guard let mapping = params.mapping else { return report("\"params\" maps names to lists of values", at: params.range) }
        for entry in mapping.entries where !entry.value.isNull {
            guard let values = entry.value.sequence else {
                report("a parameter of \"params\" has a list of values, and \(entry.value.kindName) was found", at: entry.value.range)
                continue
            }
            for value in values { job.parameters.append(.init(entry.key.scalar?.text ?? "", value.isNull ? "" : value.scalar?.text ?? "")) }
        }
    }

    private func apply(_ shared: JobDefaults, to job: inout ScrapeConfiguration) {
        job.bodySizeLimit = shared.bodySizeLimit
        job.sampleLimit = shared.sampleLimit
        job.targetLimit = shared.targetLimit
        job.labelLimit = shared.labelLimit
        job.labelNameLengthLimit = shared.labelNameLengthLimit
        job.labelValueLengthLimit = shared.labelValueLengthLimit
        job.keptDroppedTargets = shared.keptDroppedTargets
        job.scrapesNativeHistograms = shared.scrapesNativeHistograms
        job.reportsMore = shared.reportsMore
        job.protocols = shared.protocols
    }

    // MARK: Relabelling

    /// - Parameter what: what an entry is, for messages.
    mutating func relabeling(_ fields: YAMLFields, _ name: String, _ what: String) -> [RelabelRule] {
        fields.list(name, &problems).compactMap { node in
            if node.isNull {
                report("empty or null \(what)", at: node.range)
                return nil
            }
            return relabelRule(node)
        }
    }

    private mutating func relabelRule(_ node: YAMLNode) -> RelabelRule? {
        let known = ["source_labels", "separator", "regex", "modulus", "target_label", "replacement", "action"]
        guard let fields = YAMLFields(node, kind: "relabelling rule", known: known, &problems) else { return nil }
        var action = RelabelRule.Action.replace
        if let text = fields.text("action", &problems) {
            guard let named = RelabelRule.Action(rawValue: text.lowercased()) else {
                let names = RelabelRule.Action.allCases.map(\.rawValue)
                report(
                    "unknown relabel action \(GoQuote.quote(text))", at: fields.node("action")?.range ?? node.range,
                    help: Spelling.nearest(to: text.lowercased(), in: names).map { "did you mean \"\($0)\"?" })
                return nil
            }
            action = named
        }
        let sources = labelNames(fields, "source_labels").map(\.text)
        let modulus = count(fields, "modulus") ?? 0
        do throws(RelabelRuleError) {
            return try RelabelRule(
                action, sourceLabels: sources, separator: fields.text("separator", &problems) ?? RelabelRule.defaultSeparator,
                pattern: fields.text("regex", &problems) ?? RelabelRule.defaultPattern, modulus: UInt64(modulus),
                targetLabel: fields.text("target_label", &problems) ?? "",
                replacement: fields.text("replacement", &problems) ?? RelabelRule.defaultReplacement)
        } catch {
            report(error.message, at: fields.node(error.key)?.range ?? node.range, check: "config/relabel")
            return nil
        }
    }

}
