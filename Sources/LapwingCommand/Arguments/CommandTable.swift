import LapwingLint

/// Every command with its flags: what the parser takes, the help shows and the completion will know.
enum CommandTable {
    static let commands = [serve, test, check, query, replay, explain, export, format]

    static let serve = CommandDescription(
        name: "serve", operands: "", summary: "run the sidecar: collect, store, evaluate rules, notify, answer the HTTP API",
        flags: [
            Flag("--config", .value("FILE"), "configuration in Prometheus' own YAML; flags come on top of it", standard: "none"),
            Flag("--listen", .value("HOST:PORT"), "HTTP address; port 0 picks a free one", standard: "127.0.0.1:9090"),
            Flag("--rules", .repeated("GLOB"), "rule files"),
            Flag("--scrape", .repeated("[JOB=]URL"), "a page to scrape"),
            Flag("--scrape-interval", .value("D"), "time between scrapes", standard: "15s; with --config, its own"),
            Flag("--evaluation-interval", .value("D"), "time between evaluations of a group without its own", standard: "15s; with --config, its own"),
            Flag("--webhook", .repeated("URL"), "where alerts are posted"),
            Flag("--alertmanager", .repeated("URL"), "an Alertmanager to push to"),
            Flag("--datasource", .value("URL"), "a server with Prometheus' API that rules are asked of", standard: "the store"),
            Flag("--remote-write", .repeated("URL"), "where recorded series and ALERTS are sent as well"),
            Flag("--shard", .value("I/N"), "evaluate the I-th of N parts of the groups", standard: "1/1"),
            Flag("--data", .value("DIR"), "where samples are kept", standard: "data; with --demo, none"),
            Flag("--in-memory", .toggle, "keep nothing on disk"),
            Flag("--sync-interval", .value("D"), "how often the log is forced to the disk; 0s: before every answer", standard: "5s"),
            Flag("--retention", .value("D"), "how long samples are kept; 0s beside --retention-size: whatever their age", standard: "15d"),
            Flag(
                "--retention-size", .value("BYTES"), "how many bytes are kept at most, in the directory or in memory; 10GB and the like are taken",
                standard: "unlimited"),
            Flag("--out-of-order-window", .value("D"), "how late a sample may come", standard: "0s"),
            Flag("--external-url", .value("URL"), "the address at which people reach this server", standard: "from --listen"),
            Flag("--external-label", .repeated("K=V"), "a label that every notification carries"),
            Flag("--demo", .toggle, "also run a demo service with an incident every two minutes, scrape it, and load its rules"),
            Flag("--heartbeat", .value("URL"), "asked for at every evaluation round, for a dead man's switch"),
            Flag("--query-timeout", .value("D"), "how long one query may take", standard: "2m"),
            Flag("--query-max-samples", .value("N"), "how many samples one query may hold", standard: "50000000"),
            Flag("--web-config", .value("FILE"), "basic-auth users and bearer tokens that may call the API", standard: "everybody"),
            Flag("--log-level", .choice(["debug", "info", "warn", "error"]), "the least that is told", standard: "info; with --demo, warn"),
            Flag("--log-format", .choice(["logfmt", "json"]), "how it is told", standard: "logfmt"),
        ],
        examples: [
            ("lapwing serve --demo", "watch alerts come and go, without anything of your own"),
            (
                "lapwing serve --scrape http://localhost:3001/metrics --rules rules/service.yml --webhook http://localhost:5000/",
                "watch a service and post what fires"
            ),
        ])

    static let test = CommandDescription(
        name: "test", operands: "FILE…", summary: "run rule unit tests (promtool format) and PromQL test scripts, offline",
        flags: [
            Flag("--run", .value("REGEX"), "only the test groups whose name matches"),
            Flag("--junit", .value("FILE"), "also write the results as JUnit XML"),
            Flag("--output", .choice(["text", "json"]), "how results are written", standard: "text"),
            Flag("--coverage", .toggle, "also list the rules, states, sides of or, and template branches that no test reaches"),
            Flag("--mutate", .toggle, "change the rules one thing at a time, and list the changes that no test notices"),
            Flag("--watch", .toggle, "run again whatever a change touches, until interrupted"),
            Flag("--update", .toggle, "write what was got into the files in the place of what was expected"),
            Flag("--promtool-compat", .toggle, "let pass what promtool lets pass: alerts that no rule has, patterns without a file"),
            Flag("--record", .toggle, "make a test FILE from recorded data, or write it to standard output"),
            Flag("--data", .repeated("PATH"), "with --record: exposition pages, or data directories of Prometheus or lapwing"),
            Flag("--match", .repeated("SELECTOR"), "with --record: which series"),
            Flag("--start", .value("T"), "with --record: the first time", standard: "the first sample"),
            Flag("--end", .value("T"), "with --record: the last time", standard: "the last sample"),
            Flag("--interval", .value("D"), "with --record: time between values", standard: "that of most samples"),
            Flag("--rules", .repeated("GLOB"), "with --record: rule files, whose alerts and metrics are expected as they come out"),
        ],
        examples: [
            ("lapwing test rules", "run every *.test, *.test.yml and *_test.yml below a folder"),
            ("lapwing test --mutate rules", "find the thresholds, windows and matchers that no test holds"),
            ("lapwing test --update rules/service_test.yml", "take over what a changed rule gives; look at the difference before you commit it"),
            (
                "lapwing test --record --data data --match 'http_requests_total' --start now-1h --rules rules.yml incident_test.yml",
                "make a test of what has just happened"
            ),
        ])

