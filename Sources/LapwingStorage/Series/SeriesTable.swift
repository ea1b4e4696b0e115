/// Series by their ordinals, which only ever grow: pages, so that the memory of ranges that have died is given back.
struct SeriesTable: Sendable {
    static let pageSize = 512

    private struct Page: Sendable {
        var slots: [StoredSeries?]
        var living: Int
    }

    private var pages: [Page?] = []

    subscript(ordinal: UInt32) -> StoredSeries? {
        let page = Int(ordinal) / Self.pageSize
        return page < pages.count ? pages[page]?.slots[Int(ordinal) % Self.pageSize] : nil
    }

    mutating func insert(_ series: StoredSeries) {
        let page = Int(series.ordinal) / Self.pageSize
        while pages.count <= page { pages.append(nil) }
        if pages[page] == nil { pages[page] = Page(slots: Array(repeating: nil, count: Self.pageSize), living: 0) }
        pages[page]?.slots[Int(series.ordinal) % Self.pageSize] = series
        pages[page]?.living += 1
    }

    mutating func remove(_ ordinal: UInt32) {
        let page = Int(ordinal) / Self.pageSize
        guard self[ordinal] != nil else { return }
        pages[page]?.slots[Int(ordinal) % Self.pageSize] = nil
        pages[page]?.living -= 1
        if pages[page]?.living == 0 { pages[page] = nil }
    }

    /// All series in ascending order of ordinals.
    func forEach(_ body: (StoredSeries) -> Void) {
        for page in pages {
            guard let page else { continue }
            for case let series? in page.slots { body(series) }
        }
    }
}
