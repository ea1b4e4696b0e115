import LapwingConfiguration
import LapwingExposition
import LapwingSeries
import LapwingStorage
import SeededRandom
import Testing

@testable import LapwingServer

/// What a page becomes: samples, stale markers and the report, as Prometheus' scrape loop has it (`scrape_test.go`).
@Suite struct ScrapeSessionTests {
    let sink = MemorySink()

    private func session(_ change: (inout ScrapeConfiguration) -> Void = { _ in }) throws -> ScrapeSession {
        var configuration = ScrapeConfiguration(jobName: "j")
        configuration.targetGroups = [TargetGroup(addresses: ["h:1"])]
        change(&configuration)
        guard case .active(let target) = ScrapeTarget.discover(configuration).first else {
            throw ScrapeError("the target is not active")
        }
        return ScrapeSession(target)
    }

    private func page(_ text: String, type: String = "text/plain; version=0.0.4") -> ScrapeAnswer {
        .page(bytes: Array(text.utf8), contentType: type)
    }

    @discardableResult
    private func take(_ session: inout ScrapeSession, _ text: String, at time: Int64) -> ScrapeOutcome {
        session.take(page(text), at: Timestamp(milliseconds: time), elapsed: .milliseconds(250), into: sink)
    }

    @Test func `a page becomes samples with the target's labels, and a report`() throws {
        var session = try session()
        let outcome = take(&session, "a{x=\"1\"} 1\nb 2\n", at: 1000)
        #expect(outcome == ScrapeOutcome(scraped: 2, kept: 2, added: 2, bodySize: 15))
        #expect(sink.told() == ["a{x=\"1\"}: 1.0@1000", "b: 2.0@1000"])
        #expect(sink.names.contains(Labels(metric: "up", ["job": "j", "instance": "h:1"])))
        #expect(sink.report("up") == [1])
        #expect(sink.report("scrape_duration_seconds") == [0.25])
        #expect(sink.report("scrape_samples_scraped") == [2])
        #expect(sink.report("scrape_samples_post_metric_relabeling") == [2])
        #expect(sink.report("scrape_series_added") == [2])
        #expect(sink.batches == 1)
    }

    @Test func `a series that is gone gets one stale marker, and is added again when it comes back`() throws {
        var session = try session()
        take(&session, "a 1\nb 2\n", at: 1000)
        take(&session, "b 2\n", at: 2000)
        take(&session, "b 3\n", at: 3000)
        #expect(take(&session, "b 4\na 5\n", at: 4000).added == 1)
        #expect(sink.told() == ["a: 1.0@1000 stale@2000 5.0@4000", "b: 2.0@1000 2.0@2000 3.0@3000 4.0@4000"])
    }

    /// The family `h` with 7 observations, byte by byte from `metrics.proto`, and the gauge `g`.
    private var protobuf: ScrapeAnswer {
        let histogram: [UInt8] = [
            0x08, 7, 0x11, 0, 0, 0, 0, 0, 0, 0x04, 0x40, 0x28, 6, 0x31, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F, 0x38, 1, 0x62, 4, 0x08, 1, 0x10, 2,
            0x6A, 2, 6, 0,
        ]
        let metric: [UInt8] = [0x3A, UInt8(histogram.count)] + histogram
        let family: [UInt8] = [0x0A, 1, 0x68, 0x18, 4, 0x22, UInt8(metric.count)] + metric
        let gauge: [UInt8] = [0x0A, 1, 0x67, 0x18, 1, 0x22, 11, 0x12, 9, 0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F]
        return .page(bytes: [UInt8(family.count)] + family + [UInt8(gauge.count)] + gauge, contentType: ProtobufPage.contentType)
    }

