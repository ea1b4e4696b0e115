import LapwingReplay
import LapwingSeries

/// When alerts were pending and firing, as one line of characters, and the times below it.
struct Timeline {
    let (start, end): (Timestamp, Timestamp)
    let columns: Int
    let style: TextStyle

    private enum Cell: Int, Comparable {
        case quiet, pending, firing

        static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    init(from start: Timestamp, to end: Timestamp, columns: Int, _ style: TextStyle) {
        (self.start, self.end, self.columns, self.style) = (start, end, max(10, columns), style)
    }

    /// What lasts for less than a character takes one; firing covers pending.
    func line(_ episodes: [AlertEpisode]) -> String {
        var cells = [Cell](repeating: .quiet, count: columns)
        func draw(_ cell: Cell, _ from: Timestamp, _ to: Timestamp) {
            for index in column(from)...max(column(from), column(to)) { cells[index] = max(cells[index], cell) }
        }
        for episode in episodes {
            draw(.pending, episode.pendingAt, episode.firedAt ?? episode.endedAt ?? end)
            if let fired = episode.firedAt { draw(.firing, fired, episode.endedAt ?? end) }
        }
        return cells.chunked.map { cell, count in
            switch cell {
            case .quiet: style.colored(String(repeating: "·", count: count), .faint)
            case .pending: style.colored(String(repeating: "-", count: count), .yellow)
            case .firing: style.colored(String(repeating: "█", count: count), .red)
            }
        }.joined()
    }

    var axis: String { style.colored(ChartTime.line(from: start.milliseconds, to: end.milliseconds, columns: columns), .faint) }

    private func column(_ time: Timestamp) -> Int {
        // An instant stands over its time, in the middle.
        if start == end { return columns / 2 }
        let span = max(1, end.milliseconds - start.milliseconds + 1)
        return min(columns - 1, max(0, Int(clamping: (time.milliseconds - start.milliseconds) * Int64(columns) / span)))
    }
}

extension Array where Element: Equatable {
    /// Runs of equal elements.
    fileprivate var chunked: [(element: Element, count: Int)] {
        var runs: [(element: Element, count: Int)] = []
        for element in self {
            if runs.last?.element == element { runs[runs.count - 1].count += 1 } else { runs.append((element, 1)) }
        }
        return runs
    }
}
