import LapwingRuleTesting
import LapwingText

/// Test results in the XML that build servers read.
enum JUnitReport {
    static func text(_ outcomes: [(file: String, outcome: TestOutcome)]) -> String {
        let failed = outcomes.count { !$0.outcome.hasPassed }
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        text += "  <testsuite name=\"lapwing\" tests=\"\(outcomes.count)\" failures=\"\(failed)\">\n"
        for (file, outcome) in outcomes {
            let seconds = GoNumber.text(outcome.duration / .seconds(1), .fixed, precision: 6)
            text += "    <testcase classname=\"\(MarkupText.attribute(file))\" name=\"\(MarkupText.attribute(outcome.name))\" time=\"\(seconds)\""
            if outcome.hasPassed {
                text += "/>\n"
            } else {
                text += ">\n      <failure>\(MarkupText.escaped(outcome.report))</failure>\n    </testcase>\n"
            }
        }
        return text + "  </testsuite>\n</testsuites>\n"
    }
}
