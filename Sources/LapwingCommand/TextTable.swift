import LapwingText

/// Columns for a terminal: the first to the left, the others to the right.
enum TextTable {
    static func text(_ lines: [[String]]) -> String {
        let count = lines.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in lines.map { $0.count > column ? $0[column].displayWidth : 0 }.max() ?? 0 }
        return lines.map { line in
            let cells = line.enumerated().map { index, cell in
                index == 0 ? cell.padded(to: widths[0]) : String(repeating: " ", count: widths[index] - cell.displayWidth) + cell
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}
