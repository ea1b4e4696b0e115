import LapwingExposition
import LapwingSeries
import Testing

@testable import LapwingRemote

@Suite struct `A shard of unsent samples` {
    private func series(_ number: Int, _ times: [Int64]) -> UnsentSeries {
        var samples = SampleColumns()
        (samples.times, samples.values) = (times, times.map(Double.init))
        return UnsentSeries(
            reference: SeriesReference(UInt64(number)), series: RemoteWriteSeries(labels: Labels(metric: "m", ["n": "\(number)"]), samples: samples))
    }

    private var queue: RemoteWriteSettings.Queue {
        var queue = RemoteWriteSettings.Queue()
        (queue.maxSamplesPerSend, queue.minBackoff, queue.maxBackoff) = (3, .milliseconds(30), .milliseconds(100))
        return queue
    }

    private func shard(_ series: [UnsentSeries]) -> SendingShard {
        SendingShard(SendingBatch.batches(of: series, maximumSamples: queue.maxSamplesPerSend), queue)
    }

    /// Times of the batches that are taken, when all are.
    private func drain(_ shard: inout SendingShard) -> [[Int64]] {
        var taken: [[Int64]] = []
        while let batch = shard.next {
            taken.append(batch.series.flatMap(\.series.samples.times))
            _ = shard.completed(.accepted)
        }
        return taken
    }

    @Test func `goes out in full batches, each series in its order`() {
        var shard = shard([series(1, [1, 2, 3, 4]), series(2, [1]), series(3, [1, 2, 3])])
        #expect(drain(&shard) == [[1, 2, 3], [4, 1, 1], [2, 3]])
    }

    @Test func `waits twice as long after every failure, as long as is asked at least, and anew after a success`() {
        var shard = shard([series(1, [1, 2, 3, 4])])
        var waits: [Duration] = []
        for asked: Duration? in [nil, nil, nil, .seconds(7), nil] {
            guard case .again(let wait, "down") = shard.completed(.failed(retryAfter: asked, "down")) else { return }
            waits.append(wait)
            #expect(shard.pause == wait)
        }
        #expect(waits == [.milliseconds(30), .milliseconds(60), .milliseconds(100), .seconds(7), .milliseconds(100)])
        #expect(shard.next?.count == 3)
        guard case .done(_, nil) = shard.completed(.accepted) else { return }
        guard case .again(.milliseconds(30), _) = shard.completed(.failed(retryAfter: nil, "")) else {
            Issue.record("the pause is not as short as at first")
            return
        }
    }

    @Test func `gives up a batch that is refused, and cuts one that a bad sample may have spoilt`() {
        var shard = shard([series(1, [1]), series(2, [1]), series(3, [1]), series(4, [2])])
        guard case .cut = shard.completed(.refused(status: 400, "out of order")) else { return }
        #expect(shard.next?.series.map(\.reference.rawValue) == [1])
        guard case .done(let batch, refusal: "out of order") = shard.completed(.refused(status: 400, "out of order")) else { return }
        #expect(batch.count == 1)
        #expect(drain(&shard) == [[1, 1], [2]])
        var other = self.shard([series(1, [1, 2])])
        guard case .done(_, refusal: "no") = other.completed(.refused(status: 403, "no")) else { return }
        #expect(other.next == nil)
    }

    @Test func `a batch of one series is cut by time, histograms with it`() {
        var one = series(1, [10, 20, 30])
        one.series.samples.histogramTimes = [15, 25]
        one.series.samples.histograms = [NativeHistogram(sum: 15), NativeHistogram(sum: 25)]
        let (head, tail) = one.cut(after: 3)
        #expect(head.series.samples.times == [10, 20] && head.series.samples.histogramTimes == [15])
        #expect(tail.series.samples.times == [30] && tail.series.samples.histogramTimes == [25])
    }

    @Test func `exemplars go out once, with the first part of what is cut`() {
        var one = series(1, [10, 20])
        one.series.exemplars = [Exemplar(labels: Labels(metric: "", ["trace_id": "t"]), value: 5, time: 10)]
        let (head, tail) = one.cut(after: 1)
        #expect(head.series.exemplars == one.series.exemplars && tail.series.exemplars == [])
    }

    @Test func `a batch that is refused over and over is cut four times at most`() {
        var queue = queue
        queue.maxSamplesPerSend = 100
        var shard = SendingShard(SendingBatch.batches(of: (0..<100).map { series($0, [1]) }, maximumSamples: 100), queue)
        var refused: [Int] = []
        while shard.next != nil {
            if case .done(let batch, refusal: _?) = shard.completed(.refused(status: 400, "no")) { refused.append(batch.count) }
        }
        #expect(refused.count == 16 && refused.reduce(0, +) == 100)
    }

    @Test func `there are as many as fill batches, between the least and the most`() {
        var queue = queue
        (queue.minShards, queue.maxShards) = (1, 4)
        func count(_ series: Int) -> Int { SendingShard.shards(of: (0..<series).map { self.series($0, [1]) }, queue).count }
        #expect(count(0) == 0)
        #expect(count(3) == 1)
        #expect((2...4).contains(count(100)))
    }

    @Test(arguments: [(204, true), (429, false), (500, false), (503, false), (408, false), (400, true), (404, true), (413, true)])
    func `429 and faults of the server are tried again, other refusals not`(_ status: Int, _ isDone: Bool) {
        var shard = shard([series(1, [1])])
        _ = shard.completed(SendingOutcome(status: status, retryAfter: nil, ""))
        #expect((shard.next == nil) == isDone)
    }
}
