/// Every key that Prometheus 3.14 knows in its configuration, and what lapwing does with it.
///
/// Source: the `yaml` tags of Prometheus `config/config.go`, `model/relabel/relabel.go`, `discovery/{file,http}` and of
/// prometheus/common `config/http_config.go`. What stands below a key that is refused is not listed.
struct PrometheusKey: Sendable, CustomStringConvertible {
    enum Treatment: Sendable {
        case honoured
        /// Refused by its name, whatever its value.
        case refused
        /// Refused by its name where the value is another than the one in which lapwing works.
        case refusedUnless(String)
        /// Told to change nothing.
        case warned
    }

    enum Shape: Sendable {
        case duration, boolean, count, bytes, text, number
        /// Takes these alone.
        case words([String])
        /// Nothing but what is given, in YAML.
        case sample(String)

        /// Values to try, right and wrong.
        var values: [String] {
            switch self {
            case .duration: ["1m30s", "5s", "0s", "90", "\"\"", "-5s", "1h5", "[5s]"]
            case .boolean: ["true", "false", "maybe", "[true]"]
            case .count: ["7", "0", "-1", "1.5", "seven", "[7]"]
            case .bytes: ["10MB", "1GiB", "512", "1.5KB", "10X", "[1KB]"]
            case .text: ["some", "\"\"", "[some]"]
            case .number: ["0.5", "1", "half", "[1]"]
            case .words(let words): words + ["another", "[\(words.first ?? "")]"]
            case .sample(let text): [text, "7", "{none_such: 1}"]
            }
        }
    }

    /// Where a key stands; `file` is a file with the key and its value.
    enum Section: String, CaseIterable, Sendable {
        case root, global, jobs, job, client, alertmanagerClient, remoteClient, discoveryClient, basicAuth,
            authorization, tls, header, relabeling
        case staticTargets, fileTargets, httpTargets, alerting, alertmanager, remoteWrite, queue, metadata, storage,
            tsdb, retention, chunks
        case exemplars, telemetry, runtime

        /// A file in which a mapping stands at this section.
        func file(_ pair: String) -> String {
            switch self {
            case .root: pair
            case .global: "global: {\(pair)}"
            case .jobs: "scrape_configs: [{\(pair)}]"
            case .job, .client: "scrape_configs: [{job_name: a, \(pair)}]"
            case .alertmanagerClient: "alerting: {alertmanagers: [{\(pair)}]}"
            case .remoteClient: "remote_write: [{url: \"http://x/\", \(pair)}]"
            case .discoveryClient: "scrape_configs: [{job_name: a, http_sd_configs: [{url: \"http://x/\", \(pair)}]}]"
            case .basicAuth: "scrape_configs: [{job_name: a, basic_auth: {\(pair)}}]"
            case .authorization: "scrape_configs: [{job_name: a, authorization: {\(pair)}}]"
            case .tls: "scrape_configs: [{job_name: a, tls_config: {\(pair)}}]"
            case .header: "scrape_configs: [{job_name: a, http_headers: {X-Some: {\(pair)}}}]"
            case .relabeling: "scrape_configs: [{job_name: a, relabel_configs: [{\(pair)}]}]"
            case .staticTargets: "scrape_configs: [{job_name: a, static_configs: [{\(pair)}]}]"
            case .fileTargets: "scrape_configs: [{job_name: a, file_sd_configs: [{\(pair)}]}]"
            case .httpTargets: "scrape_configs: [{job_name: a, http_sd_configs: [{\(pair)}]}]"
            case .alerting: "alerting: {\(pair)}"
            case .alertmanager: "alerting: {alertmanagers: [{\(pair)}]}"
            case .remoteWrite: "remote_write: [{\(pair)}]"
            case .queue: "remote_write: [{url: \"http://x/\", queue_config: {\(pair)}}]"
            case .metadata: "remote_write: [{url: \"http://x/\", metadata_config: {\(pair)}}]"
            case .storage: "storage: {\(pair)}"
            case .tsdb: "storage: {tsdb: {\(pair)}}"
            case .retention: "storage: {tsdb: {retention: {\(pair)}}}"
            case .chunks: "storage: {tsdb: {chunk_encoding: {\(pair)}}}"
            case .exemplars: "storage: {exemplars: {\(pair)}}"
            case .telemetry: "otlp: {\(pair)}"
            case .runtime: "runtime: {\(pair)}"
            }
        }
    }

    var section: Section
    var name: String
    var shape: Shape
    var treatment = Treatment.honoured
    /// What has to stand beside it.
    var beside = ""

    var description: String { "\(section).\(name)" }

    func file(_ value: String) -> String { section.file("\(name): \(value)" + (beside.isEmpty ? "" : ", \(beside)")) }

