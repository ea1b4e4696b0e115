import LapwingSeries

extension SampleColumns {
    /// In how many windows a sample's counting began before the sample ahead of it was taken, and not when that one's did.
    ///
    /// Source: Prometheus 3.14 `promql/functions.go`, `checkStartTimeOverlap`.
    /// - Complexity: O(samples + steps).
    func overlapCount(in frame: WindowFrame) -> Int {
        guard startTimes.count == times.count, !times.isEmpty else { return 0 }
        // How many overlaps lie before each sample.
        var overlaps = [Int32](repeating: 0, count: times.count)
        for index in 1..<times.count {
            let start = startTimes[index]
            let isOverlap = start != 0 && start < times[index - 1] && start != startTimes[index - 1]
            overlaps[index] = overlaps[index - 1] &+ (isOverlap ? 1 : 0)
        }
        if overlaps[times.count - 1] == 0 { return 0 }
        var count = 0
        var (low, high) = (0, 0)
        for step in 0..<frame.grid.count {
            let (start, end) = (frame.start(of: step), frame.end(of: step))
            while high < times.count, times[high] <= end { high += 1 }
            while low < high, times[low] <= start { low += 1 }
            if low < high, overlaps[high - 1] > overlaps[low] { count += 1 }
        }
        return count
    }
}