    @Test func `a page of protobuf brings native histograms`() throws {
        let answer = protobuf
        let store = Store()
        var session = try session { $0.scrapesNativeHistograms = true }
        for time in [Int64(1000), 2000] {
            let outcome = session.take(answer, at: Timestamp(milliseconds: time), elapsed: .zero, into: store)
            #expect(outcome.error == nil && outcome.scraped == 2 && outcome.kept == 2)
        }
        _ = session.take(.failure(ScrapeError("gone")), at: Timestamp(milliseconds: 3000), elapsed: .zero, into: store)
        var columns = SampleColumns()
        let set = try store.snapshot().select([.equal(LabelName.metric, "h")], over: .all)
        try set.read(0, over: .all, into: &columns)
        #expect(columns.histogramTimes == [1000, 2000] && columns.times == [3000] && columns.values.allSatisfy(\.isStaleMarker))
        #expect(columns.histograms.first?.positiveBuckets == [3, 3] && columns.histograms.first?.count == 7)
        let floats = try store.snapshot().select([.equal(LabelName.metric, "g")], over: .all)
        try floats.read(0, over: .all, into: &columns)
        #expect(columns.values.prefix(2) == [1.5, 1.5])
    }

    /// A target that was asked for protobuf by `scrape_protocols` lost its classic buckets to histograms that nobody wanted.
    @Test(arguments: [nil, "true", "false"]) func `native histograms are read as classic ones where they are not wanted`(label: String?) throws {
        let own = Labels(metric: "", ["__address__": "h:1", "__scrape_native_histograms__": label ?? ""])
        var session = try session { $0.targetGroups = [TargetGroup(targets: [own])] }
        let outcome = session.take(protobuf, at: Timestamp(milliseconds: 1000), elapsed: .zero, into: sink)
        let classic = ["h_bucket{le=\"+Inf\"}: 7.0@1000", "h_count: 7.0@1000", "h_sum: 2.5@1000"]
        #expect(outcome.error == nil && sink.told() == ["g: 1.5@1000"] + (label == "true" ? ["h: "] : classic))
    }

