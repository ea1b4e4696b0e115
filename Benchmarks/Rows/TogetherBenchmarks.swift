import Foundation
import LapwingPromQL
import LapwingSeries
import LapwingStorage
import Synchronization

/// Appends at full speed on one thread and queries on another: each alone, then both together.
enum TogetherBenchmarks {
    private static let query = "sum by (path) (rate({__name__=~\"http_requests_1._total\"}[5m]))"

    /// How one of the two fared.
    private struct Pace {
        var count = 0
        var seconds = 0.0
        var longest = 0.0

        var perSecond: Double { Double(count) / seconds }

        /// Repeats a piece of work, which says how much it did, until it is told to stop.
        static func keep(_ isStopped: () -> Bool, _ work: () -> Int) -> Pace {
            var pace = Pace()
            let start = ContinuousClock.now
            repeat {
                let before = ContinuousClock.now
                pace.count += work()
                pace.longest = max(pace.longest, before.duration(to: .now) / .milliseconds(1))
            } while !isStopped()
            pace.seconds = start.duration(to: .now) / .seconds(1)
            return pace
        }
    }

    /// What both threads look at.
    private final class Stage: Sendable {
        let store = Store()
        let isStopped = Atomic(false)
        let newest = Atomic(ServiceSamples.start)
        let pace = Mutex<Pace?>(nil)
        let done = DispatchSemaphore(value: 0)
    }

    /// - Parameter seconds: for each of the three.
    static func rows(series: Int, seconds: Double) -> [Row] {
        let stage = Stage()
        guard let references = try? stage.store.references(for: ServiceSamples.labels(series)) else { return [] }
        var samples = ServiceSamples()
        let scrapes = (0..<16).map { samples.batch(references, $0) }
        var writer = Writer(scrapes: scrapes)
        for _ in 0..<240 { _ = writer.append(to: stage) }

        func appends() -> Pace {
            let end = ContinuousClock.now + .seconds(seconds)
            return Pace.keep({ .now >= end }, { writer.append(to: stage) })
        }
        let appendsAlone = appends()
        ask(stage)
        Thread.sleep(forTimeInterval: seconds)
        let queriesAlone = stopAsking(stage)
        ask(stage)
        let appendsBeside = appends()
        let queriesBeside = stopAsking(stage)
        return [
            ("together, appends alone", appendsAlone.perSecond / 1e6, "Msamples/s"),
            ("together, appends beside queries", appendsBeside.perSecond / 1e6, "Msamples/s"),
            ("together, longest batch beside queries", appendsBeside.longest, "ms (alone \(Printing.digits(appendsAlone.longest)))"),
            ("together, queries alone", queriesAlone.perSecond, "queries/s"),
            ("together, queries beside appends", queriesBeside.perSecond, "queries/s"),
            ("together, longest query beside appends", queriesBeside.longest, "ms (alone \(Printing.digits(queriesAlone.longest)))"),
        ]
    }

    /// Batches that were made before, again and again with later times: making them would be measured otherwise.
    private struct Writer {
        var scrapes: [SampleBatch]
        var round: Int64 = 0

        mutating func append(to stage: Stage) -> Int {
            let place = Int(round) % scrapes.count
            let time = ServiceSamples.start + round * 15_000
            for index in scrapes[place].times.indices { scrapes[place].times[index] = time }
            round += 1
            guard let refused = try? stage.store.append(scrapes[place]) else { return 0 }
            stage.newest.store(time, ordering: .releasing)
            return scrapes[place].count - refused.count
        }
    }

    private static func ask(_ stage: Stage) {
        stage.isStopped.store(false, ordering: .releasing)
        let engine = QueryEngine()
        guard let prepared = try? engine.prepare(query) else { return }
        let thread = Thread {
            let pace = Pace.keep({ stage.isStopped.load(ordering: .acquiring) }) {
                let time = Timestamp(milliseconds: stage.newest.load(ordering: .acquiring))
                return (try? engine.instant(prepared, at: time, over: stage.store.snapshot())) == nil ? 0 : 1
            }
            stage.pace.withLock { $0 = pace }
            stage.done.signal()
        }
        thread.start()
    }

    private static func stopAsking(_ stage: Stage) -> Pace {
        stage.isStopped.store(true, ordering: .releasing)
        stage.done.wait()
        return stage.pace.withLock { $0 } ?? Pace()
    }
}
