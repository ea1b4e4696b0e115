import LapwingSeries

/// The series of several sources as one: what they have in common is shown once.
struct PrometheusSnapshot: SeriesSnapshot {
    private let sources: [any PartSource]

    init(_ sources: [any PartSource]) { self.sources = sources }

    func select(_ matchers: [Matcher], over range: TimeRange) throws(ReadError) -> any SeriesSet {
        guard let range = range.milliseconds else { return PrometheusSeriesSet([], sources: sources) }
        var lists: [[PrometheusSeriesSet.Series]] = []
        for (number, source) in sources.enumerated() where source.times?.overlaps(range) ?? false {
            lists.append(
                try source.select(matchers, over: range).map { found in
                    PrometheusSeriesSet.Series(labels: found.labels, homes: [.init(source: number, series: found.series)])
                })
        }
        return PrometheusSeriesSet(Self.merged(lists), sources: sources)
    }

    /// Lists in the order of labels as one, two at a time.
    private static func merged(_ lists: [[PrometheusSeriesSet.Series]]) -> [PrometheusSeriesSet.Series] {
        guard lists.count > 1 else { return lists.first ?? [] }
        let middle = lists.count / 2
        let (a, b) = (merged(Array(lists[..<middle])), merged(Array(lists[middle...])))
        var result: [PrometheusSeriesSet.Series] = []
        result.reserveCapacity(max(a.count, b.count))
        var (first, second) = (0, 0)
        while first < a.count, second < b.count {
            if a[first].labels == b[second].labels {
                result.append(.init(labels: a[first].labels, homes: a[first].homes + b[second].homes))
                (first, second) = (first + 1, second + 1)
            } else if a[first].labels < b[second].labels {
                result.append(a[first])
                first += 1
            } else {
                result.append(b[second])
                second += 1
            }
        }
        result.append(contentsOf: a[first...])
        result.append(contentsOf: b[second...])
        return result
    }

    func labelNames(matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] {
        try texts(
            groups, range, all: { (source) throws(ReadError) in try source.labelNames() },
            of: { labels, add in labels.forEachPair { name, _ in add(name) } })
    }

    func labelValues(of name: String, matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] {
        let key = LabelKey(name)
        return try texts(
            groups, range, all: { (source) throws(ReadError) in try source.labelValues(of: name) },
            of: { labels, add in labels.withValue(of: key) { if !$0.isEmpty { add($0) } } })
    }

    /// Texts in order of their bytes: of all that sources in the range have, or of the series that satisfy one of the groups.
    private func texts(
        _ groups: [[Matcher]], _ range: TimeRange, all: (any PartSource) throws(ReadError) -> [String],
        of: (Labels, (Span<UInt8>) -> Void) -> Void
    ) throws(ReadError) -> [String] {
        var found: Set<[UInt8]> = []
        if groups.isEmpty, let range = range.milliseconds {
            for source in sources where source.times?.overlaps(range) ?? false {
                for text in try all(source) { found.insert(Array(text.utf8)) }
            }
        }
        for group in groups {
            for labels in try select(group, over: range).labels {
                of(labels) { text in found.insert(text.indices.map { text[$0] }) }
            }
        }
        return found.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
    }
}