    init(_ section: Section, _ name: String, _ shape: Shape, _ treatment: Treatment = .honoured, beside: String = "") {
        self.section = section
        self.name = name
        self.shape = shape
        self.treatment = treatment
        self.beside = beside
    }
}

extension PrometheusKey {
    static let all: [PrometheusKey] =
        root + shared(.global) + shared(.job) + jobs
        + [Section.client, .alertmanagerClient, .remoteClient, .discoveryClient].flatMap(client) + credentials + targets
        + receivers + storage

    private static let text0 = [
        "PrometheusProto", "OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText0.0.4", "PrometheusText1.0.0",
    ]

    private static let root: [PrometheusKey] = [
        .init(.root, "global", .sample("{}")), .init(.root, "runtime", .sample("{gogc: 50}"), .warned),
        .init(.root, "alerting", .sample("{}")),
        .init(.root, "rule_files", .sample("[\"none/*.yml\"]")),
        .init(.root, "scrape_config_files", .sample("[\"none/*.yml\"]"), .refused),
        .init(.root, "scrape_configs", .sample("[]")), .init(.root, "storage", .sample("{}")),
        .init(.root, "tracing", .sample("{endpoint: x}"), .refused), .init(.root, "remote_write", .sample("[]")),
        .init(.root, "remote_read", .sample("[{url: \"http://x/\"}]"), .refused), .init(.root, "otlp", .sample("{}")),
        .init(.runtime, "gogc", .count, .warned), .init(.global, "evaluation_interval", .duration),
        .init(.global, "rule_query_offset", .duration),
        .init(.global, "query_log_file", .text, .refused),
        .init(.global, "external_labels", .sample("{region: north}")),
    ]

    /// What a job may say for itself and `global` for all.
    private static func shared(_ section: Section) -> [PrometheusKey] {
        [
            .init(section, "scrape_interval", .duration, beside: section == .global ? "" : "scrape_timeout: 1s"),
            .init(section, "scrape_timeout", .duration, beside: "scrape_interval: 2m"),
            .init(section, "scrape_protocols", .sample("[PrometheusText0.0.4]")),
            .init(section, "scrape_failure_log_file", .text, .refused),
            .init(section, "body_size_limit", .bytes), .init(section, "sample_limit", .count),
            .init(section, "target_limit", .count),
            .init(section, "label_limit", .count), .init(section, "label_name_length_limit", .count),
            .init(section, "label_value_length_limit", .count), .init(section, "keep_dropped_targets", .count),
            .init(section, "metric_name_validation_scheme", .words(["utf8", "legacy"]), .refusedUnless("utf8")),
            .init(
                section, "metric_name_escaping_scheme", .words(["allow-utf-8", "underscores", "dots", "values"]),
                .refusedUnless("allow-utf-8")),
            .init(section, "scrape_native_histograms", .boolean),
            .init(section, "convert_classic_histograms_to_nhcb", .boolean, .refusedUnless("false")),
            .init(section, "always_scrape_classic_histograms", .boolean, .refusedUnless("false")),
            .init(section, "extra_scrape_metrics", .boolean),
        ]
    }

    private static let jobs: [PrometheusKey] = [
        .init(.jobs, "job_name", .sample("b")), .init(.job, "honor_labels", .boolean),
        .init(.job, "honor_timestamps", .boolean),
        .init(.job, "track_timestamps_staleness", .boolean), .init(.job, "params", .sample("{module: [a, b]}")),
        .init(.job, "fallback_scrape_protocol", .words(text0), .refusedUnless("PrometheusText0.0.4")),
        .init(.job, "metrics_path", .text),
        .init(.job, "scheme", .words(["http", "https"])), .init(.job, "enable_compression", .boolean),
        .init(.job, "native_histogram_bucket_limit", .count, .refusedUnless("0")),
        .init(.job, "native_histogram_min_bucket_factor", .number, .refusedUnless("0")),
        .init(.job, "relabel_configs", .sample("[{target_label: t, replacement: r}]")),
        .init(.job, "metric_relabel_configs", .sample("[{target_label: t, replacement: r}]")),
        .init(.relabeling, "source_labels", .sample("[a, b]"), beside: "target_label: t"),
        .init(.relabeling, "separator", .text, beside: "target_label: t"),
        .init(.relabeling, "regex", .sample("(a|b)"), beside: "target_label: t"),
        .init(.relabeling, "modulus", .count, beside: "target_label: t"),
        .init(.relabeling, "target_label", .sample("u")),
        .init(.relabeling, "replacement", .text, beside: "target_label: t"),
        .init(
            .relabeling, "action", .words(["replace", "Lowercase", "uppercase"]),
            beside: "target_label: t, source_labels: [a]"),
        .init(.relabeling, "action", .words(["keep", "drop", "labelmap"])),
        .init(.relabeling, "action", .words(["hashmod"]), beside: "modulus: 3, target_label: t"),
        .init(.relabeling, "action", .words(["labeldrop", "labelkeep"]), beside: "regex: a.*"),
        .init(
            .relabeling, "action", .words(["keepequal", "dropequal"]), beside: "source_labels: [a], target_label: t"),
    ]

