import LapwingPromQL

extension MatrixSeries {
    /// Its points in runs that a line joins: they end where a value is missing or not finite.
    var runs: [[(time: Int64, value: Double)]] {
        var runs: [[(time: Int64, value: Double)]] = []
        // Half as long again as the shortest distance is no gap.
        let reach = (zip(times, times.dropFirst()).map { $1 - $0 }.min() ?? 0) * 3 / 2
        var last: Int64?
        for (time, value) in zip(times, values) {
            guard value.isFinite else {
                last = nil
                continue
            }
            if last.map({ time - $0 <= reach }) ?? false {
                runs[runs.count - 1].append((time, value))
            } else {
                runs.append([(time, value)])
            }
            last = time
        }
        return runs
    }
}
