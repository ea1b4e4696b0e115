import LapwingSeries
import Synchronization

/// A version of a store, held so that it stays readable.
final class StoreSnapshot: SeriesSnapshot {
    private let store: Store
    let version: UInt64

    init(_ store: Store) {
        self.store = store
        version = store.registry.acquire()
    }

    deinit { store.registry.release(version) }

    func select(_ matchers: [Matcher], over range: TimeRange) throws(ReadError) -> any SeriesSet {
        StoredSeriesSet(selection(matchers, over: range), snapshot: self)
    }

    /// The series that satisfy the matchers and may have samples in the range.
    private func selection(_ matchers: [Matcher], over range: TimeRange) -> (labels: [Labels], series: [StoredSeries]) {
        guard let range = range.milliseconds else { return ([], []) }
        let selection = store.index.withLock { $0.select(matchers) }
        let version = version
        if selection.series.allSatisfy({ $0.mayHaveSamples(in: range, at: version) }) {
            return (selection.labels, selection.series)
        }
        let series = selection.series.filter { $0.mayHaveSamples(in: range, at: version) }
        return (series.map(\.labels), series)
    }

    func labelNames(matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] {
        if groups.isEmpty { return allNames(over: range) }
        var names: Set<Symbol> = []
        for group in groups {
            for labels in selection(group, over: range).labels {
                labels.forEachPair { name, _ in names.insert(Symbol(name)) }
            }
        }
        return names.sorted().map(\.text)
    }

    func labelValues(
        of name: String, matching groups: [[Matcher]], over range: TimeRange
    ) throws(ReadError) -> [String] {
        if groups.isEmpty { return allValues(of: name, over: range) }
        let key = LabelKey(name)
        var values: Set<Symbol> = []
        for group in groups {
            for labels in selection(group, over: range).labels {
                labels.withValue(of: key) { if !$0.isEmpty { values.insert(Symbol($0)) } }
            }
        }
        return values.sorted().map(\.text)
    }

    private func allNames(over range: TimeRange) -> [String] {
        guard let range = range.milliseconds else { return [] }
        let version = version
        return store.index.withLock { state in
            let index = state.index
            return index.names.filter { name in
                index.values(of: name).values.contains { index.anySeries($0, in: range, at: version) }
            }.map(\.text)
        }
    }

    private func allValues(of name: String, over range: TimeRange) -> [String] {
        guard let range = range.milliseconds else { return [] }
        let version = version
        let values = store.index.withLock { state in
            let index = state.index
            return index.values(of: Symbol(name)).filter { index.anySeries($0.value, in: range, at: version) }.map(\.key)
        }
        return values.sorted().map(\.text)
    }
}

extension LabelIndex {
    /// Whether one of the series may have a sample that a snapshot sees.
    fileprivate func anySeries(_ ordinals: [UInt32], in range: ClosedRange<Int64>, at version: UInt64) -> Bool {
        ordinals.contains { table[$0]?.mayHaveSamples(in: range, at: version) ?? false }
    }
}

extension TimeRange {
    /// The range in milliseconds; nil when it holds nothing.
    var milliseconds: ClosedRange<Int64>? { isEmpty ? nil : start.milliseconds...end.milliseconds }
}

/// Series of one snapshot.
struct StoredSeriesSet: SeriesSet {
    let labels: [Labels]
    private let series: [StoredSeries]
    private let snapshot: StoreSnapshot

    init(_ selection: (labels: [Labels], series: [StoredSeries]), snapshot: StoreSnapshot) {
        labels = selection.labels
        series = selection.series
        self.snapshot = snapshot
    }

    func read(_ index: Int, over range: TimeRange, into columns: inout SampleColumns) throws(ReadError) {
        guard let range = range.milliseconds else { return columns.removeAll() }
        try series[index].read(range, at: snapshot.version, into: &columns)
    }

    func readLatest(_ indices: Range<Int>, over range: TimeRange, into latest: inout LatestSamples) throws(ReadError) {
        latest.removeAll()
        latest.reserveCapacity(indices.count)
        guard let range = range.milliseconds else {
            for _ in indices { latest.append(time: LatestSamples.absent, value: StaleMarker.value) }
            return
        }
        var scratch = SampleColumns()
        for index in indices {
            try series[index].readLatest(range, at: snapshot.version, into: &latest, scratch: &scratch)
        }
    }
}

extension LatestSamples {
    fileprivate mutating func reserveCapacity(_ count: Int) {
        times.reserveCapacity(count)
        values.reserveCapacity(count)
        startTimes.reserveCapacity(count)
    }
}
