import LapwingAlerting
import LapwingNotify
import LapwingRules
import LapwingSeries
import LapwingStorage
import LapwingText
import SeededRandom
import Testing

@testable import LapwingReplay

@Suite struct ReplayTests {
    /// Rules, and what they are run over.
    struct Recording {
        var groups: [RuleGroup]
        let store: Store

        init(_ rules: String) throws {
            store = Store(options: StoreOptions())
            groups = try RuleFile.read(SourceText(name: "rules.yml", rules)).groups
        }

        init(_ other: Recording, _ groups: [RuleGroup]) { (self.groups, store) = (groups, other.store) }

        /// One value every `step` seconds from 0 on; nil leaves one out.
        func record(_ labels: Labels, every step: Int64 = 15, _ values: [Double?]) throws {
            let reference = try store.references(for: [labels])[0]
            var batch = SampleBatch()
            for (index, value) in values.enumerated() {
                if let value { batch.append(reference, time: Int64(index) * step * 1000, value: value) }
            }
            try store.append(batch)
        }

        func replay(through seconds: Int64, every interval: Int = 15, _ change: (inout ReplaySettings) -> Void = { _ in }) -> Replay {
            var settings = ReplaySettings(start: Timestamp(milliseconds: 0), end: Timestamp(milliseconds: seconds * 1000), interval: .seconds(interval))
            change(&settings)
            return Replay(groups, over: store.snapshot(), settings)
        }
    }

    static func seconds(_ time: Timestamp?) -> Int64? { time.map { $0.milliseconds / 1000 } }

    @Test func `an alert's episode has the times of its states and its highest value`() throws {
        let recording = try Recording("- {alert: High, expr: load > 1, for: 1m, labels: {severity: page}, annotations: {text: 'at {{ $value }}'}}")
        let quiet = [Double?](repeating: 0, count: 8)
        try recording.record(Labels(metric: "load", ["job": "a"]), quiet + Array(repeating: 2, count: 6) + [5, 3] + quiet)
        let report = recording.replay(through: 360).run()
        let rule = try #require(report.rules.first)
        #expect(rule.evaluations == 25 && rule.firings == 1 && rule.firingTime == .seconds(60) && rule.flaps == 0)
        let episode = try #require(rule.episodes.first)
        #expect(Self.seconds(episode.pendingAt) == 120 && Self.seconds(episode.firedAt) == 180 && Self.seconds(episode.endedAt) == 240)
        #expect(episode.peak == 5)
        #expect(episode.labels == Labels(["alertname": "High", "job": "a", "severity": "page"]))
        #expect(episode.annotations == [Label(name: "text", value: "at 2")])
    }

    @Test func `an alert that asks for less has its lowest value as peak`() throws {
        let recording = try Recording("- {alert: Low, expr: 10 > free}")
        try recording.record(Labels(metric: "free"), [20, 9, 3, 7, 20])
        #expect(recording.replay(through: 60).run().rules[0].episodes.map(\.peak) == [3])
        let other = try Recording("- {alert: Low, expr: free < 10}")
        try other.record(Labels(metric: "free"), [20, 9, 3, 7, 20])
        #expect(other.replay(through: 60).run().rules[0].episodes.map(\.peak) == [3])
        let either = try Recording("- {alert: Low, expr: free < 10 or free == -1}\n- {alert: Low, expr: free < 10 or spare <= 1}")
        try either.record(Labels(metric: "free"), [20, 9, 3, 7, 20])
        #expect(either.replay(through: 60).run().rules.flatMap(\.episodes).map(\.peak) == [9, 3], "one that looks either way has its greatest")
    }

    @Test func `what is active at the end has no end`() throws {
        let recording = try Recording("- {alert: High, expr: load > 1, for: 30s}")
        try recording.record(Labels(metric: "load", ["job": "a"]), [2, 2, 2, 2])
        let report = recording.replay(through: 45).run()
        #expect(report.rules[0].episodes.map(\.endedAt) == [nil] && report.rules[0].firingTime == .seconds(15))
    }

    @Test func `a rule reads what another one records in the replay, and not what was recorded under its name`() throws {
        let recording = try Recording(
            """
            groups:
              - {name: alerts, rules: [{alert: Twice, expr: twice > 5}]}
              - {name: recorded, rules: [{record: twice, expr: load * 2}]}
            """)
        try recording.record(Labels(metric: "load"), [1, 2, 3, 4])
        try recording.record(Labels(metric: "twice"), [100, 100, 100, 100])
        let replay = recording.replay(through: 45)
        #expect(Self.seconds(replay.run().rules[0].episodes.first?.pendingAt) == 30)
        var columns = SampleColumns()
        try replay.snapshot.select([], over: .all).read(1, over: .all, into: &columns)
        #expect(columns.values == [2, 4, 6, 8])
    }