    static let check = CommandDescription(
        name: "check", operands: "rules|config|metrics FILE…", summary: "check rule files, configuration files and pages of samples",
        flags: [
            Flag("--output", .choice(["text", "json", "sarif", "github"]), "how findings are written", standard: "text"),
            Flag("--lint", .value("NAMES"), "default, all, none or names; what needs a policy or data runs when it is given", standard: "default"),
            Flag("--lint-fatal", .toggle, "exit with 3 when a check finds something"),
            Flag("--policy", .value("FILE"), "which labels and annotations alerts must and may have"),
            Flag("--data", .repeated("PATH"), "exposition pages, or data directories of Prometheus or lapwing, that rules are held against"),
            Flag("--server", .value("URL"), "a server whose last day rules are held against"),
            Flag("--http-config", .value("FILE"), "how the server is asked: basic_auth, authorization, tls_config and the like, as Prometheus has them"),
            Flag("--scrape-interval", .value("D"), "how often metrics are scraped", standard: "15s; for config, its own"),
            Flag("--evaluation-interval", .value("D"), "how often groups without an interval are evaluated", standard: "15s; for config, its own"),
        ],
        examples: [
            ("lapwing check rules rules/*.yml", "check rule files before they are loaded"),
            ("lapwing check config prometheus.yml", "check a configuration and the files that it names"),
            ("curl -s localhost:3001/metrics | lapwing check metrics", "check a page as a scrape would read it, and how its metrics are named"),
            ("lapwing check rules --data /var/lib/prometheus/metrics2 rules/*.yml", "find what matches nothing, never fires or is dear"),
            ("lapwing check rules --output sarif rules/*.yml > lint.sarif", "show findings beside a change"),
        ],
        names: Lint.checks.map { check in
            let needs = switch check.need {
            case .nothing: ""
            case .policy: " (with --policy)"
            case .data: " (with --data or --server)"
            }
            return (check.name, check.summary + needs)
        },
        namesTitle: "Names of --lint; a comment # pint disable NAME beside a rule turns one off for it")

    static let query = CommandDescription(
        name: "query", operands: "EXPR", summary: "ask PromQL of a server or of files",
        flags: [
            Flag("--server", .value("URL"), "the server to ask", standard: "http://127.0.0.1:9090"),
            Flag("--http-config", .value("FILE"), "how the server is asked: basic_auth, authorization, tls_config and the like, as Prometheus has them"),
            Flag("--data", .repeated("PATH"), "exposition pages, or data directories of Prometheus or lapwing, to ask instead of a server"),
            Flag("--time", .value("T"), "the instant", standard: "now"),
            Flag("--start", .value("T"), "the start of a range; also for --series, --labels and --label-values"),
            Flag("--end", .value("T"), "the end of a range", standard: "now"),
            Flag("--step", .value("D"), "the distance of the points of a range", standard: "a 250th of it, 1s at least"),
            Flag("--output", .choice(["table", "json", "csv", "plot", "svg", "png"]), "plot is a chart, svg and png are pictures", standard: "table"),
            Flag("--watch", .value("D"), "ask again at this distance, until interrupted"),
            Flag("--explain", .toggle, "show the plan, and the series, samples and time that each part of it takes"),
            Flag("--series", .value("SELECTOR"), "list the series that a selector finds"),
            Flag("--labels", .toggle, "list the names of labels"),
            Flag("--label-values", .value("NAME"), "list the values of a label"),
        ],
        examples: [
            ("lapwing query 'sum by (instance) (up)'", "ask the server on this machine"),
            ("lapwing query --start now-1h --step 1m 'rate(http_requests_total[5m])'", "ask for an hour, a point a minute"),
            ("lapwing query --data /var/lib/prometheus/metrics2 up", "ask a Prometheus' data, whether it runs or not"),
            ("lapwing query --start now-1h --output plot 'sum by (job) (rate(http_requests_total[5m]))'", "see an hour as a chart in the terminal"),
            ("lapwing query --start now-1d --output png 'up' > up.png", "draw a picture"),
        ])

