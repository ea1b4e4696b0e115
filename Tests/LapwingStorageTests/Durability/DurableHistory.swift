import LapwingDisk
import LapwingSeries
import SeededRandom
import Synchronization

@testable import LapwingStorage

/// What a store should hold: series → time → sample, written down as text.
typealias DurableModel = [Labels: [Int64: String]]

/// A generated life of a durable store, and what it should hold at any time.
struct DurableHistory {
    enum Step {
        case batch([(labels: Labels, time: Int64, value: Value)])
        case sync
        case checkpoint
        /// Closed, or simply let go, and opened again.
        case reopen(isClosed: Bool)
    }

    enum Value {
        case float(Double)
        case histogram(NativeHistogram)

        var text: String {
            switch self {
            case .float(let value): "\(value.bitPattern)"
            case .histogram(let histogram): "\(histogram)"
            }
        }
    }

    var steps: [Step] = []
    static let window: Duration = .seconds(3600)

    init(seed: UInt64, length: Int) {
        var generator = SeededGenerator(seed)
        var now: Int64 = 1_700_000_000_000
        for _ in 0..<length {
            switch Int.random(in: 0..<20, using: &generator) {
            case 0: steps.append(.sync)
            case 1, 2: steps.append(.checkpoint)
            case 3: steps.append(.reopen(isClosed: Bool.random(using: &generator)))
            default: steps.append(.batch(Self.batch(&now, &generator)))
            }
        }
    }

    private static func batch(_ now: inout Int64, _ generator: inout SeededGenerator) -> [(labels: Labels, time: Int64, value: Value)] {
        var batch: [(labels: Labels, time: Int64, value: Value)] = []
        let names = (0..<Int.random(in: 1...3, using: &generator)).map { _ in Int.random(in: 0...4, using: &generator) }
        for _ in 0..<Int.random(in: 1...60, using: &generator) {
            now += 15_000
            for name in Set(names).sorted() {
                let labels = Labels(metric: "m\(name)", ["job": "test"])
                let isLate = Int.random(in: 0..<12, using: &generator) == 0
                let time = isLate ? now - Int64.random(in: 0...400, using: &generator) * 7_500 : now
                batch.append((labels, time, value(name, &generator)))
            }
        }
        return batch
    }

    private static func value(_ name: Int, _ generator: inout SeededGenerator) -> Value {
        if name == 4, Int.random(in: 0..<3, using: &generator) > 0 {
            let count = Double(Int.random(in: 0...100, using: &generator))
            return .histogram(
                NativeHistogram(schema: 2, count: count, sum: 1.5, positiveSpans: [.init(offset: 0, length: 1)], positiveBuckets: [count]))
        }
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: return .float(StaleMarker.value)
        case 1: return .float(Double(bitPattern: generator.next()))
        default: return .float(Double(Int.random(in: 0...1000, using: &generator)))
        }
    }

    static let options = StoreOptions(outOfOrderWindow: window)

    /// Small files, so that short histories have many.
    static var durability: DurabilityOptions {
        var options = DurabilityOptions()
        options.segmentBytes = 1
        return options
    }

    static func open(
        _ disk: any Disk, _ durability: DurabilityOptions = durability
    ) throws -> (store: Store, report: RecoveryReport) {
        let marker = MarkerSource()
        return try Store.open("d", on: disk, options: options, durability: durability, random: { marker.next() })
    }

    /// Appends a batch.
    ///
    /// - Returns: the samples that were taken.
    static func append(
        _ batch: [(labels: Labels, time: Int64, value: Value)], to store: Store
    ) throws -> [(labels: Labels, time: Int64, value: Value)] {
        let references = try store.references(for: batch.map(\.labels))
        var columns = SampleBatch()
        var floats: [Int] = []
        var histograms: [Int] = []
        for (index, (reference, sample)) in zip(references, batch).enumerated() {
            switch sample.value {
            case .float(let value):
                columns.append(reference, time: sample.time, value: value)
                floats.append(index)
            case .histogram(let histogram):
                columns.append(reference, time: sample.time, histogram: histogram)
                histograms.append(index)
            }
        }
        let refused = Set(try store.append(columns).map { (floats + histograms)[$0.index] })
        return batch.indices.filter { !refused.contains($0) }.map { batch[$0] }
    }

    /// Scrapes of `series` series, in batches of their own.
    ///
    /// - Returns: what the store should hold of them.
    @discardableResult
    static func fill(_ store: Store, _ series: Int, _ scrapes: Range<Int>) throws -> DurableModel {
        var model: DurableModel = [:]
        for scrape in scrapes {
            let time = Int64(1_700_000_000_000 + scrape * 15_000)
            let batch = (0..<series).map { index in
                let noise = (scrape * 7919 + index * 31) % 29
                return (labels: Labels(metric: "m", ["i": "\(index)"]), time: time, value: Value.float(Double(scrape * 30 + noise)))
            }
            model.take(try append(batch, to: store))
        }
        return model
    }

    /// All that a store holds.
    static func contents(of store: Store) throws -> DurableModel {
        var model: DurableModel = [:]
        let set = try store.snapshot().select([try Matcher("__name__", .notEqual, "")], over: .all)
        for (index, labels) in set.labels.enumerated() {
            var columns = SampleColumns()
            try set.read(index, over: .all, into: &columns)
            var samples: [Int64: String] = [:]
            for (time, value) in zip(columns.times, columns.values) { samples[time] = Value.float(value).text }
            for (time, histogram) in zip(columns.histogramTimes, columns.histograms) { samples[time] = Value.histogram(histogram).text }
            if samples.count != columns.count { samples[.min] = "a time stands there twice" }
            if !samples.isEmpty { model[labels] = samples }
        }
        return model
    }
}

extension DurableModel {
    mutating func take(_ samples: [(labels: Labels, time: Int64, value: DurableHistory.Value)]) {
        for sample in samples { self[sample.labels, default: [:]][sample.time] = sample.value.text }
    }

    /// A sample that is in this and not, or with another value, in the other.
    func surplus(over other: DurableModel) -> String? {
        for (labels, samples) in self.sorted(by: { $0.key < $1.key }) {
            for (time, text) in samples.sorted(by: { $0.key < $1.key }) where other[labels]?[time] != text {
                return "\(labels) at \(time): \(text), and \(other[labels]?[time] ?? "nothing")"
            }
        }
        return nil
    }
}

/// Markers for files, the same in each run.
final class MarkerSource: Sendable {
    private let last = Atomic<UInt32>(0)

    func next() -> UInt32 { last.add(1, ordering: .relaxed).newValue &* 0x9E37_79B9 | 1 }
}
