import LapwingText

/// How figures are shown.
enum Printing {
    static func text(_ value: Double, _ digits: Int) -> String { GoNumber.text(value, .fixed, precision: digits) }

    /// Three digits that mean something.
    static func digits(_ value: Double) -> String { value.isNaN ? "failed" : text(value, value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0) }

    /// Prints lines of cells as a table, the first as its head.
    static func show(_ lines: [[String]]) {
        let widths = (lines.first ?? []).indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        for (number, line) in lines.enumerated() {
            print("| " + zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: " | ") + " |")
            if number == 0 { print("| " + widths.map { String(repeating: "-", count: $0) }.joined(separator: " | ") + " |") }
        }
    }
}
