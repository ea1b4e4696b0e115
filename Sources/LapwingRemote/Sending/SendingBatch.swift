import LapwingExposition
import LapwingSeries
import LapwingSnappy

/// Unsent samples of one series, oldest first.
struct UnsentSeries: Sendable {
    var reference: SeriesReference
    /// As the receiver knows it: relabelled, external labels added.
    var series: RemoteWriteSeries

    var count: Int { series.samples.count }
    var lastTime: Int64 { max(series.samples.times.last ?? .min, series.samples.histogramTimes.last ?? .min) }

    /// The first `count` samples, and what is left, floats and histograms in the order of their times.
    func cut(after count: Int) -> (UnsentSeries, UnsentSeries) {
        let samples = series.samples
        var floats = 0
        while floats + (count - floats) > 0, floats < count, floats < samples.times.count {
            let histograms = samples.histogramTimes.prefix { $0 < samples.times[floats] }.count
            if floats + histograms >= count { break }
            floats += 1
        }
        let histograms = min(count - floats, samples.histogramTimes.count)
        var (head, tail) = (self, self)
        head.series.samples = samples.part(0..<floats, 0..<histograms)
        tail.series.samples = samples.part(floats..<samples.times.count, histograms..<samples.histogramTimes.count)
        tail.series.exemplars = []
        return (head, tail)
    }
}

extension SampleColumns {
    fileprivate func part(_ floats: Range<Int>, _ places: Range<Int>) -> SampleColumns {
        var part = SampleColumns()
        part.times = Array(times[floats])
        part.values = Array(values[floats])
        if !startTimes.isEmpty { part.startTimes = Array(startTimes[floats]) }
        part.histogramTimes = Array(histogramTimes[places])
        part.histograms = Array(histograms[places])
        if !histogramStartTimes.isEmpty { part.histogramStartTimes = Array(histogramStartTimes[places]) }
        return part
    }
}

/// The samples of one request.
struct SendingBatch: Sendable {
    var series: [UnsentSeries] = []
    /// How often it was cut in two because it was refused.
    var cuts = 0

    /// Once refused, a batch is cut in two so often: what is wrong with one sample costs a sixteenth of it.
    static let maximumCuts = 4

    var count: Int { series.reduce(0) { $0 + $1.count } }
    var histogramCount: Int { series.reduce(0) { $0 + $1.series.samples.histograms.count } }
    var exemplarCount: Int { series.reduce(0) { $0 + $1.series.exemplars.count } }

    /// Two halves, by series, or the samples of the only one by time.
    var halves: (SendingBatch, SendingBatch)? {
        guard cuts < Self.maximumCuts, count > 1 else { return nil }
        guard series.count == 1 else {
            let middle = series.count / 2
            return (SendingBatch(series: Array(series[..<middle]), cuts: cuts + 1), SendingBatch(series: Array(series[middle...]), cuts: cuts + 1))
        }
        let (head, tail) = series[0].cut(after: count / 2)
        return (SendingBatch(series: [head], cuts: cuts + 1), SendingBatch(series: [tail], cuts: cuts + 1))
    }

    /// The request's body.
    func body(isSecondVersion: Bool) -> [UInt8] {
        let series = series.map(\.series)
        return SnappyBlock.compress(isSecondVersion ? RemoteWriteMessage.second(series) : RemoteWriteMessage.first(series))
    }

    /// Batches of at most so many samples, in which each series keeps its order.
    static func batches(of series: [UnsentSeries], maximumSamples: Int) -> [SendingBatch] {
        var batches: [SendingBatch] = []
        var batch = SendingBatch()
        var room = maximumSamples
        for var one in series {
            while one.count > room {
                let (head, tail) = one.cut(after: room)
                if head.count > 0 { batch.series.append(head) }
                batches.append(batch)
                (batch, room, one) = (SendingBatch(), maximumSamples, tail)
            }
            room -= one.count
            batch.series.append(one)
        }
        return batch.series.isEmpty ? batches : batches + [batch]
    }
}
