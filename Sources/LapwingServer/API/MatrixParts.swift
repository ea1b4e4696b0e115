import LapwingPromQL
import LapwingSeries
import LapwingText

/// The JSON of a range vector, cut into parts of like size that can be written apart from one another.
///
/// A part begins and ends between two points: of one series if that is long.
struct MatrixParts: Sendable {
    /// Points of one part, some 32 bytes each.
    static let pointsInPart = 4096
    /// What the labels of a series count for, and a histogram, in points.
    private static let labelsWeight = 8
    private static let histogramWeight = 16

    /// Points of a row: its floats (in a dense row its steps, present or not), then its histograms.
    private struct Length {
        var floats: Int
        var histograms: Int
        var total: Int { floats + histograms }
    }

    private struct Place {
        var row: Int
        var point: Int
    }

    private let matrix: QueryMatrix
    /// The texts of the grid's times; empty where each series has times of its own.
    private let prefixes: [PointPrefix]
    /// Where each part begins, and the end of the last.
    private let places: [Place]

    init(_ matrix: QueryMatrix) {
        self.matrix = matrix
        var prefixes: [PointPrefix] = []
        if case .dense(let rows) = matrix.rows, !matrix.isEmpty {
            prefixes = (0..<rows.stepCount).map { PointPrefix(time: rows.time($0)) }
        }
        self.prefixes = prefixes
        places = Self.places(matrix)
    }

    /// What the matrix holds in memory, about.
    var bytes: Int { count * Self.pointsInPart * MemoryLayout<Double>.size }

    /// None for an empty matrix.
    var count: Int { places.count - 1 }

    /// Writes the series, or the points of series, of one part.
    func write(_ part: Int, _ json: inout JSONWriter) {
        var place = places[part]
        let end = places[part + 1]
        while place.row < end.row {
            write(row: place.row, from: place.point, through: nil, &json)
            place = Place(row: place.row + 1, point: 0)
        }
        if place.point < end.point { write(row: place.row, from: place.point, through: end.point, &json) }
    }

    private static func places(_ matrix: QueryMatrix) -> [Place] {
        var places = [Place(row: 0, point: 0)]
        var weight = 0
        for row in 0..<matrix.count {
            let length = length(matrix, row)
            var first = 0
            for (count, unit) in [(length.floats, 1), (length.histograms, histogramWeight)] {
                var point = 0
                while (count - point) * unit > max(0, pointsInPart - weight) {
                    point += max(0, pointsInPart - weight) / unit
                    places.append(Place(row: row, point: first + point))
                    weight = 0
                }
                weight += (count - point) * unit
                first += count
            }
            weight += labelsWeight
        }
        if weight > 0 { places.append(Place(row: matrix.count, point: 0)) }
        return places
    }

    private static func length(_ matrix: QueryMatrix, _ row: Int) -> Length {
        switch matrix.rows {
        case .series(let series): Length(floats: series[row].times.count, histograms: series[row].histograms.count)
        case .dense(let rows): Length(floats: rows.stepCount, histograms: rows.hasHistograms ? rows.histograms(row).count : 0)
        }
    }

    /// Writes the points of a row up to one of them, or to its end, and what stands around and between them.
    private func write(row: Int, from first: Int, through end: Int?, _ json: inout JSONWriter) {
        let length = Self.length(matrix, row)
        let points = first..<(end ?? length.total)
        let hasFloats = hasFloats(row)
        if first == 0 {
            json.beginObject()
            json.key("metric")
            json.labels(labels(row))
            if hasFloats { json.key("values") }
        }
        writeFloats(row, points.clamped(to: 0..<length.floats), &json)
        // Beyond the floats for the first time.
        if first <= length.floats, points.upperBound > length.floats || end == nil {
            if hasFloats { json.endArray() }
            if length.histograms > 0 {
                json.key("histograms")
                json.beginArray()
            }
        }
        if points.upperBound > length.floats {
            for (time, histogram) in histograms(row)[(max(first, length.floats) - length.floats)..<(points.upperBound - length.floats)] {
                json.point(time, histogram)
            }
        }
        guard end == nil else { return }
        if length.histograms > 0 { json.endArray() }
        json.endObject()
    }

    private func writeFloats(_ row: Int, _ points: Range<Int>, _ json: inout JSONWriter) {
        guard !points.isEmpty else { return }
        switch matrix.rows {
        case .series(let series):
            var isOpen = points.lowerBound > 0
            json.points(times: series[row].times[points].span, series[row].values[points].span, isOpen: &isOpen)
        case .dense(let rows):
            let values = rows.values(row)
            var isOpen = Self.hasFloats(values.prefix(points.lowerBound))
            let part = values.dropFirst(points.lowerBound).prefix(points.count)
            json.points(prefixes[points].span, part.span, absent: DenseRows.absent, isOpen: &isOpen)
        }
    }

    private func labels(_ row: Int) -> Labels {
        switch matrix.rows {
        case .series(let series): series[row].labels
        case .dense(let rows): rows.labels(row)
        }
    }

    private func hasFloats(_ row: Int) -> Bool {
        switch matrix.rows {
        case .series(let series): !series[row].times.isEmpty
        case .dense(let rows): !rows.hasHistograms || Self.hasFloats(rows.values(row))
        }
    }

    private static func hasFloats(_ values: ArraySlice<Double>) -> Bool {
        for value in values where !DenseRows.absent.contains(value.bitPattern) { return true }
        return false
    }

    private func histograms(_ row: Int) -> [(Int64, NativeHistogram)] {
        switch matrix.rows {
        case .series(let series): zip(series[row].histogramTimes, series[row].histograms).map { ($0, $1) }
        case .dense(let rows): rows.histograms(row).map { (rows.time($0.step), $0.histogram) }
        }
    }
}
