import Foundation
import LapwingSeries
import LapwingServer
import LapwingStorage

/// What series take of the process' memory, labels and index included, as the system counts it.
enum MemoryBenchmarks {
    /// - Parameter series: as many active ones with as many scrapes as fill their open samples; a fiftieth of them for an hour; and
    ///   a fifth of them that come and go ten times; a twentieth of them under a query.
    static func rows(series: Int) -> [Row] {
        churned(series: series / 5) + [
            ("memory that a sweep under a query leaves, \(series / 20) series", sweptUnderQuery(series: series / 20), "MiB"),
            ("memory, an hour of \(series / 50) series", resident(series: series / 50, scrapes: 240), "MiB"),
            ("memory, \(series) series with 70 samples", resident(series: series, scrapes: 70), "MiB"),
        ]
    }

    static func resident(series: Int, scrapes: Int) -> Double {
        FreedMemory.giveBack()
        let before = residentBytes
        let store = Store()
        // A target at a time, as scrapes come.
        let targetSize = 1000
        var targets: [(samples: ServiceSamples, references: [SeriesReference])] = []
        for first in stride(from: 0, to: series, by: targetSize) {
            let labels = (first..<min(series, first + targetSize)).map(label)
            guard let references = try? store.references(for: labels) else { return .nan }
            targets.append((ServiceSamples(), references))
        }
        for scrape in 0..<scrapes {
            for target in targets.indices { _ = try? store.append(targets[target].samples.batch(targets[target].references, scrape)) }
        }
        // What the generator of the samples holds is not the store's.
        let generator = Double(series) * 16
        let held = Double(residentBytes - before) - generator
        return withExtendedLifetime(store) { held / Double(1 << 20) }
    }

    /// What is held after other series have come and gone ten times, and after all have gone, beside the first that came.
    private static func churned(series: Int) -> [Row] {
        FreedMemory.giveBack()
        let before = residentBytes
        let store = Store(options: StoreOptions(retention: .seconds(3600)))
        var rows: [Row] = []
        for round in 0...10 {
            let start = ServiceSamples.start + Int64(round) * 7_200_000
            for first in stride(from: round * series, to: (round + 1) * series, by: 1000) {
                guard let references = try? store.references(for: (first..<min(first + 1000, (round + 1) * series)).map(label)) else { return [] }
                for scrape in 0..<70 {
                    var batch = SampleBatch()
                    for reference in references { batch.append(reference, time: start + Int64(scrape) * 15_000, value: Double(scrape)) }
                    _ = try? store.append(batch)
                }
            }
            // As a server that sweeps once a minute; the second sweep takes the series that the first found without samples.
            for sweep in 1...3 { _ = store.removeExpired(now: Timestamp(milliseconds: start + 3_000_000 + Int64(sweep) * 60_000)) }
            // As the server does.
            FreedMemory.giveBack()
            let held = Double(residentBytes - before) / Double(1 << 20)
            if round == 0 { rows.append(("memory, \(series) series", held, "MiB")) }
            if round == 10 { rows.append(("memory, \(series) series, the eleventh that came in place of others", held, "MiB")) }
        }
        let end = Timestamp(milliseconds: ServiceSamples.start + 12 * 7_200_000)
        for sweep in 1...3 { _ = store.removeExpired(now: end + .seconds(60 * sweep)) }
        FreedMemory.giveBack()
        rows.append(("memory, when these have gone as well", Double(residentBytes - before) / Double(1 << 20), "MiB"))
        return withExtendedLifetime(store) { rows }
    }

    /// What is held more after a sweep that took the first chunk of each series, while a query ran that is over since.
    private static func sweptUnderQuery(series: Int) -> Double {
        let store = Store(options: StoreOptions(retention: .seconds(1200)))
        guard let references = try? store.references(for: (0..<series).map(label)) else { return .nan }
        var samples = ServiceSamples()
        let scrapes = 150
        for scrape in 0..<scrapes { _ = try? store.append(samples.batch(references, scrape)) }
        FreedMemory.giveBack()
        let before = residentBytes
        let query = store.snapshot()
        store.removeExpired(now: Timestamp(milliseconds: ServiceSamples.start + Int64(scrapes) * 15_000))
        withExtendedLifetime(query) {}
        for scrape in scrapes..<(scrapes + 2) { _ = try? store.append(samples.batch(references, scrape)) }
        FreedMemory.giveBack()
        return withExtendedLifetime(store) { Double(residentBytes - before) / Double(1 << 20) }
    }

    private static func label(_ index: Int) -> Labels {
        Labels(
            metric: "service_operation_duration_\(index % 40)_total",
            [
                "job": "service", "instance": "10.\(index / 100_000).\(index / 1000 % 100).7:9100", "zone": "eu-west-1\(index % 3)",
                "path": "/api/v1/things/\(index / 40 % 25)", "method": "GET", "status": "200",
            ])
    }

    private static var residentBytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
