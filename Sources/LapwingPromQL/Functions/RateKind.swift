/// Which of the three functions that extend a change to the edges of its window.
enum RateKind: Sendable {
    case rate, increase, delta

    /// Nil for the other functions.
    init?(_ kernel: WindowKernel) {
        switch kernel {
        case .rate: self = .rate
        case .increase: self = .increase
        case .delta: self = .delta
        default: return nil
        }
    }

    /// Whether a fall is a reset, and the value cannot have been below nought.
    var isCounter: Bool { self != .delta }

    /// A change over a window of so many milliseconds as the function gives it: `rate`'s is one per second.
    func value(ofChange change: Double, over window: Int64) -> Double {
        self == .rate ? change / (Double(window) / 1000) : change
    }
}
