import LapwingSeries
import Synchronization

/// A version of a store, held so that it stays readable.
final class StoreSnapshot: SeriesSnapshot {
    private let store: Store
    let version: UInt64
    let decodedTimes = DecodedTimes()

    init(_ store: Store) {
        self.store = store
        version = store.registry.acquire()
    }

    deinit { store.registry.release(version) }

    func select(_ matchers: [Matcher], over range: TimeRange) throws(ReadError) -> any SeriesSet {
        guard let range = range.milliseconds else { return StoredSeriesSet(([], []), snapshot: self) }
        let selection = store.index.withLock { $0.select(matchers) }
        // By whole pages: a row that turns out to be empty costs less than asking each series.
        var page = -1
        var mayHaveSamples = false
        var places: [Int]?
        for index in selection.series.indices {
            let ordinal = selection.series[index].ordinal
            if SeriesPage.page(of: ordinal) != page {
                page = SeriesPage.page(of: ordinal)
                mayHaveSamples = selection.series[index].page.mayHaveSamples(in: range)
            }
            if mayHaveSamples { places?.append(index) } else if places == nil { places = Array(0..<index) }
        }
        guard let places else { return StoredSeriesSet((selection.labels, selection.series), snapshot: self) }
        return StoredSeriesSet((places.map { selection.labels[$0] }, places.map { selection.series[$0] }), snapshot: self)
    }

    func labels(of matchers: [Matcher], over range: TimeRange) -> [Labels] {
        guard let range = range.milliseconds else { return [] }
        let selection = store.index.withLock { $0.select(matchers) }
        return zip(selection.labels, selection.series).compactMap { labels, series in
            series.page.mayHaveSamples(series.place, in: range, at: version) ? labels : nil
        }
    }

    func labelNames(matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] {
        if groups.isEmpty { return allNames(over: range) }
        var names: Set<Symbol> = []
        for group in groups {
            for labels in labels(of: group, over: range) {
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
            for labels in labels(of: group, over: range) {
                labels.withValue(of: key) { if !$0.isEmpty { values.insert(Symbol($0)) } }
            }
        }
        return values.sorted().map(\.text)
    }

    private func allNames(over range: TimeRange) -> [String] {
        guard let range = range.milliseconds else { return [] }
        let version = version
        let names = store.index.withLock { state in
            let index = state.index
            var names: [Symbol] = []
            index.forEachName { name, values in
                if index.hasSamples(values, in: range, at: version) { names.append(name) }
            }
            return names
        }
        return names.sorted().map(\.text)
    }

    private func allValues(of name: String, over range: TimeRange) -> [String] {
        guard let range = range.milliseconds else { return [] }
        let version = version
        let values = store.index.withLock { state in
            let index = state.index
            var values: [Symbol] = []
            index.values(of: name).forEach { value, series in
                if index.hasSamples(series, in: range, at: version) { values.append(Symbol(value)) }
            }
            return values
        }
        return values.sorted().map(\.text)
    }
}

extension LabelIndex {
    /// Whether one of the series may have a sample that a snapshot sees.
    fileprivate func hasSamples(_ series: Postings, in range: ClosedRange<Int64>, at version: UInt64) -> Bool {
        OrdinalSet(series).contains { ordinal in
            table.place(ordinal).map { $0.page.mayHaveSamples($0.place, in: range, at: version) } ?? false
        }
    }

    fileprivate func hasSamples(_ values: LabelValues, in range: ClosedRange<Int64>, at version: UInt64) -> Bool {
        var isFound = false
        values.forEach { _, series in isFound = isFound || hasSamples(series, in: range, at: version) }
        return isFound
    }
}
