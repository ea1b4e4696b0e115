import LapwingSeries

/// What a replayed rule sees: the recorded data, and over it what the replay has written so far.
///
/// A metric that the rules themselves write is taken from the recording up to where the replay begins, and from the replay
/// from there on: as if it had taken over from whoever recorded the data.
struct ReplaySnapshot: SeriesSnapshot {
    let recorded: any SeriesSnapshot
    let written: any SeriesSnapshot
    /// Where the replay begins.
    let begin: Timestamp
    /// The metrics that the replayed rules write.
    let writtenMetrics: Set<String>

    func select(_ matchers: [Matcher], over range: TimeRange) throws(ReadError) -> any SeriesSet {
        let old = try recorded.select(matchers, over: range)
        guard mayBeWritten(matchers) else { return old }
        return ReplaySet(old, try written.select(matchers, over: range), begin: begin, writtenMetrics: writtenMetrics)
    }

    func labelNames(matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] {
        let (old, new) = (try recorded.labelNames(matching: groups, over: range), try written.labelNames(matching: groups, over: range))
        return Set(old + new).sorted()
    }

    func labelValues(of name: String, matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] {
        let old = try recorded.labelValues(of: name, matching: groups, over: range)
        return Set(old + (try written.labelValues(of: name, matching: groups, over: range))).sorted()
    }

    /// Whether a selector may find what the rules write; most ask for one metric that they do not.
    private func mayBeWritten(_ matchers: [Matcher]) -> Bool {
        let ofMetric = matchers.filter { $0.name == LabelName.metric }
        return writtenMetrics.contains { metric in ofMetric.allSatisfy { $0.matches(metric) } }
    }
}

/// Series of both sides; one that both have is read from the recording before the replay begins, and from the replay after.
private struct ReplaySet: SeriesSet {
    private struct Place {
        var old: Int?
        var new: Int?
        /// Whether the recording counts only before the replay begins.
        var isWritten: Bool
    }

    let labels: [Labels]
    private let places: [Place]
    private let old: any SeriesSet
    private let new: any SeriesSet
    private let begin: Timestamp

    init(_ old: any SeriesSet, _ new: any SeriesSet, begin: Timestamp, writtenMetrics: Set<String>) {
        (self.old, self.new, self.begin) = (old, new, begin)
        var byLabels: [Labels: Place] = [:]
        for (index, labels) in old.labels.enumerated() {
            byLabels[labels] = Place(old: index, isWritten: writtenMetrics.contains(labels[LabelName.metric] ?? ""))
        }
        for (index, labels) in new.labels.enumerated() { byLabels[labels, default: Place(isWritten: true)].new = index }
        let ordered = byLabels.sorted { $0.key < $1.key }
        labels = ordered.map(\.key)
        places = ordered.map(\.value)
    }

    func read(_ series: Int, over range: TimeRange, into columns: inout SampleColumns) throws(ReadError) {
        let place = places[series]
        columns.removeAll()
        if let index = place.old {
            if !place.isWritten { return try old.read(index, over: range, into: &columns) }
            let before = TimeRange(start: range.start, end: min(range.end, begin.advanced(byMilliseconds: -1)))
            if before.start <= before.end { try old.read(index, over: before, into: &columns) }
        }
        guard let index = place.new else { return }
        if columns.isEmpty { return try new.read(index, over: range, into: &columns) }
        var later = SampleColumns()
        try new.read(index, over: range, into: &later)
        columns.append(later)
    }
}