    /// Only expressions counted: a block's alerts were over before the rule had recorded anything for their templates.
    @Test(arguments: ["query \"twice\"", "\"twice\" | query", "query (printf \"tw%s\" \"ice\")"])
    func `a rule's templates read what other rules record`(asking: String) throws {
        let recording = try Recording(
            """
            groups:
              - name: a
                rules: [{alert: High, expr: load > 1, labels: {at: '{{ with \(asking) }}{{ . | first | value }}{{ else }}none{{ end }}'}}]
              - {name: b, rules: [{record: twice, expr: load * 2}]}
            """)
        try recording.record(Labels(metric: "load"), [0, 2, 2, 0])
        let replay = recording.replay(through: 45)
        var stepwise = replay
        stepwise.order = ReplayOrder(stepwise: replay.groups)
        #expect(stepwise.run().rules[0].episodes.map { $0.labels["at"] } == ["0", "4"])
        #expect(replay.run().rules[0].episodes.last?.labels["at"] == "4")
    }

    @Test func `a template that reads alerts has them written`() throws {
        let recording = try Recording("- {alert: High, expr: load > 1, labels: {seen: '{{ query \"ALERTS\" | len }}'}}")
        try recording.record(Labels(metric: "load"), [2, 2, 2])
        #expect(recording.replay(through: 30).run().rules[0].episodes.map { $0.labels["seen"] } == ["0", "1"])
    }

    @Test func `a recording rule's empty label takes the label away in a replay, too`() throws {
        let recording = try Recording("- {record: twice, expr: load * 2, labels: {job: '', by: rule}}\n- {alert: Twice, expr: twice > 5}")
        try recording.record(Labels(metric: "load", ["job": "a", "host": "x"]), [1, 2, 3])
        let replay = recording.replay(through: 30)
        #expect(replay.run().rules[1].episodes.map(\.labels) == [Labels(["alertname": "Twice", "host": "x", "by": "rule"])])
        #expect(try replay.written.snapshot().select([], over: .all).labels == [Labels(metric: "twice", ["host": "x", "by": "rule"])])
    }

    @Test func `a recorded series that ends with a block has ended in the next`() throws {
        let recording = try Recording("- {record: high, expr: load > 1}\n- {alert: High, expr: high}")
        try recording.record(Labels(metric: "load"), [2, 2, 2, 2, 0, 0, 0, 0])
        var replay = recording.replay(through: 105)
        replay.blockSteps = 4
        #expect(replay.run().rules[1].episodes.map { Self.seconds($0.endedAt) } == [60])
    }

    @Test func `a receiver is told before its sender rests of what was due before, and after it of what fell due meanwhile`() {
        var receiver = WebhookReceiver.direct(url: "http://localhost/")
        (receiver.groupWait, receiver.grouping) = (.seconds(10), .allLabels)
        var told = SimulatedNotifications(to: [receiver], externalLabels: .empty, externalURL: "")
        for second in [0, 15] as [Int64] {
            let time = Timestamp(milliseconds: second * 1000)
            var outcome = GroupOutcome(at: time)
            var alert = Alert(labels: Labels(["alertname": "\(second)"]), value: 1, activeAt: time)
            alert.state = .firing
            outcome.alerts = [.init(expression: "x", due: [alert], transitions: [])]
            if second > 0 { told.rest(from: Timestamp(milliseconds: 12_000), until: Timestamp(milliseconds: 13_000)) }
            told.receive(outcome)
        }
        told.rest(from: Timestamp(milliseconds: 20_000), until: Timestamp(milliseconds: 60_000))
        told.advance(to: Timestamp(milliseconds: 61_000))
        #expect(told.sent.map { Self.seconds($0.at) } == [10, 60])
    }

    @Test func `receivers would have been told of a group after its wait, and of its end`() throws {
        let recording = try Recording("- {alert: High, expr: load > 1}")
        try recording.record(Labels(metric: "load", ["job": "a"]), [0, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0])
        let report = recording.replay(through: 165) { $0.receivers = [.direct(url: "http://localhost/")] }.run()
        #expect(report.notifications.map(\.message.status) == ["firing", "resolved"])
        #expect(report.notifications.map { Self.seconds($0.at) } == [20, 80])
    }

