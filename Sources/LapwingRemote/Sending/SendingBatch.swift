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
        var (floats, histograms) = (0, 0)
        while floats + histograms < min(count, samples.count) {
            let isFloat = histograms == samples.histogramTimes.count
                || floats < samples.times.count && samples.times[floats] < samples.histogramTimes[histograms]
            if isFloat { floats += 1 } else { histograms += 1 }
        }
        var (head, tail) = (self, self)
        head.series.samples = SampleColumns()
        head.series.samples.append(samples, floats: 0..<floats, histograms: 0..<histograms)
        tail.series.samples.removeFirst(floats: floats, histograms: histograms)
        tail.series.exemplars = []
        return (head, tail)
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
    func body(_ version: RemoteWriteVersion) -> [UInt8] {
        let series = series.map(\.series)
        return switch version {
        case .first: SnappyBlock.compress(RemoteWriteMessage.first(series))
        case .second: SnappyBlock.compress(RemoteWriteMessage.second(series))
        }
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
