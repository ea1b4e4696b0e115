/// How often each client address, and each caller there, was let through a gate since somebody was last there.
///
/// Who was let through the least is next, and who has the most that wait is turned away, so that neither a flood from one address nor
/// one that tries one name keeps anybody else waiting.
struct GateShares {
    struct Caller: Hashable {
        var address: String
        /// Nil for all of an address.
        var name: String?
    }

    /// Callers that are remembered; past it all are forgotten, as when nobody is at the gate.
    static let capacity = 1024

    private var passed: [Caller: Int] = [:]

    mutating func pass(_ caller: Caller) {
        if passed.count >= Self.capacity { forget() }
        passed[caller, default: 0] += 1
        passed[Caller(address: caller.address), default: 0] += 1
    }

    mutating func forget() { passed = [:] }

    /// The smaller comes first.
    func rank(_ caller: Caller) -> (Int, Int) { (passed[Caller(address: caller.address)] ?? 0, passed[caller] ?? 0) }

    /// Which of those that wait, from the oldest to the newest, is one too many.
    ///
    /// - Complexity: O(`callers`).
    func surplus(of callers: [Caller]) -> Int? {
        var waiting: [Caller: Int] = [:]
        for caller in callers {
            waiting[caller, default: 0] += 1
            waiting[Caller(address: caller.address), default: 0] += 1
        }
        func weight(_ caller: Caller) -> (Int, Int, Int, Int) {
            let (ofAddress, ofCaller) = rank(caller)
            return (waiting[Caller(address: caller.address)] ?? 0, ofAddress, waiting[caller] ?? 0, ofCaller)
        }
        // Of those that weigh the same, the newest.
        return callers.indices.reversed().max { weight(callers[$0]) < weight(callers[$1]) }
    }
}
