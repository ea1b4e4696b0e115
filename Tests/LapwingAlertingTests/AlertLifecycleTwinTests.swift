import LapwingSeries
import SeededRandom
import Testing

@testable import LapwingAlerting

/// What the rules say of one alert, written as a reading of its whole history rather than as a state machine.
///
/// `history[i]` is whether evaluation i had a result, nil when that evaluation did not happen.
private struct Reading {
    var history: [Bool?]
    var hold: Int
    var keep: Int

    /// The state after the last evaluation; nil when the alert is not known.
    func state() -> (state: Alert.State, activeAt: Int)? {
        var begin: Int?
        var fired = false
        var silentSince: Int?
        var resolvedAt: Int?
        for (tick, entry) in history.enumerated() {
            guard let isPresent = entry else { continue }
            if isPresent {
                if begin == nil || resolvedAt != nil {
                    (begin, fired, resolvedAt) = (tick, false, nil)
                }
                silentSince = nil
            } else if let start = begin, resolvedAt == nil {
                silentSince = silentSince ?? tick
                let isKept = fired && keep > 0 && tick - (silentSince ?? tick) < keep
                if !isKept {
                    if fired { resolvedAt = tick } else { begin = nil }
                    silentSince = nil
                    _ = start
                }
            } else if let end = resolvedAt, tick - end > 15 {
                (begin, resolvedAt) = (nil, nil)
            }
            if let start = begin, resolvedAt == nil, tick - start >= hold { fired = true }
        }
        guard let begin else { return nil }
        return (resolvedAt != nil ? .inactive : fired ? .firing : .pending, begin)
    }
}

@Suite struct `The life of an alert, exhaustively` {
    private static let depth = 8

    /// Every history of eight evaluations, each with a result, without one, or missed, for every hold and keep from
    /// nothing to three evaluations: 6,561 × 16 lives.
    @Test func `the state machine agrees with a reading of the whole history`() throws {
        let labels = Labels(metric: "", ["alertname": "A"])
        var lives = 0
        for code in 0..<6561 {
            var rest = code
            let history: [Bool?] = (0..<Self.depth).map { _ in
                defer { rest /= 3 }
                return rest % 3 == 2 ? nil : rest % 3 == 1
            }
            for hold in 0..<4 {
                for keep in 0..<4 {
                    let lifecycle = AlertLifecycle(hold: .seconds(60 * hold), keepFiringFor: .seconds(60 * keep))
                    var active = ActiveAlerts()
                    for (tick, entry) in history.enumerated() {
                        guard let isPresent = entry else { continue }
                        let now = Timestamp(milliseconds: Int64(tick) * 60_000)
                        let results = isPresent ? [Alert(labels: labels, value: 1, activeAt: now)] : []
                        _ = try lifecycle.step(&active, results: results, at: now)
                    }
                    let expected = Reading(history: history, hold: hold, keep: keep).state()
                    let got = active[labels].map { ($0.state, Int($0.activeAt.milliseconds / 60_000)) }
                    lives += 1
                    if got?.0 != expected?.state || got?.1 != expected?.activeAt {
                        Issue.record("history \(history) hold \(hold) keep \(keep): \(got as Any), not \(expected as Any)")
                        return
                    }
                }
            }
        }
        #expect(lives == 6561 * 16)
    }

    /// One that has to look at every alert each time, beside one that knows what it need not look at.
    @Test(arguments: 1...40 as ClosedRange<UInt64>) func `looking only where something changes comes to the same`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        let names = ["a", "b", "c", "d"]
        var lifecycle = AlertLifecycle(hold: .seconds(60 * Int(random.next() % 4)), keepFiringFor: .seconds(60 * Int(random.next() % 3)))
        var (quick, slow) = (ActiveAlerts(), ActiveAlerts())
        var present = Set(names)
        for tick in 0..<400 as Range<Int64> {
            let now = Timestamp(milliseconds: tick * 15_000)
            if random.next() % 5 == 0 { present.formSymmetricDifference([names[Int(random.next() % 4)]]) }
            if random.next() % 100 == 0 { lifecycle.hold = .seconds(60 * Int(random.next() % 4)) }
            let results = names.filter(present.contains).shuffled(using: &random).map { name in
                Alert(labels: Labels(["alertname": name]), value: Double(random.next() % 3), activeAt: now)
            }
            // It forgets what it knows.
            slow.shiftWaiting(by: .zero)
            #expect(try lifecycle.step(&quick, results: results, at: now) == lifecycle.step(&slow, results: results, at: now))
            let delay = Duration.seconds(60)
            let told = quick.takeDue(at: now, resendDelay: delay, interval: .seconds(15))
            #expect(told == slow.takeDue(at: now, resendDelay: delay, interval: .seconds(15)))
            #expect(quick == slow, "tick \(tick)")
            if let until = quick.quietUntil { #expect(until > now) }
        }
    }
}
