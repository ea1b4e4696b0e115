import LapwingSeries

/// What of a request was not stored: the first few in words, and how many there were.
struct WriteFaults: Sendable {
    /// Faults that are told one by one.
    private static let toldFaults = 5

    private var told: [String] = []
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// - Parameter text: made only where it is told.
    mutating func add(_ text: @autoclosure () -> String) {
        if count < Self.toldFaults { told.append(text()) }
        count += 1
    }

    mutating func add(_ others: WriteFaults) {
        told += others.told.prefix(Self.toldFaults - told.count)
        count += others.count
    }

    var summary: String {
        told.joined(separator: "\n") + (count > told.count ? "\nand \(count - told.count) more" : "")
    }

    /// Prometheus' words.
    static func text(_ reason: RefusedSample.Reason) -> String {
        switch reason {
        case .outOfOrder: "out of order sample"
        case .duplicateTimestamp: "duplicate sample for timestamp"
        case .tooOld: "too old sample"
        case .tooFarInFuture: "out of bounds"
        case .unknownSeries: "unknown series"
        }
    }
}
