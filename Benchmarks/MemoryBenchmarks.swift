import Foundation
import LapwingSeries
import LapwingStorage

/// What series take of the process' memory, labels and index included, as the system counts it.
enum MemoryBenchmarks {
    typealias Row = (name: String, value: Double, unit: String)

    /// - Parameter series: as many active ones with as many scrapes as fill their open samples; and a fiftieth of them for an hour.
    static func rows(series: Int) -> [Row] {
        [
            ("memory, an hour of \(series / 50) series", resident(series: series / 50, scrapes: 240), "MiB"),
            ("memory, \(series) series with 70 samples", resident(series: series, scrapes: 70), "MiB"),
        ]
    }

    private static func resident(series: Int, scrapes: Int) -> Double {
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
