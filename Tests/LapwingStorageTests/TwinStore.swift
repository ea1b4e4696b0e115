import LapwingSeries

/// A store that is a dictionary of arrays: the definition that `Store` is compared with.
struct TwinStore {
    struct Sample {
        var time: Int64
        var value: Double
        var histogram: NativeHistogram?
        var startTime: Int64
    }

    var series: [Labels: [Sample]] = [:]
    var outOfOrderWindow: Int64 = 0
    var newest = Int64.min

    mutating func append(_ labels: Labels, _ sample: Sample) -> RefusedSample.Reason? {
        var samples = series[labels] ?? []
        if let last = samples.last, sample.time <= last.time {
            if sample.time < last.time {
                if outOfOrderWindow == 0 { return .outOfOrder }
                let (limit, overflow) = newest.subtractingReportingOverflow(outOfOrderWindow)
                if !overflow, sample.time < limit { return .tooOld }
            }
            if let present = samples.first(where: { $0.time == sample.time }) {
                return present.bits == sample.bits ? nil : .duplicateTimestamp
            }
        }
        samples.append(sample)
        samples.sort { $0.time < $1.time }
        series[labels] = samples
        newest = max(newest, sample.time)
        return nil
    }

    func select(_ matchers: [Matcher]) -> [Labels] {
        series.keys.filter { labels in matchers.allSatisfy { $0.matches(labels) } }.sorted()
    }

    func read(_ labels: Labels, _ range: ClosedRange<Int64>) -> [Sample] {
        (series[labels] ?? []).filter { range.contains($0.time) }
    }
}

extension TwinStore.Sample {
    /// What two samples have in common when they are the same.
    var bits: [UInt64] {
        guard let histogram else { return [value.bitPattern] }
        return [1, histogram.sum.bitPattern, histogram.count.bitPattern, UInt64(histogram.counterResetHint.rawValue)]
            + histogram.positiveBuckets.map(\.bitPattern)
    }

    var text: String { "\(time):\(bits):\(startTime)" }
}

extension SampleColumns {
    /// The samples one by one, in time order.
    var samples: [TwinStore.Sample] {
        let floats = times.indices.map { index in
            TwinStore.Sample(
                time: times[index], value: values[index], histogram: nil,
                startTime: startTimes.isEmpty ? 0 : startTimes[index])
        }
        let others = histogramTimes.indices.map { index in
            TwinStore.Sample(
                time: histogramTimes[index], value: 0, histogram: histograms[index],
                startTime: histogramStartTimes.isEmpty ? 0 : histogramStartTimes[index])
        }
        return (floats + others).sorted { $0.time < $1.time }
    }
}
