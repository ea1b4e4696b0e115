import LapwingSystem

/// A chart as pixels, with smooth lines, on white.
struct PixelSurface: ChartSurface {
    /// Pixels to a unit of the chart, so that it is sharp on fine screens.
    private static let scale = 2.0
    let width: Int
    let height: Int
    /// Red, green and blue of each, row by row.
    private var pixels: [UInt8]
    /// How much of each pixel the line covers that is being drawn: where its parts meet, no pixel is coloured twice.
    private var coverage: [UInt8]

    init(width: Double, height: Double) {
        (self.width, self.height) = (Int(width * Self.scale), Int(height * Self.scale))
        pixels = Array(repeating: 255, count: self.width * self.height * 3)
        coverage = Array(repeating: 0, count: self.width * self.height)
    }

    var png: [UInt8] { PNGImage.encoded(pixels, width: width, height: height) }

    mutating func rectangle(x: Double, y: Double, width: Double, height: Double, _ color: ChartColor) {
        let columns = Self.clamped(x * Self.scale, (x + width) * Self.scale, below: self.width)
        for row in Self.clamped(y * Self.scale, (y + height) * Self.scale, below: self.height) {
            for column in columns { blend(row * self.width + column, color, 255) }
        }
    }

    mutating func line(_ points: [ChartPoint], width: Double, _ color: ChartColor) {
        let scaled = points.map { ChartPoint(x: $0.x * Self.scale, y: $0.y * Self.scale) }
        stroke([scaled], width: width * Self.scale, color)
    }

    mutating func text(_ text: String, _ anchor: ChartAnchor, at place: ChartPoint, _ color: ChartColor) {
        let advance = StrokeFont.advance * Self.scale
        let length = advance * Double(text.count) - (StrokeFont.advance - StrokeFont.width) * Self.scale
        let shift =
            switch anchor {
            case .start: 0.0
            case .middle: length / 2
            case .end: length
            }
        var lines: [[ChartPoint]] = []
        for (index, character) in text.enumerated() {
            let left = place.x * Self.scale - shift + advance * Double(index)
            for line in StrokeFont.lines(of: character) {
                lines.append(line.map { ChartPoint(x: left + $0.x * Self.scale, y: place.y * Self.scale + $0.y * Self.scale) })
            }
        }
        stroke(lines, width: StrokeFont.stroke * Self.scale, color)
    }

    /// Draws lines as one figure: a pixel is covered by as much of its width as the nearest part of a line leaves it.
    private mutating func stroke(_ lines: [[ChartPoint]], width: Double, _ color: ChartColor) {
        var touched: [Int] = []
        for line in lines {
            // A point by itself is a dot.
            let ends = line.count == 1 ? line[...] : line.dropFirst()
            for (start, end) in zip(line, ends) { cover(start, end, radius: width / 2, &touched) }
        }
        for index in touched {
            blend(index, color, coverage[index])
            coverage[index] = 0
        }
    }

    private mutating func cover(_ start: ChartPoint, _ end: ChartPoint, radius: Double, _ touched: inout [Int]) {
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let length = dx * dx + dy * dy
        let margin = radius + 1
        for row in Self.clamped(min(start.y, end.y) - margin, max(start.y, end.y) + margin, below: height) {
            // Of a steep line a row touches a short part only.
            let (y, reach) = (Double(row) + 0.5, margin)
            let (from, to) = dy == 0 ? (0, 1) : ordered((y - reach - start.y) / dy, (y + reach - start.y) / dy)
            let (left, right) = ordered(start.x + dx * min(1, max(0, from)), start.x + dx * min(1, max(0, to)))
            for column in Self.clamped(left - margin, right + margin, below: width) {
                let x = Double(column) + 0.5
                let share = length == 0 ? 0 : min(1, max(0, ((x - start.x) * dx + (y - start.y) * dy) / length))
                let (awayX, awayY) = (x - start.x - dx * share, y - start.y - dy * share)
                let part = radius + 0.5 - (awayX * awayX + awayY * awayY).squareRoot()
                guard part > 0 else { continue }
                let index = row * width + column
                if coverage[index] == 0 { touched.append(index) }
                coverage[index] = max(coverage[index], UInt8(min(1, part) * 255))
            }
        }
    }

    private mutating func blend(_ index: Int, _ color: ChartColor, _ share: UInt8) {
        for (offset, value) in [color.red, color.green, color.blue].enumerated() {
            let old = Int(pixels[index * 3 + offset])
            pixels[index * 3 + offset] = UInt8(clamping: old + (Int(value) - old) * Int(share) / 255)
        }
    }

    private static func clamped(_ low: Double, _ high: Double, below limit: Int) -> Range<Int> {
        let first = max(0, min(limit, Int(low.rounded(.down))))
        return first..<max(first, min(limit, Int(high.rounded(.up))))
    }
}

private func ordered(_ a: Double, _ b: Double) -> (Double, Double) { a < b ? (a, b) : (b, a) }