    /// The Pushgateway and federation write `instance=""` so that series do not get the instance of the one who shows them.
    @Test func `an empty label on the page keeps the target's away where labels are honoured`() throws {
        let pushed = Labels(metric: "pg", ["job": "batch", "x": "tx"])
        let metric: [UInt8] = [0x0A, 10, 0x0A, 8] + Array("instance".utf8) + [0x0A, 12, 0x0A, 3] + Array("job".utf8) + [0x12, 5] + Array("batch".utf8)
        let value: [UInt8] = [0x12, 9, 0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
        let family = [0x0A, 2] + Array("pg".utf8) + [0x18, 1, 0x22, UInt8(metric.count + value.count)] + metric + value
        let answers = [
            page("pg{instance=\"\",job=\"batch\"} 1\n"), page("pg{instance=\"\",job=\"batch\"} 1\n# EOF\n", type: "application/openmetrics-text"),
            .page(bytes: [UInt8(family.count)] + family, contentType: ProtobufPage.contentType),
        ]
        for (honors, name) in [(true, pushed), (false, pushed.setting("job", "j").setting("exported_job", "batch").setting("instance", "h:1"))] {
            for answer in answers {
                let sink = MemorySink()
                var session = try session { configuration in
                    configuration.honorsLabels = honors
                    configuration.targetGroups[0].labels = Labels(metric: "", ["x": "tx"])
                }
                #expect(session.take(answer, at: Timestamp(milliseconds: 1000), elapsed: .zero, into: sink).error == nil)
                #expect(sink.names.filter { $0.metricName == "pg" } == [name])
            }
        }
    }

    @Test func `a page's exemplars are kept with the labels that relabelling left`() throws {
        let exemplars = ExemplarStore()
        var session = try ScrapeSession(session().target, exemplars: exemplars)
        let text = "# TYPE a counter\na_total{x=\"1\"} 1 # {t=\"y\"} 0.5 0.9\na_total{x=\"2\"} 1 # {t=\"z\"} 0.25\n# EOF\n"
        for time in [Int64(1000), 2000] {
            let answer = page(text, type: "application/openmetrics-text; version=1.0.0")
            #expect(session.take(answer, at: Timestamp(milliseconds: time), elapsed: .zero, into: sink).error == nil)
        }
        let found = exemplars.select([[.equal("job", "j")]], over: .all)
        #expect(found.map { "\($0.series["x"] ?? "") \($0.exemplars.map(\.time))" } == ["1 [900]", "2 [1000]"])
        // One without a time of its own has the sample's, where that counts.
        for (honors, time) in [(true, Int64(700)), (false, 4000)] {
            let exemplars = ExemplarStore()
            var session = try ScrapeSession(self.session { $0.honorsTimestamps = honors }.target, exemplars: exemplars)
            let answer = page(
                "# TYPE a counter\na_total 1 0.7 # {t=\"y\"} 0.5\n# EOF\n", type: "application/openmetrics-text; version=1.0.0")
            #expect(session.take(answer, at: Timestamp(milliseconds: 4000), elapsed: .zero, into: sink).error == nil)
            #expect(exemplars.select([[.equal("job", "j")]], over: .all).flatMap { $0.exemplars.map(\.time) } == [time])
        }
        let broken = page("a_total 1 # {t=\"b\"} 1 5\nb\n# EOF\n", type: "application/openmetrics-text; version=1.0.0")
        #expect(session.take(broken, at: Timestamp(milliseconds: 3000), elapsed: .zero, into: sink).error != nil)
        #expect(exemplars.count == 2)
    }

    @Test func `a failed scrape ends all series at once`() throws {
        var session = try session()
        take(&session, "a 1\nb 2\n", at: 1000)
        let error = ScrapeError("Get \"http://h:1/metrics\": context deadline exceeded")
        let outcome = session.take(.failure(error), at: Timestamp(milliseconds: 2000), elapsed: .zero, into: sink)
        #expect(outcome.error == error)
        _ = session.take(.failure(error), at: Timestamp(milliseconds: 3000), elapsed: .zero, into: sink)
        take(&session, "a 3\n", at: 4000)
        #expect(sink.told() == ["a: 1.0@1000 stale@2000 3.0@4000", "b: 2.0@1000 stale@2000"])
        #expect(sink.report("up") == [1, 0, 0, 1])
        // What was there before is not added by coming back.
        #expect(sink.report("scrape_series_added") == [2, 0, 0, 0])
    }

    @Test func `a broken line fails the whole page, those before it included`() throws {
        var session = try session()
        take(&session, "a 1\nb 2\n", at: 1000)
        let outcome = take(&session, "a 2\nc 1\nb{ 3\n", at: 2000)
        #expect(
            outcome.error?.message
                == #"line 3, column 4: expected label name, got "3" while parsing: "b{ 3""#)
        #expect(outcome.scraped == 2 && outcome.kept == 0)
        take(&session, "a 3\nc 4\n", at: 3000)
        #expect(sink.told() == ["a: 1.0@1000 stale@2000 3.0@3000", "b: 2.0@1000 stale@2000", "c: 4.0@3000"])
    }

    @Test func `an unknown content type fails, and a fallback helps`() throws {
        var session = try session()
        let answer = page("a 1\n", type: "text/html")
        let outcome = session.take(answer, at: Timestamp(milliseconds: 1), elapsed: .zero, into: sink)
        #expect(outcome.error?.message.hasPrefix("unsupported Content-Type \"text/html\"") == true)
        var lenient = try self.session { $0.fallbackFormat = .prometheusText }
        #expect(lenient.take(answer, at: Timestamp(milliseconds: 2), elapsed: .zero, into: sink).error == nil)
    }

    @Test func `an empty answer is a good scrape without series`() throws {
        var session = try session()
        take(&session, "a 1\n", at: 1000)
        #expect(
            session.take(page("", type: ""), at: Timestamp(milliseconds: 2000), elapsed: .zero, into: sink).error == nil
        )
        #expect(sink.told() == ["a: 1.0@1000 stale@2000"])
        #expect(sink.report("up") == [1, 1])
    }

