import Synchronization

extension Atomic<UInt64> {
    /// The number whose bits these are.
    var double: Double { Double(bitPattern: load(ordering: .relaxed)) }

    /// Adds to the number whose bits these are.
    func add(_ amount: Double) {
        var known = load(ordering: .relaxed)
        while true {
            let sum = (Double(bitPattern: known) + amount).bitPattern
            let (exchanged, original) = compareExchange(expected: known, desired: sum, ordering: .relaxed)
            if exchanged { return }
            known = original
        }
    }
}
