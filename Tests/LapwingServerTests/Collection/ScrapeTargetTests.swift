import LapwingConfiguration
import LapwingSeries
import Testing

@testable import LapwingServer

@Suite struct ScrapeTargetTests {
    private func only(_ configuration: ScrapeConfiguration) throws -> ScrapeTarget {
        let found = ScrapeTarget.discover(configuration)
        guard found.count == 1, case .active(let target) = found[0] else { throw ScrapeError("\(found)") }
        return target
    }

    @Test func `a target has a URL, and the labels job and instance`() throws {
        var configuration = ScrapeConfiguration(jobName: "node")
        configuration.parameters = [.init("b", "2 3"), .init("a", "x&y"), .init("b", "4")]
        configuration.targetGroups = [TargetGroup(addresses: ["h:9100"], labels: Labels(metric: "", ["zone": "eu"]))]
        let target = try only(configuration)
        #expect(target.url == "http://h:9100/metrics?a=x%26y&b=2+3&b=4")
        #expect(target.labels == Labels(metric: "", ["instance": "h:9100", "job": "node", "zone": "eu"]))
        #expect(
            target.discoveredLabels
                == Labels(
                    metric: "",
                    [
                        "__address__": "h:9100", "__metrics_path__": "/metrics", "__param_a": "x&y", "__param_b": "2 3",
                        "__scheme__": "http", "__scrape_interval__": "15s", "__scrape_timeout__": "10s", "job": "node",
                        "__convert_classic_histograms_to_nhcb__": "false", "__always_scrape_classic_histograms__": "false",
                        "__scrape_native_histograms__": "false", "zone": "eu",
                    ]))
    }

    @Test func `labels of a target decide how it is scraped`() throws {
        var configuration = ScrapeConfiguration(jobName: "node")
        configuration.parameters = [.init("b", "2"), .init("b", "4")]
        let own = Labels(
            metric: "",
            [
                "__address__": "h", "__scheme__": "https", "__metrics_path__": "/m", "__param_b": "9",
                "__scrape_interval__": "1m", "__scrape_timeout__": "20s", "job": "other", "instance": "i",
                "__meta_x": "y", "__tmp": "z",
            ])
        configuration.targetGroups = [TargetGroup(targets: [own], labels: Labels(metric: "", ["job": "group"]))]
        let target = try only(configuration)
        #expect(target.url == "https://h/m?b=9&b=4")
        #expect(target.labels == Labels(metric: "", ["instance": "i", "job": "other"]))
        #expect(target.interval == .seconds(60) && target.timeout == .seconds(20))
        #expect(target.pool == "node")
    }

    @Test(arguments: [
        (["zone": "eu"], "no address"),
        (["__address__": "http://h/x"], "\"http://h/x\" is not a valid hostname"),
        (
            ["__address__": "h", "__scrape_interval__": "x"],
            "error parsing scrape interval: not a valid duration string: \"x\""
        ),
        (["__address__": "h", "__scrape_interval__": "0s"], "scrape interval cannot be 0"),
        (["__address__": "h", "__scrape_timeout__": "0s"], "scrape timeout cannot be 0"),
        (
            ["__address__": "h", "__scrape_timeout__": "20s"],
            "scrape timeout cannot be greater than scrape interval (\"20s\" > \"15s\")"
        ),
        // These were passed over in silence, and the target was asked at its address.
        (
            ["__address__": "h", "__unix_socket__": "/run/x"],
            "label __unix_socket__ is not supported by lapwing: targets are asked by their addresses"
        ),
        (
            ["__address__": "h", "__convert_classic_histograms_to_nhcb__": "T"],
            "label __convert_classic_histograms_to_nhcb__ is not supported by lapwing when it is true"
        ),
        (
            ["__address__": "h", "__always_scrape_classic_histograms__": "yes"],
            "error parsing always scrape classic histograms: strconv.ParseBool: parsing \"yes\": invalid syntax"
        ),
        (
            ["__address__": "h", "__scrape_native_histograms__": "2"],
            "error parsing scrape native histograms: strconv.ParseBool: parsing \"2\": invalid syntax"
        ),
        // It went out as credentials, and was shown with the target.
        (["__address__": "user:hidden@h:1"], "an address holds credentials; give them as basic_auth in the configuration file"),
    ])
    func `a target that cannot be scraped is named with its reason`(labels: [String: String], reason: String) {
        var configuration = ScrapeConfiguration(jobName: "j")
        configuration.targetGroups = [
            TargetGroup(targets: [Labels(labels.map { Label(name: $0.key, value: $0.value) })])
        ]
        #expect(ScrapeTarget.discover(configuration) == [.invalid(reason: reason)])
    }

    /// A path with a space made every scrape fail.
    @Test(arguments: [("/a b", "/a%20b"), ("m?x=%41", "/m%3Fx=%2541"), ("/é(1)/$&+,:;=@~", "/%C3%A9%281%29/$&+,:;=@~"), ("", "")])
    func `a path is escaped as Go does`(path: String, escaped: String) throws {
        var configuration = ScrapeConfiguration(jobName: "j")
        configuration.metricsPath = path
        configuration.targetGroups = [TargetGroup(addresses: ["h:1"])]
        #expect(try only(configuration).url == "http://h:1" + escaped)
    }

    @Test func `a target found twice is scraped once, and a dropped one is kept as dropped`() throws {
        var configuration = ScrapeConfiguration(jobName: "j")
        configuration.relabeling = [try RelabelRule(.drop, sourceLabels: ["__address__"], pattern: "b")]
        configuration.targetGroups = [TargetGroup(addresses: ["a", "a", "b"]), TargetGroup(addresses: ["a"])]
        let found = ScrapeTarget.discover(configuration)
        #expect(found.count == 2)
        guard case .active(let target) = found[0], case .dropped(let labels) = found[1] else {
            Issue.record("\(found)")
            return
        }
        #expect(target.labels["instance"] == "a" && labels["__address__"] == "b")
    }
}

