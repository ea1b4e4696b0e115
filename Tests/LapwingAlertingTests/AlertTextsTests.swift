import LapwingSeries
import Synchronization
import Testing

@testable import LapwingAlerting

@Suite struct AlertTextsTests {
    /// Counts how often it is asked.
    private final class Counting: AlertTexts.Maker {
        let asked = Atomic(0)

        func texts(labels: Labels, value: Double) -> [Label] {
            asked.add(1, ordering: .relaxed)
            return [Label(name: "summary", value: "\(labels) \(value)")]
        }
    }

    private let labels = Labels(["job": "a"])

    @Test func `texts are made when somebody asks, and not to compare those that are made of the same`() {
        let maker = Counting()
        let texts = AlertTexts(by: maker, of: labels, 1)
        #expect(texts == AlertTexts(by: maker, of: labels, 1) && texts.isMade(like: AlertTexts(by: maker, of: labels, 1)))
        #expect(!texts.isMade(like: AlertTexts(by: maker, of: labels, 2)))
        #expect(maker.asked.load(ordering: .relaxed) == 0)
        #expect(texts.labels == [Label(name: "summary", value: "{job=\"a\"} 1.0")])
        #expect(maker.asked.load(ordering: .relaxed) == 1)
    }

    @Test func `texts that say the same are the same, whatever they are made of`() {
        let texts = AlertTexts(by: Counting(), of: labels, 1)
        #expect(texts == AlertTexts([Label(name: "summary", value: "{job=\"a\"} 1.0")]))
        #expect(texts != AlertTexts(by: Counting(), of: labels, 2) && texts != AlertTexts())
    }

    @Test func `an evaluation that finds the same alerts makes no text`() throws {
        let (maker, lifecycle) = (Counting(), AlertLifecycle(hold: .seconds(60)))
        var active = ActiveAlerts()
        for tick in 0..<100 as Range<Int64> {
            let now = Timestamp(milliseconds: tick * 15_000)
            let alert = Alert(labels: labels, AlertTexts(by: maker, of: labels, Double(tick)), value: Double(tick), activeAt: now)
            _ = try lifecycle.step(&active, results: [alert], at: now)
            _ = active.takeDue(at: now, resendDelay: .seconds(60), interval: .seconds(15))
        }
        #expect(maker.asked.load(ordering: .relaxed) == 0)
        #expect(active.all.map(\.value) == [99] && active.all[0].annotations == [Label(name: "summary", value: "{job=\"a\"} 99.0")])
    }
}