    @Test func `timestamps of the page are taken, and their series do not go stale`() throws {
        var session = try session()
        take(&session, "a 1 500\nb 2\n", at: 1000)
        take(&session, "b 2\n", at: 2000)
        #expect(sink.told() == ["a: 1.0@500", "b: 2.0@1000 2.0@2000"])
    }

    @Test func `their staleness can be tracked, and they can be ignored`() throws {
        var tracking = try session { $0.tracksTimestampsStaleness = true }
        take(&tracking, "a 1 500\n", at: 1000)
        take(&tracking, "\n", at: 2000)
        var ignoring = try session { $0.honorsTimestamps = false }
        take(&ignoring, "b 1 500\n", at: 1000)
        take(&ignoring, "\n", at: 2000)
        #expect(sink.told() == ["a: 1.0@500 stale@2000", "b: 1.0@1000 stale@2000"])
    }

    @Test func `a sample too far ahead is left out and counted`() throws {
        var session = try session()
        #expect(take(&session, "a 1 700000\nb 1 600000\n", at: 0).outOfBounds == 1)
        #expect(sink.told() == ["a: ", "b: 1.0@600000"])
    }

    @Test func `a series twice on a page counts as a duplicate`() throws {
        var session = try session()
        let outcome = take(&session, "a 1\na 2\nc{x=\"1\"} 3\nc{x=\"1\",} 4\n", at: 1000)
        #expect(outcome == ScrapeOutcome(scraped: 4, kept: 4, added: 3, duplicates: 2, bodySize: 31))
        #expect(sink.told() == ["a: 1.0@1000", "c{x=\"1\"}: 3.0@1000"])
    }

    @Test func `two texts of one series: it ends with the last of them`() throws {
        var session = try session()
        take(&session, "c{x=\"1\"} 3\n", at: 1000)
        take(&session, "c{x=\"1\",} 4\n", at: 2000)
        take(&session, "\n", at: 3000)
        #expect(sink.told() == ["c{x=\"1\"}: 3.0@1000 4.0@2000 stale@3000"])
    }

    @Test func `relabelling drops samples from what is kept`() throws {
        var session = try session {
            if let rule = try? RelabelRule(.drop, sourceLabels: ["__name__"], pattern: "b") {
                $0.metricRelabeling = [rule]
            }
        }
        #expect(take(&session, "a 1\nb 2\n", at: 1000) == ScrapeOutcome(scraped: 2, kept: 1, added: 1, bodySize: 8))
        #expect(take(&session, "a 1\nb 2\n", at: 2000) == ScrapeOutcome(scraped: 2, kept: 1, added: 0, bodySize: 8))
        #expect(sink.told() == ["a: 1.0@1000 1.0@2000"])
    }

    @Test func `a sample limit fails the page after relabelling and makes no series`() throws {
        var session = try session { $0.sampleLimit = 2 }
        take(&session, "a 1\nb 2\n", at: 1000)
        let outcome = take(&session, "a 1\nb 2\nc 3\n", at: 2000)
        #expect(outcome.error?.message == "sample limit exceeded")
        #expect(outcome.scraped == 3 && outcome.kept == 3)
        #expect(sink.told() == ["a: 1.0@1000 stale@2000", "b: 2.0@1000 stale@2000"])
    }

    @Test(arguments: [
        "label_limit exceeded (metric: a, number of labels: 4, limit: 3)",
        "label_name_length_limit exceeded (metric: a, label name: longer_name, length: 11, limit: 8)",
        "label_value_length_limit exceeded (metric: a, label name: longer_name, value: \"valuevalue\","
            + " length: 10, limit: 5)",
    ])
    func `label limits fail the page in upstream's words`(message: String) throws {
        var session = try session {
            if message.hasPrefix("label_limit") { $0.labelLimit = 3 }
            if message.hasPrefix("label_name") { $0.labelNameLengthLimit = 8 }
            if message.hasPrefix("label_value") { $0.labelValueLengthLimit = 5 }
        }
        #expect(take(&session, "a{longer_name=\"valuevalue\"} 1\n", at: 1000).error?.message == message)
    }

