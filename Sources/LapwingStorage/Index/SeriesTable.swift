import LapwingSeries

/// Where a series lives.
struct SeriesPlace: Sendable {
    let page: SeriesPage
    let ordinal: UInt32

    /// The place in its page.
    var place: Int { SeriesPage.place(of: ordinal) }
}

/// Pages and labels of series by their ordinals, which only ever grow: the memory of pages that have died is given back,
/// and so are the rows before the oldest page that lives.
struct SeriesTable: Sendable {
    private struct Row: Sendable {
        let page: SeriesPage
        var labels: [Labels?]
        var living: Int
    }

    private var rows: [Row?] = []
    /// The page of the first row.
    private var firstPage = 0
    /// No row before this one lives.
    private var firstLiving = 0

    /// Rows that take memory.
    var rowCount: Int { rows.count }

    /// The row of a series' page, if it lives.
    private func row(of ordinal: UInt32) -> Row? {
        let index = SeriesPage.page(of: ordinal) - firstPage
        return rows.indices.contains(index) ? rows[index] : nil
    }

    /// The labels of a series that is there.
    func labels(_ ordinal: UInt32) -> Labels? {
        guard let labels = row(of: ordinal)?.labels else { return nil }
        let place = SeriesPage.place(of: ordinal)
        return place < labels.count ? labels[place] : nil
    }

    func contains(_ ordinal: UInt32) -> Bool { labels(ordinal) != nil }

    func place(_ ordinal: UInt32) -> SeriesPlace? {
        guard let page = row(of: ordinal)?.page, contains(ordinal) else { return nil }
        return SeriesPlace(page: page, ordinal: ordinal)
    }

    /// - Precondition: the ordinal is above all that were there.
    mutating func insert(_ series: SeriesPlace, _ labels: Labels) {
        let page = SeriesPage.page(of: series.ordinal)
        if rows.isEmpty { firstPage = page }
        let index = page - firstPage
        while rows.count <= index { rows.append(nil) }
        var row = rows[index] ?? Row(page: series.page, labels: [], living: 0)
        rows[index] = nil
        while row.labels.count < series.place { row.labels.append(nil) }
        row.labels.append(labels)
        row.living += 1
        rows[index] = row
    }

    mutating func remove(_ ordinal: UInt32) {
        guard contains(ordinal) else { return }
        let index = SeriesPage.page(of: ordinal) - firstPage
        rows[index]?.labels[SeriesPage.place(of: ordinal)] = nil
        rows[index]?.living -= 1
        if rows[index]?.living == 0 {
            rows[index] = nil
            forgetFirstRows()
        }
    }

    /// Gives back the rows before the first that lives, once they are the greater part.
    private mutating func forgetFirstRows() {
        while firstLiving < rows.count, rows[firstLiving] == nil { firstLiving += 1 }
        guard firstLiving * 2 > rows.count else { return }
        rows = Array(rows[firstLiving...])
        firstPage += firstLiving
        firstLiving = 0
    }
}
