import LapwingConfiguration
import LapwingHTTP
import LapwingSeries
import LapwingText
import Synchronization
import Testing

@testable import LapwingServer

/// The loops, in simulated time against a simulated network.
@Suite(.timeLimit(.minutes(1))) struct ScrapeManagerTests {
    let sink = MemorySink()
    let network: SimulatedNetwork
    let clock = SimulatedClock(100_000)

    init() { network = SimulatedNetwork(clock) }

    private func manager(_ observer: @escaping @Sendable (ScrapeEvent) -> Void = { _ in }) -> ScrapeManager {
        ScrapeManager(client: network, sink: sink, clock: clock, version: "1.2", observer: observer)
    }

    private func job(_ addresses: String..., timeout: Int64 = 400) -> ScrapeConfiguration {
        var job = ScrapeConfiguration(jobName: "j", interval: .seconds(1), timeout: .milliseconds(timeout))
        job.targetGroups = [TargetGroup(addresses: addresses)]
        return job
    }

    /// Where in the interval a target of `job` is scraped.
    private func offset(_ address: String) -> Int64 {
        guard case .active(let target) = ScrapeTarget.discover(job(address)).first else { return -1 }
        return ScrapeSchedule(interval: target.interval, spread: target.identity.spread, seed: 0).offset
    }

    /// `1.0` each second, as `MemorySink.told` shows it.
    private func ones(from first: Int64, _ count: Int64) -> String {
        let samples: [String] = (0..<count).map { (index: Int64) -> String in "1.0@\(first + index * 1000)" }
        return samples.joined(separator: " ")
    }

    private func up(_ address: String) -> [String] {
        let labels = Labels(metric: "up", ["job": "j", "instance": address])
        return sink.state.withLock { state in
            guard let reference = state.references[labels] else { return [] }
            return (state.samples[reference] ?? []).map { sample -> String in
                let value: Double = sample.value.isStaleMarker ? -1 : sample.value
                return "\(value)@\(sample.time)"
            }
        }
    }

    @Test func `a target is scraped at its offset in every interval, with Prometheus' headers`() async throws {
        let manager = manager()
        network["http://a:1/metrics"] = .page("m 1\n")
        #expect(manager.apply([job("a:1")]) == [])
        #expect(manager.activeTargets.map(\.health) == [.unknown])
        await clock.advance(to: 102_999, resting: 1)
        let first = 100_000 + offset("a:1")
        #expect(sink.told() == ["m: " + ones(from: first, 3)])
        let status = try #require(manager.activeTargets.first)
        #expect(status.health == .up && status.lastError == "" && status.lastScrape?.milliseconds == first + 2000)
        #expect(status.scrapeInterval == "1s" && status.scrapeTimeout == "400ms" && status.scrapePool == "j")
        #expect(
            network.requests.first?.headers.fields.map { "\($0.name): \($0.value)" } == [
                "Accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                    + "application/openmetrics-text;version=0.0.1;q=0.5,"
                    + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                "Accept-Encoding: gzip", "User-Agent: Lapwing/1.2", "X-Prometheus-Scrape-Timeout-Seconds: 0.4",
            ])
        await manager.stop()
    }

    @Test func `only a target on another machine is asked to compress its page`() {
        let encodings = ["a:1", "localhost:1", "127.0.0.1:1", "[::1]:1", "10.0.0.1:1"].map { address in
            guard case .active(let target) = ScrapeTarget.discover(job(address)).first else { return "no target" }
            return target.request(version: "1").headers["Accept-Encoding"] ?? ""
        }
        #expect(encodings == ["gzip", "identity", "identity", "identity", "gzip"])
    }

    @Test func `a target that hangs is cut at its timeout, and asked again`() async throws {
        let manager = manager()
        network["http://a:1/metrics"] = .nothing
        manager.apply([job("a:1")])
        let first = 100_000 + offset("a:1")
        await clock.advance(to: first + 399, resting: 1)
        #expect(manager.activeTargets.first?.health == .unknown)
        await clock.advance(to: first + 500, resting: 1)
        #expect(manager.activeTargets.first?.lastError == "Get \"http://a:1/metrics\": context deadline exceeded")
        #expect(manager.activeTargets.first?.lastScrapeDuration == .milliseconds(400))
        network["http://a:1/metrics"] = .page("m 1\n")
        await clock.advance(to: first + 1500, resting: 1)
        #expect(up("a:1") == ["0.0@\(first)", "1.0@\(first + 1000)"])
        await manager.stop()
        network.release()
    }

    @Test(arguments: [
        (SimulatedNetwork.Answer.status(404), "server returned HTTP status 404 Not Found"),
        (.status(599), "server returned HTTP status 599"),
        (.error(.responseTooLarge(limit: 64)), "body size limit exceeded"),
        (
            .error(.connectionFailed(address: "127.0.0.1:1", "connection refused")),
            "Get \"http://a:1/metrics\": dial tcp 127.0.0.1:1: connect: connection refused"
        ),
        (.page(String(repeating: "m 1\n", count: 20)), "body size limit exceeded"),
    ])
    func `what goes wrong is told in upstream's words`(answer: SimulatedNetwork.Answer, error: String) async {
        let lines = Mutex<[String]>([])
        let log = LogWriter { line in lines.withLock { $0.append(String(line.drop { $0 != " " })) } }
        let manager = manager { event in Sidecar.report(event, log) }
        network["http://a:1/metrics"] = answer
        var job = job("a:1")
        job.bodySizeLimit = 64
        manager.apply([job])
        await clock.advance(to: 102_000, resting: 1)
        #expect(manager.activeTargets.first?.lastError == error)
        network["http://a:1/metrics"] = .page("m 1\n")
        await clock.advance(to: 103_000, resting: 1)
        #expect(
            lines.withLock { $0 } == [
                " level=warn msg=\"scrape failed\" target=http://a:1/metrics err=\(GoQuote.quote(error))\n",
                " level=info msg=\"scrape works again\" target=http://a:1/metrics\n",
            ])
        await manager.stop()
    }

    @Test func `a target that goes ends after two more intervals, and the others go on`() async {
        let manager = manager()
        network["http://a:1/metrics"] = .page("m{t=\"a\"} 1\n")
        network["http://b:1/metrics"] = .page("m{t=\"b\"} 1\n")
        manager.apply([job("a:1", "b:1")])
        await clock.advance(to: 101_000, resting: 2)
        manager.apply([job("b:1")])
        #expect(manager.activeTargets.map(\.scrapeURL) == ["http://b:1/metrics"])
        let first = 100_000 + offset("a:1")
        await clock.advance(to: first + 2099, resting: 2)
        #expect(sink.told().first == "m{t=\"a\"}: 1.0@\(first)")
        await clock.advance(to: 103_999, resting: 1)
        // Waits for the one that was woken last, too, which does not rest again.
        await manager.stop()
        let other = 100_000 + offset("b:1")
        #expect(
            sink.told() == [
                "m{t=\"a\"}: 1.0@\(first) stale@\(first + 1000)",
                "m{t=\"b\"}: \(ones(from: other, 4))",
            ])
    }

    @Test func `a target that comes back meanwhile does not end`() async {
        let manager = manager()
        network["http://a:1/metrics"] = .page("m 1\n")
        manager.apply([job("a:1")])
        await clock.advance(to: 101_000, resting: 1)
        manager.apply([])
        manager.apply([job("a:1")])
        await clock.advance(to: 102_000, resting: 2)
        await clock.advance(to: 102_050 + offset("a:1"), resting: 2)
        await clock.advance(to: 104_000, resting: 1)
        #expect(sink.told().first?.contains("stale") == false)
        #expect(up("a:1").count == 4)
        await manager.stop()
    }

    @Test func `stopping writes no stale markers`() async {
        let manager = manager()
        network["http://a:1/metrics"] = .page("m 1\n")
        manager.apply([job("a:1")])
        await clock.advance(to: 101_000, resting: 1)
        manager.apply([])
        await manager.stop()
        await clock.advance(to: 110_000, resting: 0)
        #expect(sink.told() == ["m: 1.0@\(100_000 + offset("a:1"))"])
        #expect(manager.activeTargets.isEmpty)
    }

    @Test func `a job with more targets than its limit scrapes none of them`() async {
        let manager = manager()
        network["http://a:1/metrics"] = .page("m 1\n")
        var job = job("a:1", "b:1")
        job.targetLimit = 1
        manager.apply([job])
        await clock.advance(to: 101_000, resting: 2)
        let error = "target_limit exceeded (number of targets: 2, limit: 1)"
        #expect(manager.activeTargets.map(\.lastError) == [error, error])
        #expect(network.requests.isEmpty)
        await manager.stop()
    }

    @Test func `dropped and invalid targets are told`() async throws {
        let manager = manager()
        var job = job("a:1", "b:1", "c/d")
        job.relabeling = [try RelabelRule(.drop, sourceLabels: ["__address__"], pattern: "a:1")]
        let invalid = manager.apply([job])
        #expect(invalid.map(\.description) == ["job \"j\": \"c/d\" is not a valid hostname"])
        #expect(manager.droppedTargets.map { $0.discoveredLabels["__address__"] } == ["a:1"])
        #expect(manager.droppedTargetCounts == ["j": 1] && manager.pools == ["j"])
        await manager.stop()
    }

    @Test func `metadata is shown by target`() async {
        let manager = manager()
        network["http://a:1/metrics"] = .page("# TYPE m gauge\nm 1\n")
        manager.apply([job("a:1")])
        await clock.advance(to: 101_000, resting: 1)
        #expect(manager.activeTargets.first?.metadata == [MetricMetadata(name: "m", kind: .gauge)])
        await manager.stop()
    }

    @Test(arguments: [
        ("localhost:9090", "https://out.example/x/metrics"), ("localhost:3001", "http://out.example:3001/x/metrics"),
        ("127.0.0.1", "http://out.example/x/metrics"), ("[::1]:1", "http://out.example:1/x/metrics"),
        ("host:9090", "http://host:9090/x/metrics"),
    ])
    func `a local address is shown by the server's outer name`(address: String, url: String) throws {
        var job = job(address)
        job.metricsPath = "/x/metrics"
        guard case .active(let target) = ScrapeTarget.discover(job).first else { throw ScrapeError("not active") }
        let status = TargetStatus(target)
        #expect(status.globalURL(externalScheme: "https", externalHost: "out.example", listenPort: 9090) == url)
    }

    /// Each change of a `__meta_…` label began a target anew, so that one that is scraped seldom never was, and had no `up`.
    @Test func `a target of which other things are found goes on, and shows them`() async {
        let manager = manager()
        network["http://a:1/metrics"] = .page("m 1\n")
        func apply(_ version: String) {
            var job = job("a:1")
            job.targetGroups[0].labels = Labels(metric: "", ["__meta_version": version])
            manager.apply([job])
        }
        apply("1")
        await clock.advance(to: 101_000, resting: 1)
        apply("2")
        let status = manager.activeTargets.first
        #expect(status?.health == .up && status?.discoveredLabels["__meta_version"] == "2")
        await clock.advance(to: 103_999, resting: 1)
        #expect(sink.told() == ["m: " + ones(from: 100_000 + offset("a:1"), 4)])
        await manager.stop()
    }

    /// A reload that made an interval longer ended all series of the job until they were scraped for the first time.
    @Test func `a target that is scraped less often from now on does not end meanwhile`() async throws {
        let manager = manager()
        network["http://a:1/metrics"] = .page("m 1\n")
        manager.apply([job("a:1")])
        await clock.advance(to: 101_000, resting: 1)
        var seldom = job("a:1")
        seldom.interval = .seconds(10)
        manager.apply([seldom])
        guard case .active(let target) = ScrapeTarget.discover(seldom).first else { throw ScrapeError("the target is not active") }
        let due = ScrapeSchedule(interval: target.interval, spread: target.identity.spread, seed: 0).first(after: Timestamp(milliseconds: 101_000))
        let first = 100_000 + offset("a:1")
        // When the end of the first loop looks whether the second has been scraped.
        var look = first + 1000 + 1100
        while look <= due.milliseconds { look += 5000 }
        await clock.advance(to: look - 1, resting: 2)
        await clock.advance(to: due.milliseconds + 10_500, resting: 1)
        #expect(sink.told() == ["m: 1.0@\(first) 1.0@\(due.milliseconds) 1.0@\(due.milliseconds + 10_000)"])
        await manager.stop()
    }

    /// Nothing was scraped until a clock that was set back by ten minutes had come as far again.
    @Test func `targets are scraped on where the clock is set back`() async {
        let manager = manager()
        network["http://a:1/metrics"] = .page("m 1\n")
        manager.apply([job("a:1")])
        await clock.advance(to: 101_999, resting: 1)
        #expect(network.requests.count == 2)
        clock.setBack(by: 600_000)
        await clock.advance(to: 105_999, resting: 1)
        #expect(network.requests.count >= 5)
        let first = 100_000 + offset("a:1")
        #expect(manager.activeTargets.first?.lastScrape?.milliseconds == first + 5000 - 600_000)
        await manager.stop()
    }
}
