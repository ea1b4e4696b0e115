import Foundation

/// A figure of a run.
typealias Row = (name: String, value: Double, unit: String)

/// How time is taken.
enum Stopwatch {
    /// Seconds, of the quickest of some tries.
    static func best(of tries: Int = 5, _ body: () -> Void) -> Double {
        (0..<tries).map { _ in ContinuousClock().measure(body) / .seconds(1) }.min() ?? .nan
    }

    static func seconds(since start: ContinuousClock.Instant) -> Double { start.duration(to: .now) / .seconds(1) }

    /// What this process has spent on processors, all threads.
    static var processorMilliseconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }
}