@Suite struct ScrapeArgumentTests {
    @Test(arguments: [
        ("http://localhost:3001/metrics", "scrape", "http://localhost:3001/metrics", "localhost:3001"),
        ("node=http://localhost:9100", "node", "http://localhost:9100/metrics", "localhost:9100"),
        ("localhost:9100", "scrape", "http://localhost:9100/metrics", "localhost:9100"),
        ("a=HTTPS://h/", "a", "https://h/", "h"),
        (
            "f=h:1/federate?match[]=%7Ba%3D%22b%22%7D&match[]=c#x", "f",
            "http://h:1/federate?match%5B%5D=%7Ba%3D%22b%22%7D&match%5B%5D=c", "h:1"
        ),
        ("h?x=1", "scrape", "http://h/metrics?x=1", "h"),
        ("h/a%20b", "scrape", "http://h/a%20b", "h"),
        ("http://[::1]:80/m", "scrape", "http://[::1]:80/m", "[::1]:80"),
    ])
    func `a URL becomes a target of its job`(argument: String, job: String, url: String, instance: String) throws {
        let configuration = try ScrapeArgument(argument).configuration()
        guard case .active(let target) = ScrapeTarget.discover(configuration).first else {
            Issue.record("\(argument)")
            return
        }
        #expect(target.url == url)
        #expect(target.labels == Labels(metric: "", ["job": job, "instance": instance]))
    }

    @Test(arguments: ["ftp://h", "http://", "=http://h", "h:0", "h:99999", "h:x", "http://u:p@h/", "h/a%2Fb", "h/a%2fb", ""])
    func `what is no URL is refused with an example`(argument: String) {
        let error = #expect(throws: ScrapeArgumentError.self) { try ScrapeArgument(argument) }
        #expect(error.map { "\($0)".contains("node=http://localhost:9100/metrics") } == true)
    }
}