    @Test func `a replay that only asks for the first firing ends there`() throws {
        let recording = try Recording("- {alert: High, expr: load > 1}")
        try recording.record(Labels(metric: "load"), every: 60, Array(repeating: 2, count: 3000))
        let report = recording.replay(through: 180_000) { $0.stopsAtFirstFiring = true }.run()
        #expect(report.end < Timestamp(milliseconds: 40_000_000) && report.rules[0].firings == 1)
        #expect(Self.seconds(report.firstFiring) == 0)
    }

    @Test func `an alert that comes back soon has flapped`() throws {
        let recording = try Recording("- {alert: High, expr: load > 1}")
        try recording.record(Labels(metric: "load"), [2, 0, 2, 0, 2, 0])
        #expect(recording.replay(through: 75).run().rules[0].flaps == 2)
    }

    @Test func `soon is a quarter of an hour at most`() throws {
        let recording = try Recording("- {alert: High, expr: load > 1}")
        try recording.record(Labels(metric: "load"), every: 300, [2, 0, 0, 0, 2, 0, 0, 0, 0, 2])
        let rule = recording.replay(through: 2700, every: 300).run().rules[0]
        #expect(rule.firings == 3 && rule.flaps == 1)
    }

    @Test func `a failing rule is counted with its first message`() throws {
        let recording = try Recording("- {alert: Many, expr: load * on (job) other}")
        try recording.record(Labels(metric: "load", ["job": "a"]), [1, 1])
        try recording.record(Labels(metric: "other", ["job": "a", "x": "1"]), [1, 1])
        try recording.record(Labels(metric: "other", ["job": "a", "x": "2"]), [1, 1])
        let rule = recording.replay(through: 15).run().rules[0]
        #expect(rule.failures == 2 && rule.firstFailure?.message.contains("many-to-many matching not allowed") == true)
    }

    @Test func `rules come after those that they read, also in a chain of thousands, and a circle is a stage of its own`() throws {
        let count = 5000
        // Each in a group of its own and written backwards, so that the order of the file is of no help.
        let chain = (0..<count).reversed().map { "- {name: g\($0), rules: [{record: 'a:b\($0)', expr: 'a:b\($0 - 1)'}]}\n" }
        let circle = "- {name: c, rules: [{record: 'c:x', expr: 'c:y'}, {record: 'c:y', expr: 'c:x + a:b7'}]}\n"
        let groups = try RuleFile.read(SourceText(name: "rules.yml", "groups:\n" + chain.joined().replacing("a:b-1", with: "load") + circle)).groups
        let stages = ReplayOrder(groups).stages
        #expect(stages.filter { !$0.isStepwise }.sorted { $0.level < $1.level }.map { $0.rules.map(\.group) } == (0..<count).map { [count - 1 - $0] })
        let stepwise = stages.filter(\.isStepwise)
        #expect(stepwise.map(\.rules) == [[.init(group: count, rule: 0), .init(group: count, rule: 1)]] && stepwise[0].level == 8)
    }

    /// Rules of every kind that the order treats in its own way.
    static let rules = """
        groups:
          - name: circle
            rules:
              - {record: c:self, expr: 'load + 0.5 * (c:self or load)'}
              - {record: d:later, expr: e:earlier offset 15s or load}
              - {record: e:earlier, expr: d:later + 1}
          - name: slow
            interval: 45s
            limit: 3
            rules:
              - {record: a:rate, expr: 'rate(total[1m])', labels: {kind: x}}
              - {alert: Rate, expr: 'a:rate > 0.2', labels: {kind: y}}
              - {alert: Everywhere, expr: 'load > 1.5 unless c:self > 4'}
              - {alert: Anchored, expr: 'load > (load @ end()) - 1 and load > 1'}
          - name: late
            query_offset: 30s
            rules:
              - {record: b:sum, expr: sum by (job) (a:rate)}
              - {alert: Sum, expr: b:sum > 0.4, for: 45s, keep_firing_for: 30s, annotations: {v: '{{ $value }} {{ query "a:rate" | len }}'}}
              - {alert: Pending, expr: 'count(ALERTS{alertstate="pending"}) > 1'}
        """

