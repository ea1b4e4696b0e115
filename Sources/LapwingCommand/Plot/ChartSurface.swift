import LapwingText

/// What a chart is drawn on. Coordinates go from the upper left to the right and down.
protocol ChartSurface {
    mutating func rectangle(x: Double, y: Double, width: Double, height: Double, _ color: ChartColor)

    mutating func line(_ points: [ChartPoint], width: Double, _ color: ChartColor)

    /// - Parameter place: where the text's baseline begins, has its middle, or ends.
    mutating func text(_ text: String, _ anchor: ChartAnchor, at place: ChartPoint, _ color: ChartColor)
}

struct ChartPoint: Sendable, Hashable {
    var x: Double
    var y: Double
}

enum ChartAnchor: String, Sendable {
    case start, middle, end
}

/// As `#rrggbb` writes it.
struct ChartColor: Sendable, Hashable {
    let red: UInt8
    let green: UInt8
    let blue: UInt8

    init(_ value: UInt32) {
        let bytes = [16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
        (red, green, blue) = (bytes[0], bytes[1], bytes[2])
    }

    static let (white, ink, axis, grid) = (ChartColor(0xffffff), ChartColor(0x222222), ChartColor(0x555555), ChartColor(0xdddddd))
    /// Of lines, told apart also by most who do not see all colours.
    static let series = [0x1b6ca8, 0xd1495b, 0x2e8b57, 0xe08e00, 0x7b4fa3, 0x008b9a, 0x8c564b, 0x5f6b7a].map { ChartColor($0) }

    var text: String {
        "#" + String(UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue), radix: 16).zeroPadded(to: 6)
    }
}

/// An SVG that needs nothing else.
struct SVGSurface: ChartSurface {
    private(set) var text: String

    init(width: Double, height: Double) {
        text = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" "
        text += "font-family=\"sans-serif\" font-size=\"12\">\n"
    }

    mutating func rectangle(x: Double, y: Double, width: Double, height: Double, _ color: ChartColor) {
        text += "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" height=\"\(Self.number(height))\" "
        text += "fill=\"\(color.text)\"/>\n"
    }

    mutating func line(_ points: [ChartPoint], width: Double, _ color: ChartColor) {
        let path = points.map { "\(Self.number($0.x)) \(Self.number($0.y))" }.joined(separator: "L")
        text += "<path fill=\"none\" stroke=\"\(color.text)\" stroke-width=\"\(Self.number(width))\" stroke-linecap=\"round\" "
        // A path without a length has to say so, or it is not drawn.
        text += "d=\"M\(path)\(points.count == 1 ? "h0" : "")\"/>\n"
    }

    mutating func text(_ words: String, _ anchor: ChartAnchor, at place: ChartPoint, _ color: ChartColor) {
        text += "<text x=\"\(Self.number(place.x))\" y=\"\(Self.number(place.y))\" text-anchor=\"\(anchor.rawValue)\" "
        text += "fill=\"\(color.text)\">\(MarkupText.escaped(words))</text>\n"
    }

    consuming func finished() -> String { text + "</svg>\n" }

    private static func number(_ value: Double) -> String { GoNumber.text((value * 10).rounded() / 10) }
}
