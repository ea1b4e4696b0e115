import LapwingAlerting
import LapwingNotify
import LapwingPromQL
import LapwingReplay
import LapwingSeries

/// What the expectations of a test speak of.
extension UnitTestRun {
    /// Those named by themselves, in a selector of `ALERTS`, or in a message that was sent while messages are expected.
    var expectedAlerts: Set<String> {
        let asked = test.queryExpectations.flatMap(\.query.expression.selectors).filter { selector in
            selector.value(of: LabelName.metric).map(AlertSamples.metrics.contains) ?? false
        }
        let told = notifications.sent.flatMap(\.message.alerts)
        return Set(
            test.alertExpectations.map(\.alertName) + asked.compactMap { $0.value(of: LabelName.alert) }
                + told.compactMap { $0.labels[LabelName.alert] })
    }

    var expectedMetrics: Set<String> { Set(test.queryExpectations.flatMap(\.query.expression.metrics).compactMap { $0 }) }
}