    @Test(arguments: 1...6 as ClosedRange<UInt64>) func `blocks and single instants come to the same`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        let recording = try Recording(Self.rules)
        for job in ["a", "b", "c", "d"] {
            var total = 0.0
            let load: [Double?] = (0..<200).map { _ in random.next() % 9 == 0 ? nil : random.next() % 11 == 0 ? StaleMarker.value : Double(random.next() % 5) }
            let totals: [Double?] = load.map { value in
                total += Double(random.next() % 12)
                return value.map { $0.isNaN ? $0 : total }
            }
            try recording.record(Labels(metric: "load", ["job": job]), load)
            try recording.record(Labels(metric: "total", ["job": job]), totals)
        }
        let receivers = [WebhookReceiver.direct(url: "http://localhost/")]
        let blocks = recording.replay(through: 3000) { ($0.receivers, $0.keepsAlertSeries) = (receivers, true) }
        var single = recording.replay(through: 3000) { ($0.receivers, $0.keepsAlertSeries) = (receivers, true) }
        single.order = ReplayOrder(stepwise: single.groups)
        let (a, b) = (blocks.run(), single.run())
        #expect(a.rules.map(\.episodes) == b.rules.map(\.episodes))
        #expect(a.rules.map(\.failures) == b.rules.map(\.failures) && a.rules.map(\.evaluations) == b.rules.map(\.evaluations))
        #expect(a.notifications == b.notifications)
        #expect(a.rules.filter { $0.firings > 0 }.count >= 3)
        try expectSameSeries(blocks.written, single.written)
    }

    /// Rules whose alerts go on for long, with all that keeps a replay from leaping over instants, and what does not.
    static let lasting = """
        groups:
          - name: lasting
            rules:
              - alert: Loaded
                expr: load > 0
                for: 1m
                keep_firing_for: 45s
                labels: {place: 'at {{ $labels.job }}'}
                annotations: {v: '{{ $value | humanize }}'}
              - {alert: ByValue, expr: load > 0, labels: {value: '{{ $value }}'}}
              - {alert: Asking, expr: load < 3, annotations: {q: '{{ query "load" | len }} {{ now }}'}}
              - {alert: Low, expr: load < 4, for: 10m, annotations: {v: '{{ $value }}'}}
          - name: limited
            interval: 30s
            limit: 3
            rules: [{alert: Limited, expr: load > 0, for: 2m, annotations: {v: '{{ $value }}'}}]
        """

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func `instants are leapt over where only values change, and that is the same`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        let recording = try Recording(Self.lasting)
        for job in ["a", "b", "c", "d"] {
            var values: [Double?] = []
            while values.count < 500 {
                let (length, isThere) = (Int(1 + random.next() % 90), random.next() % 4 > 0)
                for _ in 0..<length { values.append(isThere ? Double(1 + random.next() % 4) : StaleMarker.value) }
            }
            try recording.record(Labels(metric: "load", ["job": job]), values)
        }
        var slow = WebhookReceiver(name: "slow", url: "http://localhost/")
        (slow.groupInterval, slow.repeatInterval, slow.grouping) = (.seconds(130), .seconds(1800), .allLabels)
        let receivers = [.direct(url: "http://localhost/"), slow]
        var blocks = recording.replay(through: 7500) { $0.receivers = receivers }
        blocks.blockSteps = 90
        var single = recording.replay(through: 7500) { $0.receivers = receivers }
        single.order = ReplayOrder(stepwise: single.groups)
        let (a, b) = (blocks.run(), single.run())
        #expect(a.rules.map(\.episodes) == b.rules.map(\.episodes))
        #expect(a.rules.map(\.failures) == b.rules.map(\.failures) && a.rules.map(\.evaluations) == b.rules.map(\.evaluations))
        #expect(a.notifications.count > 20 && a.notifications == b.notifications)
        #expect(a.rules.allSatisfy { !$0.episodes.isEmpty } && a.rules[4].failures > 0)
        let untold = recording.replay(through: 7500).run()
        #expect(untold.rules.map(\.episodes) == b.rules.map(\.episodes))
        var kept = recording.replay(through: 7500) { ($0.receivers, $0.keepsAlertSeries) = (receivers, true) }
        kept.blockSteps = 90
        single = recording.replay(through: 7500) { ($0.receivers, $0.keepsAlertSeries) = (receivers, true) }
        single.order = ReplayOrder(stepwise: single.groups)
        let (c, d) = (kept.run(), single.run())
        #expect(c.rules.map(\.episodes) == b.rules.map(\.episodes) && d.rules.map(\.failures) == c.rules.map(\.failures))
        #expect(c.notifications == b.notifications)
        try expectSameSeries(kept.written, single.written)
    }

    private func expectSameSeries(_ a: Store, _ b: Store) throws {
        let (left, right) = (try a.snapshot().select([], over: .all), try b.snapshot().select([], over: .all))
        #expect(left.labels == right.labels)
        var (one, other) = (SampleColumns(), SampleColumns())
        for index in left.labels.indices {
            try left.read(index, over: .all, into: &one)
            try right.read(index, over: .all, into: &other)
            #expect(one.times == other.times, "\(left.labels[index])")
            #expect(one.values.map(\.bitPattern) == other.values.map(\.bitPattern), "\(left.labels[index])")
        }
    }
}