    @Test func `a series that the sink has forgotten is asked for again`() throws {
        var session = try session()
        take(&session, "a 1\nb 1\n", at: 1000)
        sink.forget(Labels(metric: "a", ["job": "j", "instance": "h:1"]))
        take(&session, "a 2\nb 2\n", at: 2000)
        #expect(sink.told() == ["a: 2.0@2000", "b: 1.0@1000 2.0@2000"])
    }

    @Test func `a sink that takes nothing is the scrape's error`() throws {
        var session = try session()
        sink.fail(with: AppendError(.storageFull, "no space left"))
        #expect(take(&session, "a 1\n", at: 1000).error?.message.contains("no space left") == true)
        sink.fail(with: nil)
        #expect(take(&session, "a 1\n", at: 2000).error == nil)
        #expect(sink.told() == ["a: 1.0@2000"])
    }

    @Test func `a target that goes ends its series and its report`() throws {
        var session = try session()
        take(&session, "a 1\n", at: 1000)
        try session.end(at: Timestamp(milliseconds: 2000), into: sink)
        #expect(sink.told() == ["a: 1.0@1000 stale@2000"])
        #expect(sink.report("up").last?.isStaleMarker == true)
    }

    @Test func `series that come and go are forgotten`() throws {
        var session = try session()
        for scrape in 0..<6 {
            let lines = (0..<1000).map { "m{i=\"\(scrape)-\($0)\"} \(scrape)\n" }.joined() + "same 1\n"
            let outcome = take(&session, lines, at: Int64(scrape + 1) * 1000)
            #expect(outcome.added == (scrape == 0 ? 1001 : 1000))
        }
        #expect(session.series.count < 4100)
        let told = sink.told { $0 == "m" }
        #expect(told.count == 6000)
        #expect(told.filter { $0.contains("stale") }.count == 5000)
        #expect(sink.told { $0 == "same" } == ["same: " + (1...6).map { "1.0@\($0)000" }.joined(separator: " ")])
    }

    @Test func `metadata is remembered for ten scrapes after it has gone`() throws {
        var session = try session()
        take(&session, "# TYPE a counter\n# HELP a x\na 1\n", at: 1000)
        #expect(session.metadata.all == [MetricMetadata(name: "a", kind: .counter, help: "x")])
        for scrape in 2...11 { take(&session, "# TYPE b gauge\nb 1\n", at: Int64(scrape) * 1000) }
        #expect(session.metadata.all.map(\.name) == ["a", "b"])
        take(&session, "# TYPE b gauge\nb 1\n", at: 12000)
        #expect(session.metadata.all.map(\.name) == ["b"])
    }

    @Test(arguments: 0..<30) func `scrapes agree with a twin that compares sets of series`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        var session = try session()
        var expected: [String: [String]] = [:]
        var present: Set<String> = []
        for scrape in 1...15 {
            let time = Int64(scrape) * 1000
            let names = Set((0..<12).map { _ in "m\(random.next() % 20)" })
            let fails = random.next() % 5 == 0
            let broken = fails && random.next() % 2 == 0
            let text = names.sorted { _, _ in random.next() % 2 == 0 }.map { "\($0) \(scrape)\n" }.joined()
            let answer = fails && !broken ? .failure(ScrapeError("down")) : page(text + (broken ? "}\n" : ""))
            let outcome = session.take(answer, at: Timestamp(milliseconds: time), elapsed: .zero, into: sink)
            #expect((outcome.error != nil) == fails, "seed \(seed)")
            let now = fails ? [] : names
            for name in now { expected[name, default: []].append("\(Double(scrape))@\(time)") }
            for name in present.subtracting(now) { expected[name, default: []].append("stale@\(time)") }
            present = now
        }
        #expect(
            sink.told() == expected.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.joined(separator: " "))" },
            "seed \(seed)")
    }
}