    static let replay = CommandDescription(
        name: "replay", operands: "", summary: "run rules over recorded data and show when each alert would have fired",
        flags: [
            Flag("--rules", .repeated("GLOB"), "rule files"),
            Flag("--data", .repeated("PATH"), "exposition pages, or data directories of Prometheus or lapwing"),
            Flag("--server", .value("URL"), "a server with Prometheus' HTTP API to read samples of instead; with --start"),
            Flag("--http-config", .value("FILE"), "how the server is asked: basic_auth, authorization, tls_config and the like, as Prometheus has them"),
            Flag("--start", .value("T"), "the first instant", standard: "the first sample"),
            Flag("--end", .value("T"), "no instant is later", standard: "the last sample"),
            Flag("--interval", .value("D"), "time between evaluations of a group without its own", standard: "15s; with --config, its own"),
            Flag("--config", .value("FILE"), "a configuration whose webhooks, labels and interval hold", standard: "one webhook as --webhook means it"),
            Flag("--external-label", .repeated("K=V"), "a label that every notification carries"),
            Flag("--output", .choice(["text", "json", "html"]), "how it is written", standard: "text"),
            Flag("--compare", .value("GLOB"), "other rule files: show what they would have changed"),
            Flag("--sweep", .repeated("for=D,…|threshold=N,…"), "try values, in every combination, and show how often each alert fires"),
            Flag("--until-first", .toggle, "end when the first alert fires"),
            Flag("--write", .value("DIR"), "keep what the rules record, and ALERTS, as a data directory"),
        ],
        examples: [
            ("lapwing replay --rules 'rules/*.yml' --data /var/lib/prometheus/metrics2 --start now-7d", "what a week would have brought"),
            ("lapwing replay --rules new.yml --server http://prometheus:9090 --start now-1d", "what yesterday would have brought"),
            ("lapwing replay --rules new.yml --data data --sweep for=1m,5m,15m --sweep threshold=0.05,0.1", "find settings that do not flap"),
            ("lapwing replay --rules old.yml --compare new.yml --data data", "see what a change to the rules changes"),
        ])

    static let explain = CommandDescription(
        name: "explain", operands: "RULE", summary: "say why an alert fired at a time, or why it did not",
        flags: [
            Flag("--rules", .repeated("GLOB"), "rule files"),
            Flag("--data", .repeated("PATH"), "exposition pages, or data directories of Prometheus or lapwing"),
            Flag("--server", .value("URL"), "a server with Prometheus' HTTP API to read samples of instead"),
            Flag("--http-config", .value("FILE"), "how the server is asked: basic_auth, authorization, tls_config and the like, as Prometheus has them"),
            Flag("--time", .value("T"), "which time", standard: "the last sample; with --server, now"),
            Flag("--labels", .repeated("K=V,…"), "which alert, where the rule has several"),
            Flag("--start", .value("T"), "from where on its history is told", standard: "a day before"),
            Flag("--end", .value("T"), "up to where", standard: "a day after"),
            Flag("--interval", .value("D"), "time between evaluations of a group without its own", standard: "15s"),
            Flag("--external-label", .repeated("K=V"), "a label that templates see"),
            Flag("--output", .choice(["text", "json"]), "how it is written", standard: "text"),
        ],
        examples: [
            ("lapwing explain HighErrorRate --rules 'rules/*.yml' --data data --time 2026-11-23T03:12:00Z", "why was nobody woken?"),
            ("lapwing explain HighErrorRate --rules rules.yml --data data --labels instance=localhost:3001", "one of its alerts alone"),
        ])

    static let export = CommandDescription(
        name: "export", operands: "", summary: "write what a data directory holds as OpenMetrics or protobuf",
        flags: [
            Flag("--data", .repeated("PATH"), "data directories of Prometheus or lapwing, or exposition pages"),
            Flag("--match", .repeated("SELECTOR"), "which series", standard: "all"),
            Flag("--start", .value("T"), "the first time", standard: "the first there is"),
            Flag("--end", .value("T"), "the last time", standard: "the last there is"),
            Flag("--output", .choice(["openmetrics", "protobuf"]), "protobuf also has native histograms, start times, ends of series", standard: "openmetrics"),
        ],
        examples: [
            ("lapwing export --data data --match 'up' --start now-1d > up.om", "take a day of one metric along"),
            ("lapwing query --data up.om 'avg_over_time(up[1h])'", "ask what was taken along"),
        ])

    static let format = CommandDescription(
        name: "format", operands: "EXPR|FILE…", summary: "print a PromQL expression, or the expressions of a rule file, in canonical form",
        flags: [
            Flag("--write", .toggle, "format rule files in place, with their comments and layout"),
            Flag("--check", .toggle, "list the expressions that are not in canonical form, and exit with 1 where there are any"),
        ],
        examples: [
            ("lapwing format 'sum(rate(x[300s]))by(job)'", "print sum by (job) (rate(x[5m]))"),
            ("lapwing format rules/*.yml", "print every rule's expression behind its file and line"),
            ("lapwing format --write rules/*.yml", "format rule files in place; --check says whether that is needed"),
        ])

    static let overview: String = {
        var text = "lapwing: a metrics store, PromQL engine and alert rule evaluator\n\nUsage: lapwing COMMAND [flags]\n\nCommands:\n"
        for command in commands {
            text += "  \(command.name)\(String(repeating: " ", count: 9 - command.name.count))\(command.summary)\n"
        }
        return text + "\nlapwing COMMAND --help tells more of each; lapwing --version says which version this is.\n"
            + "lapwing completion bash|zsh|fish writes completion for a shell, lapwing man the manual: lapwing man | man -l -\n"
    }()
}
