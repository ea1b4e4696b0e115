import LapwingConfiguration
import LapwingHTTP
import LapwingNotify
import LapwingRemote
import LapwingSeries
import LapwingText
import Testing

struct ConfigurationTests {
    private func read(_ text: String, name: String = "/etc/lapwing.yml") throws(SourceError) -> Configuration {
        try Configuration.read(SourceText(name: name, text)) { ["REGION": "north"][$0] }
    }

    /// The one-line forms of everything that is wrong.
    private func faults(_ text: String) -> [String] {
        do throws(SourceError) {
            _ = try read(text)
            return []
        } catch {
            return error.diagnostics.map { $0.line(in: error.source) }
        }
    }

    @Test func `an empty file is a configuration with Prometheus' defaults`() throws {
        let configuration = try read("")
        #expect(configuration.global.scrapeInterval == .seconds(60))
        #expect(configuration.global.evaluationInterval == .seconds(60))
        #expect(configuration.scrapes.isEmpty)
    }

    @Test func `a job takes what it does not say from global`() throws {
        let job = try #require(
            try read(
                """
                global: {scrape_interval: 5s, sample_limit: 7, body_size_limit: 2MB, scrape_native_histograms: true}
                scrape_configs:
                  - job_name: a
                    label_limit: 3
                    static_configs: [{targets: ["x:1"], labels: {k: v}}]
                """
            ).scrapes.first)
        #expect(job.interval == .seconds(5) && job.timeout == .seconds(5))
        #expect(job.sampleLimit == 7 && job.labelLimit == 3 && job.bodySizeLimit == 2 << 20)
        #expect(job.scrapesNativeHistograms)
        #expect(job.targetGroups == [TargetGroup(addresses: ["x:1"], labels: Labels(metric: "", ["k": "v"]))])
    }

    @Test func `a datasource is asked with what it says of credentials, headers and limits`() throws {
        let configuration = try read(
            """
            datasource:
              url: http://mimir:8080/prometheus
              authorization: {credentials_file: token}
              headers: {X-Scope-OrgID: team}
              timeout: 30s
              max_concurrent: 50
            remote_write: [{url: "http://mimir:8080/api/v1/push", metadata_config: {send: false}}]
            """)
        var expected = DatasourceSettings(url: "http://mimir:8080/prometheus")
        expected.client.credentials = .scheme("Bearer", .file("/etc/token"))
        expected.client.headers = ["X-Scope-OrgID": "team"]
        (expected.timeout, expected.maximumConcurrent) = (.seconds(30), 50)
        #expect(configuration.datasource == expected)
        #expect(configuration.remoteWrites.first?.metadata.isSent == false)
        #expect(faults("datasource: {}").first?.contains("a datasource needs a url") == true)
        #expect(faults("datasource: {url: 'http://a', max_concurrent: 0}").first?.contains("\"max_concurrent\" is 1 or more") == true)
        #expect(faults("datasource: {url: 'http://a', header: {}}").first?.contains("\"header\" is not known") == true)
        let secret = try read("datasource: {url: 'http://a', basic_auth: {username: u, password: hidden}}")
        #expect(!secret.shownText.contains("hidden"))
    }

    @Test func `variables are put into external labels, and a missing one is told`() throws {
        let configuration = try read("global: {external_labels: {a: $REGION, b: \"${REGION}-$$x\", c: $NONE}}")
        #expect(configuration.global.externalLabels == Labels(metric: "", ["a": "north", "b": "north-$x"]))
        #expect(configuration.warnings.map(\.message) == ["environment variable \"NONE\" is empty"])
    }

    @Test func `a job that is scraped more seldom than a sample counts is told`() throws {
        let text = "scrape_configs: [{job_name: slow, scrape_interval: 5m}, {job_name: fast, scrape_interval: 4m}]"
        let warnings = try read(text).warnings.map(\.message)
        #expect(warnings == ["job \"slow\" is scraped every 5m, and a sample counts for 5m: its series have gaps"])
    }

    @Test func `a key that nobody knows is an error with the nearest known one, at its place`() {
        let text = "global:\n  scrape_intervall: 5s\n"
        #expect(faults(text) == ["/etc/lapwing.yml:2:3: error: field \"scrape_intervall\" is not known in a global section (unknown-field)"])
    }

    @Test(
        arguments: [
            ("scrape_configs: [{job_name: a}, {job_name: a}]", "found multiple scrape configs with job name \"a\""),
            ("scrape_configs: [{scheme: http}]", "job_name is empty"),
            (
                "scrape_configs: [{job_name: a, scrape_interval: 5s, scrape_timeout: 6s}]",
                "scrape timeout greater than scrape interval for scrape config with job name \"a\""
            ),
            ("global: {scrape_interval: 5s, scrape_timeout: 6s}", "global scrape timeout greater than scrape interval"),
            ("scrape_configs: [{job_name: a, static_configs: [{targets: [\"http://x\"]}]}]", "\"http://x\" is not a valid hostname"),
            (
                "scrape_configs: [{job_name: a, relabel_configs: [{target_label: x}], static_configs: [{targets: [b, \"http://bad\"]}]}]",
                "\"http://bad\" is not a valid hostname"
            ),
            (
                "alerting: {alertmanagers: [{relabel_configs: [{target_label: x}], static_configs: [{targets: [\"http://bad\"]}]}]}",
                "\"http://bad\" is not a valid hostname"
            ),
            (
                "scrape_configs: [{job_name: a, bearer_token: x, basic_auth: {username: u}}]",
                "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured"
            ),
            (
                "scrape_configs: [{job_name: a, relabel_configs: [{action: hashmod, target_label: x}]}]",
                "relabel configuration for hashmod requires non-zero modulus"
            ),
            ("remote_write: [{url: \"http://x\", queue_config: {max_shards: 0}}]", "remote write queue max_shards must be positive"),
            ("alerting: {alertmanagers: [{api_version: v1}]}", "expected Alertmanager api version to be one of [v2] but got v1"),
            ("scrape_configs: [{job_name: a, kubernetes_sd_configs: [{role: pod}]}]", "\"kubernetes_sd_configs\" is not supported by lapwing"),
            ("scrape_configs: [{job_name: a, tls_config: {ca_file: x, ca: y}}]", "at most one of ca, ca_file & ca_ref must be configured"),
            (
                "scrape_configs: [{job_name: a, tls_config: {cert_file: x}}]",
                "exactly one of key or key_file must be configured when a client certificate is configured"
            ),
            ("scrape_configs: [{job_name: a, tls_config: {min_version: TLS14}}]", "unknown TLS version: TLS14"),
            ("remote_read: [{url: \"http://x\"}]", "\"remote_read\" is not supported by lapwing"),
            ("webhooks: [{send_resolved: true}]", "a webhook needs a url"),
            ("webhooks: [{url: 'http://x/', group_by: [a, {b: c}]}]", ":1:45: error: \"group_by\" of a webhook lists single values, and a mapping was found"),
            ("webhooks: [{url: 'http://x/', group_by: [a, '']}]", ":1:45: error: \"\" is not a valid label name"),
            ("webhooks: [{url: 'http://x/', headers: {A: \"b\\nC: d\"}}]", ":1:44: error: a header's value is one line without control characters"),
            ("alerting: {alertmanagers: [{timeout: 0s}]}", ":1:38: error: timeout cannot be zero"),
            ("alerting: {alertmanagers: foo}", "of an alerting section is a list, and text was found"),
            ("alerting:\n  alert_relabel_configs:\n  - action: drop\n    regex: '('", ":4:12: error: \"(\" is no regular expression"),
            ("alerting: {alert_relabel_configs: [{source_labels: [~], target_label: a}]}", "lists single values, and nothing was found"),
        ])
    func `what is wrong is told`(text: String, message: String) {
        #expect(faults(text).contains { $0.contains(message) }, "\(faults(text))")
    }

    @Test func `whom to trust, what to show and whether to follow redirects reaches everybody who is asked`() throws {
        let client = "tls_config: {ca_file: ca.pem, cert: c, key: k, server_name: n, insecure_skip_verify: true, min_version: TLS12}, follow_redirects: false"
        let configuration = try read(
            """
            scrape_configs: [{job_name: a, \(client), http_sd_configs: [{url: "https://x/", \(client)}]}]
            alerting: {alertmanagers: [{\(client), static_configs: [{targets: ["a:1"]}]}]}
            remote_write: [{url: "https://x/", \(client)}]
            webhooks: [{url: "https://x/", \(client)}]
            """)
        var tls = TLSSettings()
        (tls.authorities, tls.certificates, tls.key) = (.file("/etc/ca.pem"), .text("c"), .text("k"))
        (tls.serverName, tls.skipsVerification, tls.minVersion) = ("n", true, .tls12)
        guard case .http(let discovery)? = configuration.scrapes.first?.discoveries.first else {
            Issue.record("no discovery")
            return
        }
        let found = [
            configuration.scrapes.first?.client, discovery.client, configuration.alertmanagers.first?.client,
            configuration.remoteWrites.first?.client, configuration.webhooks.first?.client,
        ]
        for client in found { #expect(client?.tls == tls && client?.followsRedirects == false) }
        #expect(!configuration.shownText.contains("key: k"))
        #expect(try read("scrape_configs: [{job_name: a, tls_config: {}}]").scrapes.first?.client.tls == nil)
    }

    @Test func `webhooks have Alertmanager's defaults`() throws {
        let webhook = try #require(try read("webhooks: [{url: \"http://x/\", group_by: [...]}]").webhooks.first)
        #expect(webhook.groupWait == .seconds(30) && webhook.groupInterval == .seconds(300) && webhook.repeatInterval == .seconds(4 * 3600))
        #expect(webhook.grouping == .allLabels && webhook.sendsResolved)
    }

    @Test func `an Alertmanager's address comes out of labels and rules`() throws {
        let configuration = try read(
            """
            alerting:
              alertmanagers:
                - path_prefix: /am/
                  scheme: https
                  static_configs: [{targets: ["a:9093", "b:9093"]}]
                  relabel_configs: [{source_labels: [__address__], regex: b.*, action: drop}]
            """)
        #expect(configuration.alertmanagers.map(\.url) == ["https://a:9093/am"])
    }

    @Test func `secrets are not shown, and their files are found beside the configuration`() throws {
        let configuration = try read(
            "scrape_configs: [{job_name: a, basic_auth: {username: u, password: hidden}}, {job_name: b, bearer_token_file: token}]\n")
        #expect(!configuration.shownText.contains("hidden") && configuration.shownText.contains("password: <secret>"))
        #expect(configuration.scrapes.last?.client.credentials == .scheme("Bearer", .file("/etc/token")))
        #expect(configuration.namedFiles.map(\.path) == ["/etc/token"])
        let telling = try read("webhooks: [{url: \"https://h/hidden\"}, {url: 'https://h?t=hidden'}, {url: http://plain/}]\nheartbeat: {url: https://h/hidden}")
        #expect(telling.shownText == "webhooks: [{url: <secret>}, {url: <secret>}, {url: http://plain/}]\nheartbeat: {url: <secret>}")
    }

    @Test(arguments: ["webhooks: [{url: 'hooks/hidden'}]", "webhooks: [{url: 'http://a:b/hidden'}]", "heartbeat: {url: 'http://a/hid den'}"])
    func `what may be a secret is not said where it is no URL, but why it is none`(text: String) {
        let all = faults(text)
        #expect(all.count == 1 && all[0].contains("no URL that can be fetched: "), "\(all)")
        #expect(!all.contains { $0.contains("hid") })
    }

    /// Former passwords stay in comments, and a webhook's token in a header.
    @Test func `comments are not shown, nor headers of webhooks, nor credentials in addresses`() throws {
        let configuration = try read(
            """
            # password: hidden
            webhooks:
            - url: http://x/ # hidden
              headers: {Authorization-Token: hidden, X-Empty: ''}
            scrape_configs: [{job_name: 'a#b', static_configs: [{targets: ['user:hidden@h:1', plain]}]}]
            remote_write: [{url: http://x/, headers: {X-Scope-OrgID: team}}]
            # hidden
            """)
        #expect(
            configuration.shownText == """

                webhooks:
                - url: http://x/ \n  headers: {Authorization-Token: <secret>, X-Empty: ''}
                scrape_configs: [{job_name: 'a#b', static_configs: [{targets: [<secret>, plain]}]}]
                remote_write: [{url: http://x/, headers: {X-Scope-OrgID: team}}]

                """)
    }

    /// A time of 0 removed everything and refused every sample, a size of 0 kept a minute, and a size alone no more than 15 days.
    @Test(arguments: [
        ("{}", nil, nil), ("{tsdb: {}}", nil, nil), ("{tsdb: {retention: {time: 0s}}}", Duration.zero, nil),
        ("{tsdb: {retention: {size: 10GB}}}", .zero, 10 << 30), ("{tsdb: {retention: {time: 5d, size: 0}}}", .seconds(5 * 86_400), nil),
        ("{tsdb: {retention: {size: 0B}}}", .zero, nil),
    ] as [(String, Duration?, Int?)])
    func `retention that is 0 or not beside another is no limit`(text: String, time: Duration?, size: Int?) throws {
        let storage = try read("storage: \(text)").storage
        #expect(storage.retention == time && storage.retentionSize == size)
    }

    @Test func `a parameter without a value is empty`() throws {
        let job = try read("scrape_configs: [{job_name: a, params: {a: [null, ~, '~'], b: null}}]").scrapes.first
        #expect(job?.parameters == [.init("a", ""), .init("a", ""), .init("a", "~")])
    }

    @Test func `an empty list or text asks for nothing`() {
        let text = """
            global: {query_log_file: "", scrape_failure_log_file: ""}
            remote_read: []
            scrape_config_files: []
            scrape_configs: [{job_name: a, dns_sd_configs: [], proxy_url: ""}]
            """
        #expect(faults(text).isEmpty, "\(faults(text))")
    }

    /// An empty file, as one that is being written is, took all targets away; numbers were taken for texts.
    @Test(arguments: [
        ("", "1:1: error: unexpected end of JSON input"), (" \n", "error: unexpected end of JSON input"), ("[{", "error: unexpected end of JSON input"),
        ("[] x", "1:4: error: something stands behind the value"), ("- targets: [a]\n", "1:3: error: something stands behind the value"),
        (#"[{"targets": ["a"], "labels": {"a": 1}}]"#, "1:37: error: a label's value is a text in JSON, and 1 was found"),
        (#"[{"targets": [1]}]"#, "1:15: error: a label's value is a text in JSON, and 1 was found"),
    ])
    func `targets in JSON are JSON`(text: String, message: String) {
        let error = #expect(throws: SourceError.self) { try TargetGroup.read(SourceText(name: "http://x/", text), isJSON: true) }
        let lines = error?.diagnostics.map { $0.line(in: SourceText(name: "t", text)) } ?? []
        #expect(lines.contains { $0.contains(message) }, "\(lines)")
    }

    @Test func `targets in YAML may be none, and numbers are texts`() throws {
        #expect(try TargetGroup.read(SourceText(name: "t.yml", "")) == [])
        #expect(try TargetGroup.read(SourceText(name: "t.json", "null")) == [])
        let found = try TargetGroup.read(SourceText(name: "t.yaml", "- {targets: [1], labels: {a: 2}}"))
        #expect(found == [TargetGroup(addresses: ["1"], labels: Labels(metric: "", ["a": "2"]))])
        #expect(throws: SourceError.self) { try TargetGroup.read(SourceText(name: "T.JSON", "")) }
    }

    @Test func `target files are JSON or YAML`() throws {
        let json = SourceText(name: "t.json", #"[{"targets": ["a:1"], "labels": {"k": "v"}}]"#)
        #expect(try TargetGroup.read(json) == [TargetGroup(addresses: ["a:1"], labels: Labels(metric: "", ["k": "v"]))])
        #expect(throws: SourceError.self) { try TargetGroup.read(SourceText(name: "t.yml", "- target: [a]\n")) }
    }

    @Test func `protocols are asked for by weight, in their order`() {
        #expect(
            ScrapeProtocol.acceptHeader([.text0, .protobuf])
                == "text/plain;version=0.0.4;q=0.6,application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.5,*/*;q=0.4")
    }

    @Test func `a file cut short anywhere is read or refused`() {
        let text = "global: {external_labels: {a: \"${REGION\"}}\nscrape_configs:\n- job_name: a\n  params: {a: [b]}\n  http_headers: {X: {values: [a]}}\n"
        for end in 0...text.utf8.count { _ = faults(String(decoding: text.utf8.prefix(end), as: UTF8.self)) }
    }

    /// What a blackbox exporter is asked for is a URL until rules have made a parameter of it.
    @Test func `a target is a URL where rules leave none`() throws {
        let rules = "[{source_labels: [__address__], target_label: __param_target}, {target_label: __address__, replacement: 'b:9115'}]"
        let text = "scrape_configs: [{job_name: a, relabel_configs: \(rules), static_configs: [{targets: ['http://x']}]}]"
        #expect(faults(text).isEmpty, "\(faults(text))")
    }

    @Test func `how a server is asked may be a file of its own`() throws {
        let read = { (text: String) throws(SourceError) in try HTTPClientSettings.read(SourceText(name: "/etc/client.yml", text)) }
        #expect(try read("") == HTTPClientSettings())
        var expected = HTTPClientSettings()
        expected.credentials = .basic(user: .text("me"), password: .file("/etc/secret"))
        #expect(try read("basic_auth: {username: me, password_file: secret}") == expected)
        for wrong in ["url: x", "- a", "oauth2: {client_id: x}", "basic_auth: {user: x}"] {
            #expect(throws: SourceError.self) { _ = try read(wrong) }
        }
    }
}
