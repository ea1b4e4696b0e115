import LapwingPromQL
import LapwingSeries
import LapwingText

/// Series over time in characters: lines of dots, an axis on the left, times below, and who is who.
struct TerminalChart {
    let width: Int
    let height: Int
    let isColored: Bool
    let unit: ChartUnit

    /// Colours, and marks where there are none.
    private static let colors = [36, 33, 35, 32, 34, 31, 96, 93, 95, 92]
    private static let marks = Array("*+xo#@%&=~")
    /// Series in the legend.
    private static let shown = 20

    func text(_ series: [MatrixSeries]) -> String {
        let times = series.flatMap(\.times)
        guard let first = times.min(), let last = times.max() else { return "nothing to draw\n" }
        let scale = ChartScale(series.lazy.flatMap(\.values), lines: height / 4)
        let labels = (0..<height).map { row in label(row, scale) }
        let margin = labels.map(\.count).max() ?? 0
        let columns = max(10, width - margin - 2)
        var cells = ChartCells(columns: columns, rows: height, usesDots: isColored || series.count == 1)
        for (index, one) in series.enumerated() {
            for run in one.runs {
                let points = run.map { time, value in
                    (x: last == first ? 0.5 : Double(time - first) / Double(last - first), y: scale.share(value))
                }
                // A point by itself is a dot.
                for (start, end) in zip(points, points.count == 1 ? points[...] : points.dropFirst()) {
                    cells.draw(from: start, to: end, series: index)
                }
            }
        }
        var text = ""
        for row in 0..<height {
            let axis = labels[row].isEmpty ? "│" : "┤"
            text += String(repeating: " ", count: margin - labels[row].count) + labels[row] + " " + axis + line(cells, row) + "\n"
        }
        text += String(repeating: " ", count: margin + 1) + "└" + String(repeating: "─", count: columns) + "\n"
        text += String(repeating: " ", count: margin + 2) + ChartTime.line(from: first, to: last, columns: columns) + "\n"
        return text + legend(series)
    }

    /// What stands beside a row: a tick that falls into it.
    private func label(_ row: Int, _ scale: ChartScale) -> String {
        let tick = scale.ticks.first { tick in Int(((1 - scale.share(tick)) * Double(height - 1)).rounded()) == row }
        return tick.map { unit.text($0, step: scale.step) } ?? ""
    }

    private func line(_ cells: ChartCells, _ row: Int) -> String {
        var text = ""
        for column in 0..<cells.columns {
            guard let cell = cells[column, row] else {
                text += " "
                continue
            }
            let character = cells.usesDots ? Character(UnicodeScalar(0x2800 + UInt32(cell.dots)) ?? " ") : Self.marks[cell.series % Self.marks.count]
            text += colored(String(character), cell.series)
        }
        return text
    }

    private func colored(_ text: String, _ series: Int) -> String {
        isColored ? "\u{1B}[\(Self.colors[series % Self.colors.count])m\(text)\u{1B}[0m" : text
    }

    private func legend(_ series: [MatrixSeries]) -> String {
        var text = ""
        for (index, one) in series.prefix(Self.shown).enumerated() {
            let mark = isColored || series.count == 1 ? "●" : String(Self.marks[index % Self.marks.count])
            text += "  \(colored(mark, index)) \(unit.legend(of: one, columns: width - 4))\n"
        }
        return text + (series.count > Self.shown ? "  … and \(series.count - Self.shown) more\n" : "")
    }

    /// An instant's values as bars; histograms have none.
    func bars(_ samples: [VectorSample]) -> String {
        let numbers = samples.filter { $0.histogram == nil }
        if numbers.isEmpty { return "nothing to draw\n" }
        let left = samples.count - numbers.count
        return bars(ofNumbers: numbers) + (left > 0 ? "  \(Counted.text(left, "native histogram")) not drawn\n" : "")
    }

    private func bars(ofNumbers samples: [VectorSample]) -> String {
        let names = samples.map(\.labels.seriesText)
        let values = samples.map { unit.text($0.value) }
        let (nameWidth, valueWidth) = (min(width * 2 / 3, names.map(\.displayWidth).max() ?? 0), values.map(\.count).max() ?? 0)
        let room = max(10, width - nameWidth - valueWidth - 4)
        let most = samples.map { abs($0.value) }.filter(\.isFinite).max() ?? 0
        return samples.indices.map { index in
            let share = most > 0 && samples[index].value.isFinite ? abs(samples[index].value) / most : 0
            let name = names[index].shortened(to: nameWidth).padded(to: nameWidth)
            let bar = String(repeating: "█", count: Int((share * Double(room)).rounded()))
            let padding = String(repeating: " ", count: valueWidth - values[index].count)
            return "\(name)  \(padding)\(values[index])  \(colored(bar, index))\n"
        }.joined()
    }
}

/// A grid of characters, each of two by four dots.
private struct ChartCells {
    let columns: Int
    let rows: Int
    /// Whether dots are drawn, rather than one mark a cell.
    let usesDots: Bool
    private var cells: [(dots: UInt8, series: Int)?]

    /// The bits of the dots of a Braille character, by column and row.
    private static let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

    init(columns: Int, rows: Int, usesDots: Bool) {
        (self.columns, self.rows, self.usesDots) = (columns, rows, usesDots)
        cells = Array(repeating: nil, count: columns * rows)
    }

    subscript(column: Int, row: Int) -> (dots: UInt8, series: Int)? { cells[row * columns + column] }

    /// A line between two points whose coordinates go from 0 to 1, upward.
    mutating func draw(from start: (x: Double, y: Double), to end: (x: Double, y: Double), series: Int) {
        let (width, height) = (Double(columns * 2 - 1), Double(rows * 4 - 1))
        let steps = max(1, Int(max(abs(end.x - start.x) * width, abs(end.y - start.y) * height).rounded(.up)))
        for step in 0...steps {
            let share = Double(step) / Double(steps)
            let x = Int(((start.x + (end.x - start.x) * share) * width).rounded())
            let y = Int(((1 - start.y - (end.y - start.y) * share) * height).rounded())
            guard (0..<columns * 2).contains(x), (0..<rows * 4).contains(y) else { continue }
            let index = y / 4 * columns + x / 2
            cells[index] = ((cells[index]?.dots ?? 0) | Self.bits[x % 2][y % 4], series)
        }
    }
}
