import LapwingSeries

/// Where a series lives.
struct SeriesPlace: Sendable {
    let page: SeriesPage
    let ordinal: UInt32

    /// The place in its page.
    var place: Int { SeriesPage.place(of: ordinal) }
}

/// Pages and labels of series by their ordinals, which only ever grow: so that the memory of ranges that have died is
/// given back.
struct SeriesTable: Sendable {
    private struct Row: Sendable {
        let page: SeriesPage
        var labels: [Labels?]
        var living: Int
    }

    private var rows: [Row?] = []

    /// The labels of a series that is there.
    func labels(_ ordinal: UInt32) -> Labels? {
        let row = SeriesPage.page(of: ordinal)
        guard row < rows.count, let labels = rows[row]?.labels else { return nil }
        let place = SeriesPage.place(of: ordinal)
        return place < labels.count ? labels[place] : nil
    }

    func contains(_ ordinal: UInt32) -> Bool { labels(ordinal) != nil }

    func place(_ ordinal: UInt32) -> SeriesPlace? {
        let row = SeriesPage.page(of: ordinal)
        guard row < rows.count, let page = rows[row]?.page, contains(ordinal) else { return nil }
        return SeriesPlace(page: page, ordinal: ordinal)
    }

    mutating func insert(_ series: SeriesPlace, _ labels: Labels) {
        let row = SeriesPage.page(of: series.ordinal)
        while rows.count <= row { rows.append(nil) }
        if rows[row] == nil { rows[row] = Row(page: series.page, labels: [], living: 0) }
        while rows[row]?.labels.count ?? .max < series.place { rows[row]?.labels.append(nil) }
        rows[row]?.labels.append(labels)
        rows[row]?.living += 1
    }

    mutating func remove(_ ordinal: UInt32) {
        let row = SeriesPage.page(of: ordinal)
        guard contains(ordinal) else { return }
        rows[row]?.labels[SeriesPage.place(of: ordinal)] = nil
        rows[row]?.living -= 1
        if rows[row]?.living == 0 { rows[row] = nil }
    }
}
