import LapwingSeries

/// The index and the selections made from it, which change together.
struct IndexState: Sendable {
    private(set) var index = LabelIndex()
    private var cache: SelectionCache

    init(limits: StoreLimits) { cache = SelectionCache(limits: limits) }

    mutating func insert(_ series: SeriesPlace, _ labels: Labels) { index.insert(series, labels) }

    /// - Parameter ordinals: ascending.
    mutating func remove(_ ordinals: [UInt32]) {
        index.remove(ordinals)
        cache.forgetRemoved(in: index)
    }

    /// The series that satisfy every matcher, as kept from the last time and brought up to date.
    mutating func select(_ matchers: [Matcher]) -> Selection {
        if let selection = cache.selection(for: matchers) {
            if selection.nextOrdinal == index.nextOrdinal { return selection }
            var current = selection
            current.bringUpToDate(matchers, in: index)
            cache.keep(current, for: matchers)
            return current
        }
        let selection = Selection(matchers, in: index)
        cache.keep(selection, for: matchers)
        return selection
    }
}
