import LapwingDisk
import LapwingExposition
import LapwingHTTP
import LapwingSeries
import LapwingStorage
import SeededRandom
import Synchronization
import Testing

@testable import LapwingRemote

@Suite(.timeLimit(.minutes(1))) struct `Sending the samples of a store` {
    private let clock = SimulatedClock(Timestamp(milliseconds: 1_000_000))
    private let receiver = SimulatedReceiver()

    private func settings(_ change: (inout RemoteWriteSettings) -> Void = { _ in }) -> RemoteWriteSettings {
        var settings = RemoteWriteSettings(url: "http://receiver/api/v1/write")
        change(&settings)
        return settings
    }

    private func writer(
        _ store: Store, _ settings: RemoteWriteSettings, externalLabels: Labels = .empty,
        _ change: (inout RemoteWriter.Surroundings) -> Void = { _ in }
    ) -> RemoteWriter {
        var surroundings = RemoteWriter.Surroundings(client: receiver, source: store)
        surroundings.notes = store
        surroundings.now = { [clock] in clock.now }
        surroundings.instant = { [clock] in clock.instant }
        surroundings.sleep = { [clock] duration in
            clock.sleep(duration)
            await Task.yield()
        }
        change(&surroundings)
        return RemoteWriter(settings, externalLabels: externalLabels, surroundings)
    }

    private func append(_ store: Store, _ name: String, _ values: [Double], _ labels: KeyValuePairs<String, String> = [:]) throws {
        let reference = try store.references(for: [Labels(metric: name, labels)])[0]
        for value in values {
            var batch = SampleBatch()
            batch.append(reference, time: clock.now.milliseconds, value: value)
            #expect(try store.append(batch) == [])
            clock.advance(.seconds(1))
        }
    }

    private func values(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) -> [Double] {
        receiver.state.withLock { ($0.samples[Labels(metric: name, labels)] ?? []).map(\.value) }
    }

    @Test(arguments: RemoteWriteVersion.allCases)
    func `gives every sample once, with external labels, after what relabelling leaves`(_ version: RemoteWriteVersion) async throws {
        let store = Store()
        try append(store, "old", [1])
        let drop = try RelabelRule(.drop, sourceLabels: ["__name__"], pattern: "secret")
        let writer = writer(
            store, settings { ($0.relabeling, $0.version, $0.client.headers) = ([drop], version, ["X-Scope-OrgID": "t"]) },
            externalLabels: Labels(metric: "", ["cluster": "c", "job": "external"]))
        clock.advance(.seconds(1))
        try append(store, "up", [1, 2], ["job": "own"])
        try append(store, "secret", [1])
        _ = await writer.round()
        try append(store, "up", [3, StaleMarker.value], ["job": "own"])
        _ = await writer.round()
        _ = await writer.round()
        let up = receiver.state.withLock { $0.samples[Labels(metric: "up", ["cluster": "c", "job": "own"])] ?? [] }
        #expect(up.map(\.value.bitPattern) == [1, 2, 3, StaleMarker.value].map(\.bitPattern))
        #expect(receiver.state.withLock { $0.samples.count } == 1)
        #expect(receiver.state.withLock { $0.requests.map { $0.headers["X-Scope-OrgID"] } } == ["t", "t"])
        #expect(receiver.faults == [])
        #expect(writer.figures.samples == 4 && writer.figures.pending == 0)
        #expect(writer.figures.bytes == receiver.state.withLock { $0.requests.reduce(0) { $0 + $1.body.count } })
    }

    @Test func `sends only what rules write where it is asked to, whatever its name`() async throws {
        let store = Store()
        let writer = writer(store, settings { $0.sendsRulesOnly = true }) { $0.ruleMetrics = { ["ALERTS", "a.b:c"] } }
        try append(store, "ALERTS", [1])
        try append(store, "a.b:c", [2])
        try append(store, "aXb:c", [3])
        _ = await writer.round()
        #expect(receiver.state.withLock { Set($0.samples.keys.map(\.metricName)) } == ["ALERTS", "a.b:c"])
    }

    @Test func `goes on where a receiver was down, in pieces of time that rise for all series alike`() async throws {
        let store = Store()
        let writer = writer(store, settings { $0.queue.maxSamplesPerSend = 50 })
        // Twenty minutes in which nothing is taken: nobody reads meanwhile.
        for _ in 0..<120 {
            try append(store, "a", [1])
            try append(store, "b", [2])
            clock.advance(.seconds(8))
        }
        receiver.fail(5)
        var rounds = 1
        while await writer.round() { rounds += 1 }
        #expect(rounds >= 4)
        #expect(values("a").count == 120 && values("b").count == 120)
        #expect(receiver.faults == [])
        #expect(writer.figures.retried > 0 && writer.figures.failed == 0)
    }

    @Test func `sends once what came out of order, also what a process before has left`() async throws {
        let disk = SimulatedDisk()
        let options = StoreOptions(outOfOrderWindow: .seconds(3600))
        var (store, _) = try Store.open("/data", on: disk, options: options)
        var writer = writer(store, settings())
        store.tellLate { [writer] in writer.noteLate($0) }
        receiver.state.withLock { $0.takesLate = true }
        clock.advance(.seconds(100))
        let begin = clock.now
        func append(secondsAfter seconds: [Int64], to store: Store) throws {
            let reference = try store.references(for: [Labels(metric: "m")])[0]
            for second in seconds {
                var batch = SampleBatch()
                batch.append(reference, time: (begin + .seconds(second)).milliseconds, value: Double(second))
                #expect(try store.append(batch) == [])
            }
        }
        // The last lies before the writer's beginning; what is late but not passed is sent in its place.
        try append(secondsAfter: [1, 20, 10, -150], to: store)
        _ = await writer.round()
        #expect(values("m") == [1, 10, 20])
        try append(secondsAfter: [30, 12, 5], to: store)
        _ = await writer.round()
        _ = await writer.round()
        #expect(values("m") == [1, 10, 20, 5, 12, 30])
        // Known to the note, and not taken: a process that is told to end gives up what fails.
        try append(secondsAfter: [7], to: store)
        receiver.fail(.max)
        writer.start()
        while receiver.state.withLock({ $0.failures == .max }) { await Task.yield() }
        await writer.stop()
        receiver.fail(0)
        disk.restart(after: .process)
        store = try Store.open("/data", on: disk, options: options).store
        writer = self.writer(store, settings())
        _ = await writer.round()
        #expect(values("m") == [1, 10, 20, 5, 12, 30, 7])
        #expect(writer.figures.samples == 1 && receiver.faults == [])
    }

    @Test func `what came late and is not to be sent is passed over once`() async throws {
        let store = Store(options: StoreOptions(outOfOrderWindow: .seconds(3600)))
        let drop = try RelabelRule(.drop, sourceLabels: ["__name__"], pattern: "secret")
        let writer = writer(store, settings { ($0.queue.sampleAgeLimit, $0.relabeling) = (.seconds(60), [drop]) })
        store.tellLate { [writer] in writer.noteLate($0) }
        clock.advance(.seconds(100))
        let old = clock.now - .seconds(90)
        for round in 1...3 {
            for name in ["m", "secret"] {
                try append(store, name, [Double(round)])
                var batch = SampleBatch()
                if round == 1 { batch.append(try store.references(for: [Labels(metric: name)])[0], time: old.milliseconds, value: 0) }
                #expect(try store.append(batch) == [])
            }
            _ = await writer.round()
        }
        #expect(values("m") == [1, 2, 3] && writer.figures.dropped == 1)
        #expect(writer.state.withLock { $0.positions.lateCount } == 0)
    }

    // Series of one scrape share their column of times. What was too old was cut from it for the first of them, and those after it
    // then had no times: their samples were neither counted nor done with.
    @Test func `samples of one scrape that are too old to be sent are each passed over, once`() async throws {
        let store = Store()
        let writer = writer(store, settings { $0.queue.sampleAgeLimit = .seconds(60) })
        let references = try store.references(for: (1...3).map { Labels(metric: "m\($0)") })
        for value in [1.0, 2] {
            var batch = SampleBatch()
            for reference in references { batch.append(reference, time: clock.now.milliseconds, value: value) }
            #expect(try store.append(batch) == [])
            clock.advance(.seconds(1))
        }
        clock.advance(.seconds(100))
        for _ in 1...2 { _ = await writer.round() }
        #expect(writer.figures.dropped == 6)
        try append(store, "m2", [3])
        _ = await writer.round()
        #expect(values("m1") == [] && values("m2") == [3] && writer.figures.dropped == 6)
    }

    @Test func `native histograms, exemplars and metadata come with it`() async throws {
        let store = Store()
        let exemplars = ExemplarStore()
        let family = MetricMetadata(name: "requests", kind: .counter, help: "Requests.")
        let histogram = NativeHistogram(
            schema: 1, zeroThreshold: 0.5, zeroCount: 2, count: 7, sum: 3.5, positiveSpans: [.init(offset: 1, length: 2)], positiveBuckets: [2, 3])
        let writer = writer(store, settings { ($0.sendsExemplars, $0.version) = (true, .second) }) { surroundings in
            surroundings.exemplars = { exemplars.select([[]], over: $0) }
            surroundings.metadata = { [family] }
        }
        writer.start()
        let reference = try store.references(for: [Labels(metric: "h")])[0]
        var batch = SampleBatch()
        batch.append(reference, time: clock.now.milliseconds, histogram: histogram)
        #expect(try store.append(batch) == [])
        let exemplar = Exemplar(labels: Labels(metric: "", ["trace_id": "t"]), value: 5, time: clock.now.milliseconds)
        exemplars.add([SeriesExemplar(series: Labels(metric: "requests_total"), exemplar: exemplar)])
        for value in 1...100 {
            try append(store, "requests_total", [Double(value)])
            try await Task.sleep(for: .milliseconds(2))
            if receiver.state.withLock({ !$0.metadata.isEmpty && !$0.exemplars.isEmpty }) { break }
        }
        await writer.stop()
        #expect(receiver.state.withLock { $0.histograms[Labels(metric: "h")]?.values.first } == histogram)
        #expect(receiver.state.withLock { $0.exemplars[Labels(metric: "requests_total")]?.map(\.value) } == [5])
        #expect(writer.figures.histograms == 1 && writer.figures.exemplars == 1)
        // It is told of each series, and read as that of the series.
        #expect(receiver.state.withLock { $0.metadata.first.map { [$0.kind.rawValue, $0.help] } } == ["counter", "Requests."])
        #expect(receiver.faults == [])
    }

    @Test func `metadata goes by itself in the first version, and is counted where it is taken`() async throws {
        let families = ["a", "b", "c"].map { MetricMetadata(name: $0, kind: .gauge, help: "Help.") }
        let writer = writer(Store(), settings { $0.metadata.maxSamplesPerSend = 2 }) { $0.metadata = { families } }
        await writer.sendMetadata()
        await writer.sendMetadata()
        #expect(receiver.state.withLock { $0.metadata.map(\.name) } == ["a", "b", "c"])
        let requests = receiver.state.withLock { $0.requests }
        #expect(requests.map { $0.headers["X-Prometheus-Remote-Write-Version"] } == ["0.1.0", "0.1.0"])
        #expect(requests.allSatisfy { $0.headers["Content-Type"] == "application/x-protobuf" } && receiver.faults == [])
        #expect(writer.figures.metadata == 3 && writer.figures.metadataBytes == requests.reduce(0) { $0 + $1.body.count })
    }

    @Test func `an exemplar that came behind the last sample of its series goes with the next one`() async throws {
        let store = Store()
        let exemplars = ExemplarStore()
        let writer = writer(store, settings { ($0.sendsExemplars, $0.version) = (true, .second) }) { surroundings in
            surroundings.exemplars = { exemplars.select([[]], over: $0) }
        }
        try append(store, "m", [1])
        _ = await writer.round()
        let exemplar = Exemplar(labels: Labels(metric: "", ["trace_id": "t"]), value: 5, time: clock.now.milliseconds)
        exemplars.add([SeriesExemplar(series: Labels(metric: "m"), exemplar: exemplar)])
        _ = await writer.round()
        try append(store, "m", [2])
        _ = await writer.round()
        try append(store, "m", [3])
        _ = await writer.round()
        #expect(receiver.state.withLock { $0.exemplars[Labels(metric: "m")]?.map(\.value) } == [5])
    }

    @Test func `a receiver that is taken away and comes back gets samples from then on`() async throws {
        let (store, _) = try Store.open("/data", on: SimulatedDisk(), options: StoreOptions())
        let settings = settings { $0.queue.batchSendDeadline = .milliseconds(1) }
        let writers = RemoteWriters(notes: store) { [clock, receiver] _ in
            var surroundings = RemoteWriter.Surroundings(client: receiver, source: store)
            surroundings.notes = store
            surroundings.now = { clock.now }
            return surroundings
        }
        await writers.apply([settings], externalLabels: .empty)
        try append(store, "m", [1])
        await writers.apply([], externalLabels: .empty)
        #expect(values("m") == [1] && store.notes(beginning: RemoteWriter.notePrefix) == [])
        try append(store, "m", [2])
        clock.advance(.seconds(1))
        await writers.apply([settings], externalLabels: .empty)
        try append(store, "m", [3])
        await writers.stop()
        #expect(values("m") == [1, 3])
    }

    @Test func `rounds keep their interval and a failed request its pause where the clock is set back`() async throws {
        let store = Store()
        let receiver = receiver
        let (slept, sleeps) = AsyncStream.makeStream(of: Int.self)
        let writer = writer(store, settings()) { surroundings in
            surroundings.sleep = { [clock] duration in
                clock.sleep(duration)
                clock.setBack(by: .seconds(3600))
                sleeps.yield(clock.pauses.count)
                // The last is until the writer is told to end.
                if clock.pauses.count >= 30 { try await Task.sleep(for: .seconds(3600)) }
            }
            surroundings.metadata = { [clock] in
                // While a round is under way.
                clock.setBack(by: .seconds(3600))
                return [MetricMetadata(name: "m", kind: .counter)]
            }
        }
        clock.advance(.seconds(1))
        try append(store, "m", [1])
        receiver.fail(1)
        writer.start()
        for await count in slept where count == 30 { break }
        await writer.stop()
        let queue = RemoteWriteSettings.Queue()
        let (pause, interval) = (queue.minBackoff, queue.batchSendDeadline)
        #expect(clock.pauses == [pause, interval - pause] + Array(repeating: interval, count: 28))
        #expect(values("m") == [1])
        // Each minute, 30 times 5 seconds.
        #expect(receiver.state.withLock { $0.metadata.count } == 3)
    }

    /// Series that come and go, a receiver that fails, a process that is killed: in the end each sample has come once, in order.
    @Test(arguments: [1, 2, 3, 4, 5, 6])
    func `loses nothing over failures and restarts`(seed: UInt64) async throws {
        var random = SeededGenerator(seed)
        let disk = SimulatedDisk()
        var (store, _) = try Store.open("/data", on: disk, options: StoreOptions())
        var queue = RemoteWriteSettings.Queue()
        (queue.maxSamplesPerSend, queue.maxShards, queue.capacity) = (7, 3, 20)
        let settings = settings { $0.queue = queue }
        var writer = writer(store, settings)
        var expected: [Labels: [Double]] = [:]
        // What is older than the first start is not sent.
        clock.advance(.seconds(1))
        for step in 0..<60 {
            for _ in 0..<random.below(12) {
                let labels = Labels(metric: "m", ["n": "\(random.below(6))"])
                var batch = SampleBatch()
                // Samples of different series overtake one another.
                let late = Int64(random.below(3) * 400)
                batch.append(try store.references(for: [labels])[0], time: clock.now.milliseconds - late, value: Double(step))
                if try store.append(batch).isEmpty, expected[labels]?.last != Double(step) { expected[labels, default: []].append(Double(step)) }
                clock.advance(.milliseconds(1 + random.below(900)))
            }
            receiver.fail(random.below(4) == 0 ? random.below(6) : 0)
            if random.below(3) > 0 { while await writer.round() {} }
            if random.below(8) == 0 {
                // Killed while the receiver takes nothing: what is under way is not done with.
                receiver.fail(1000)
                let (round, dying) = (Task { [writer] in await writer.round() }, writer)
                for _ in 0..<random.below(20) { await Task.yield() }
                round.cancel()
                _ = await round.value
                _ = dying
                receiver.fail(0)
                disk.restart(after: .process)
                store = try Store.open("/data", on: disk, options: StoreOptions()).store
                writer = self.writer(store, settings)
            }
        }
        receiver.fail(0)
        while await writer.round() {}
        let found = receiver.state.withLock { state in
            state.samples.mapValues { samples in samples.map(\.value).reduce(into: [Double]()) { if $0.last != $1 { $0.append($1) } } }
        }
        #expect(found == expected, "seed \(seed)")
        #expect(receiver.faults == [], "seed \(seed)")
    }
}