    private static func client(_ section: Section) -> [PrometheusKey] {
        [
            .init(section, "basic_auth", .sample("{username: u, password: p}")),
            .init(section, "authorization", .sample("{credentials: c}")),
            .init(section, "oauth2", .sample("{client_id: c, client_secret: s, token_url: \"http://x/\"}"), .refused),
            .init(section, "bearer_token", .text), .init(section, "bearer_token_file", .text),
            .init(section, "tls_config", .sample("{}")),
            .init(section, "follow_redirects", .boolean), .init(section, "enable_http2", .boolean),
            .init(section, "proxy_url", .sample("\"http://x/\""), .refused),
            .init(section, "no_proxy", .sample("x"), .refused, beside: "proxy_url: \"http://x/\""),
            .init(section, "proxy_from_environment", .boolean, .refusedUnless("false")),
            .init(section, "proxy_connect_header", .sample("{a: [b]}"), .refused, beside: "proxy_url: \"http://x/\""),
            .init(section, "http_headers", .sample("{X-Some: {values: [a]}}")),
        ]
    }

    private static let credentials: [PrometheusKey] = [
        .init(.basicAuth, "username", .text), .init(.basicAuth, "username_file", .text),
        .init(.basicAuth, "username_ref", .text, .refused),
        .init(.basicAuth, "password", .text), .init(.basicAuth, "password_file", .text),
        .init(.basicAuth, "password_ref", .text, .refused),
        .init(.authorization, "type", .text), .init(.authorization, "credentials", .text),
        .init(.authorization, "credentials_file", .text), .init(.authorization, "credentials_ref", .text, .refused),
        .init(.tls, "ca", .text), .init(.tls, "cert", .text, beside: "key: k"),
        .init(.tls, "key", .text, beside: "cert: c"),
        .init(.tls, "ca_file", .text), .init(.tls, "cert_file", .text, beside: "key_file: k"),
        .init(.tls, "key_file", .text, beside: "cert_file: c"),
        .init(.tls, "ca_ref", .text, .refused), .init(.tls, "cert_ref", .text, .refused, beside: "key: k"),
        .init(.tls, "key_ref", .text, .refused, beside: "cert: c"), .init(.tls, "server_name", .text),
        .init(.tls, "insecure_skip_verify", .boolean),
        .init(.tls, "min_version", .words(["TLS10", "TLS11", "TLS12", "TLS13"])),
        .init(.tls, "max_version", .words(["TLS10", "TLS11", "TLS12", "TLS13"])),
        .init(.tls, "max_version", .words(["TLS13", "TLS12"]), beside: "min_version: TLS12"),
        .init(.header, "values", .sample("[a, b]")), .init(.header, "secrets", .sample("[a]")),
        .init(.header, "files", .sample("[a]"), .refused),
    ]

    private static let targets: [PrometheusKey] =
        [
            .init(.job, "static_configs", .sample("[{targets: [\"a:1\"]}]")),
            .init(.job, "file_sd_configs", .sample("[{files: [a.yml]}]")),
            .init(.job, "http_sd_configs", .sample("[{url: \"http://x/\"}]")),
            .init(.staticTargets, "targets", .sample("[\"a:1\"]")),
            .init(.staticTargets, "labels", .sample("{a: b}")), .init(.fileTargets, "files", .sample("[\"a*.json\"]")),
            .init(.fileTargets, "refresh_interval", .duration, beside: "files: [a.yml]"),
            .init(.httpTargets, "url", .sample("\"http://y/\"")),
            .init(.httpTargets, "refresh_interval", .duration, beside: "url: \"http://x/\""),
            .init(.job, "aws_sd_configs", .sample("[{}]"), .refused),
            .init(.job, "azure_sd_configs", .sample("[{}]"), .refused),
            .init(.alertmanager, "static_configs", .sample("[{targets: [\"a:1\"]}]")),
            .init(.alertmanager, "file_sd_configs", .sample("[{files: [a.yml]}]"), .refused),
            .init(.alertmanager, "http_sd_configs", .sample("[{url: \"http://x/\"}]"), .refused),
        ] + foreign.map { .init(.job, "\($0)_sd_configs", .sample("[{}]"), .refused) }

