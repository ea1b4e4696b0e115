import LapwingSeries
import LapwingSystem
import LapwingText

/// How far a long work has come, on a terminal's standard error; nothing elsewhere.
struct ProgressBar {
    private let (start, end): (Timestamp, Timestamp)
    private let begun = ContinuousClock.now
    private var shownAt: ContinuousClock.Instant?
    private let isShown = ByteStream.error.isTerminal
    private static let width = 40
    /// Room for what stands around the bar.
    private static let margin = 25

    init(from start: Timestamp, to end: Timestamp) { (self.start, self.end) = (start, end) }

    mutating func advance(to time: Timestamp) {
        guard isShown else { return }
        let now = ContinuousClock.now
        // The first half second goes by unseen.
        if now - (shownAt ?? begun) < (shownAt == nil ? .milliseconds(500) : .milliseconds(100)) { return }
        shownAt = now
        let share = min(1, time.duration(since: start) / max(.milliseconds(1), end.duration(since: start)))
        let left = share > 0 ? (now - begun) * ((1 - share) / share) : .zero
        Console.error("\r\(Self.line(share, left: left, columns: Console.width(of: .error)))\u{1B}[K")
    }

    /// A line that fits into a terminal, or at least stays one where it can.
    static func line(_ share: Double, left: Duration, columns: Int) -> String {
        let width = max(4, min(Self.width, columns - margin))
        let filled = Int(share * Double(width))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        return "[\(bar)] \(Int(share * 100))%  \(PrometheusDuration.text(milliseconds: left.components.seconds * 1000)) left "
    }

    func finish() {
        if shownAt != nil { Console.error("\r\u{1B}[K") }
    }
}