    /// The names of what Prometheus finds targets by, besides those above.
    private static let foreign = [
        "ec2", "ecs", "elasticache", "lightsail", "msk", "rds", "consul", "digitalocean", "dns", "eureka", "gce",
        "hetzner", "ionos", "kubernetes",
        "linode", "marathon", "docker", "dockerswarm", "nomad", "oci", "openstack", "outscale", "ovhcloud", "puppetdb",
        "scaleway", "stackit",
        "triton", "uyuni", "vultr", "kuma", "serverset", "nerve",
    ]

    private static let receivers: [PrometheusKey] =
        [
            .init(.alerting, "alert_relabel_configs", .sample("[{target_label: t, replacement: r}]")),
            .init(.alerting, "alertmanagers", .sample("[]")),
            .init(.alertmanager, "sigv4", .sample("{}"), .refused),
            .init(.alertmanager, "scheme", .words(["http", "https"])),
            .init(.alertmanager, "path_prefix", .text), .init(.alertmanager, "timeout", .duration),
            .init(.alertmanager, "api_version", .words(["v2"])),
            .init(.alertmanager, "relabel_configs", .sample("[{target_label: t, replacement: r}]")),
            .init(.alertmanager, "alert_relabel_configs", .sample("[{target_label: t, replacement: r}]")),
            .init(.remoteWrite, "url", .sample("\"http://y/\"")),
        ]
        + [
            ("remote_timeout", .duration, .honoured), ("headers", .sample("{X-Some: a}"), .honoured),
            ("write_relabel_configs", .sample("[{target_label: t, replacement: r}]"), .honoured),
            ("name", .text, .honoured),
            ("send_exemplars", .boolean, .honoured), ("send_native_histograms", .boolean, .honoured),
            ("protobuf_message", .words(["prometheus.WriteRequest", "io.prometheus.write.v2.Request"]), .honoured),
            ("queue_config", .sample("{}"), .honoured), ("sigv4", .sample("{region: r}"), .refused),
            ("azuread", .sample("{cloud: AzurePublic}"), .refused),
            ("google_iam", .sample("{credentials_file: f}"), .refused),
        ].map { (name: String, shape: Shape, treatment: Treatment) in
            .init(.remoteWrite, name, shape, treatment, beside: "url: \"http://x/\"")
        } + [
            .init(.queue, "capacity", .count), .init(.queue, "max_shards", .count), .init(.queue, "min_shards", .count),
            .init(.queue, "max_samples_per_send", .count), .init(.queue, "batch_send_deadline", .duration),
            .init(.queue, "min_backoff", .duration, beside: "max_backoff: 1h"),
            .init(.queue, "max_backoff", .duration, beside: "min_backoff: 0s"),
            .init(.queue, "retry_on_http_429", .boolean), .init(.queue, "sample_age_limit", .duration),
        ]

    private static let storage: [PrometheusKey] = [
        .init(.storage, "tsdb", .sample("{}")), .init(.storage, "exemplars", .sample("{}")),
        .init(.exemplars, "max_exemplars", .sample("7")),
        .init(.tsdb, "out_of_order_time_window", .duration),
        .init(.tsdb, "stale_series_compaction_threshold", .number, .warned),
        .init(.tsdb, "chunk_encoding", .sample("{floats: xor}"), .warned), .init(.tsdb, "retention", .sample("{}")),
        .init(.retention, "time", .duration), .init(.retention, "size", .bytes),
        .init(.retention, "percentage", .number, .refusedUnless("0")),
        .init(.telemetry, "promote_all_resource_attributes", .boolean, .refusedUnless("false")),
        .init(.telemetry, "promote_resource_attributes", .sample("[a]"), .refusedUnless("[]")),
        .init(.telemetry, "ignore_resource_attributes", .sample("[a]"), .refusedUnless("[]")),
        .init(
            .telemetry, "translation_strategy",
            .words([
                "UnderscoreEscapingWithSuffixes", "UnderscoreEscapingWithoutSuffixes", "NoUTF8EscapingWithSuffixes",
                "NoTranslation",
            ]),
            .refusedUnless("UnderscoreEscapingWithSuffixes")),
        .init(.telemetry, "keep_identifying_resource_attributes", .boolean, .refusedUnless("false")),
        .init(.telemetry, "convert_histograms_to_nhcb", .boolean, .refusedUnless("false")),
        .init(.telemetry, "promote_scope_metadata", .boolean, .refusedUnless("false")),
        .init(.telemetry, "label_name_underscore_sanitization", .boolean, .refusedUnless("true")),
        .init(.telemetry, "label_name_preserve_multiple_underscores", .boolean, .refusedUnless("true")),
    ]
}
