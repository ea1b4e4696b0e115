import Foundation
import LapwingAlerting
import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingStorage
import LapwingText
import Testing

@testable import LapwingReplay

@Suite struct ExplainTests {
    private func explanation(
        _ recording: ReplayTests.Recording, of name: String, at seconds: Int64, labels: Labels = .empty
    ) throws -> Explanation {
        let settings = ReplaySettings(start: Timestamp(milliseconds: 0), end: Timestamp(milliseconds: 600_000), interval: .seconds(15))
        let explainer = Explainer(recording.groups, over: recording.store.snapshot(), settings)
        return try #require(explainer.explanations(of: name, at: Timestamp(milliseconds: seconds * 1000), labels: labels).first)
    }

    private func load(_ expression: String, _ more: String = "") throws -> ReplayTests.Recording {
        let recording = try ReplayTests.Recording("- {alert: High, expr: '\(expression)'\(more)}")
        try recording.record(Labels(metric: "load", ["job": "a"]), [0, 0, 2, 2, 2, 2, 0, 0])
        try recording.record(Labels(metric: "load", ["job": "b"]), [1, 0.5, 0, 0, 0, 0, 0, 0])
        return recording
    }

    @Test func `a comparison that does not hold says by how much, the nearest first`() throws {
        let found = try explanation(load("load > 1"), of: "High", at: 15)
        #expect(found.state == .inactive && found.gaps.map(\.distance) == [-0.5, -1])
        #expect(found.reasons.first?.contains(#"job="b""#) == true && found.reasons.first?.contains("0.5 away from 1") == true)
        #expect(ReplayTests.seconds(found.nearestFiring?.firedAt) == 30)
    }

    @Test func `labels choose the alert in question`() throws {
        let found = try explanation(load("load > 1"), of: "High", at: 15, labels: Labels(["job": "a"]))
        #expect(found.gaps.map(\.labels) == [Labels(metric: "load", ["job": "a"])])
    }

    @Test func `a pending alert says when its time is reached`() throws {
        let found = try explanation(load("load > 1", ", for: 30s"), of: "High", at: 45)
        #expect(found.state == .pending)
        #expect(found.reasons.first?.contains("pending since 1970-01-01T00:00:30Z: for is 30s, which is reached at 1970-01-01T00:01:00Z") == true)
    }

    @Test func `a firing alert says since when`() throws {
        let found = try explanation(load("load > 1"), of: "High", at: 60)
        #expect(found.state == .firing && found.reasons.first?.contains("fires since 1970-01-01T00:00:30Z") == true && found.nearestFiring == nil)
    }

    @Test func `an unknown metric is named, with the nearest that there is`() throws {
        #expect(try explanation(load("laod > 1"), of: "High", at: 15).reasons == ["laod finds nothing: there is no metric laod; did you mean load?"])
    }

    @Test func `the matcher that leaves nothing is named, with the values that there are`() throws {
        let reasons = try explanation(load(#"sum(load{job="c"}) > 1"#), of: "High", at: 15).reasons
        #expect(reasons.first?.contains(#"because of job="c": without it there are series; the values of job are "a", "b""#) == true)
    }

    @Test func `series that have ended say when`() throws {
        let reasons = try explanation(load("load > 1"), of: "High", at: 590).reasons
        #expect(reasons.first?.contains("the last is of 1970-01-01T00:01:45Z") == true)
    }

    @Test func `operands without a partner are shown by the labels that are compared`() throws {
        let recording = try load("load / on (job) limit > 1")
        try recording.record(Labels(metric: "limit", ["job": "z"]), [1, 1, 1])
        let reasons = try explanation(recording, of: "High", at: 15).reasons
        #expect(reasons.first?.contains(#"no element has a partner; by the labels that are compared, left {job="a"} {job="b"}, right {job="z"}"#) == true)
    }

    @Test func `a selector that looks at another time says which`() throws {
        let reasons = try explanation(load("load offset 10m > 1"), of: "High", at: 60).reasons
        #expect(reasons == ["load offset 10m finds 2 series, which have their first sample only later than 1969-12-31T23:51:00Z"])
        let earlier = try explanation(load("load @ 590 > 1"), of: "High", at: 60).reasons
        #expect(earlier.first?.contains("in reach of 1970-01-01T00:09:50Z: the last is of 1970-01-01T00:01:45Z") == true, "\(earlier)")
    }

    @Test func `a failure is told once`() throws {
        let reasons = try explanation(load("load + on () load"), of: "High", at: 45).reasons
        #expect(reasons.count == 1 && reasons[0].hasPrefix("load + on () load failed: "), "\(reasons)")
    }

    @Test func `a label's template that fails is told`() throws {
        let found = try explanation(load("load > 1", ", labels: {a: \"{{ query \\\"sum(\\\" }}\"}"), of: "High", at: 45)
        #expect(found.reasons.contains { $0.hasPrefix("label a: <error expanding template") }, "\(found.reasons)")
    }

    @Test func `a template that fails is told`() throws {
        let found = try explanation(load("load > 1", ", annotations: {a: \"{{ query \\\"sum(\\\" }}\"}"), of: "High", at: 45)
        #expect(found.state == .firing && found.reasons.last?.hasPrefix("annotation a: <error expanding template") == true)
    }

    /// It was told only where no alert of the rule had a result.
    @Test func `an alert that is kept firing says so, and until when, also beside one that has a result`() throws {
        let recording = try ReplayTests.Recording("- {alert: High, expr: load > 1, keep_firing_for: 2m}")
        try recording.record(Labels(metric: "load", ["job": "a"]), [2, 0, 2, 2, 0, 0, 0, 0])
        try recording.record(Labels(metric: "load", ["job": "b"]), Array(repeating: 2, count: 8))
        let reasons = try explanation(recording, of: "High", at: 90).reasons
        let kept = "kept firing by keep_firing_for until 1970-01-01T00:03:00Z, though its expression has had no result for it since 1970-01-01T00:01:00Z"
        #expect(reasons.count == 2 && reasons.contains { $0.contains("job=\"a\"") && $0.contains(kept) }, "\(reasons)")
        #expect(!reasons.contains { $0.contains("job=\"b\"") && $0.contains("kept") }, "\(reasons)")
        #expect(try !explanation(recording, of: "High", at: 45).reasons.contains { $0.contains("kept") })
        #expect(try explanation(recording, of: "High", at: 15).reasons.contains { $0.contains("until 1970-01-01T00:02:15Z") })
    }

    @Test func `a rule whose templates read a recorded metric is replayed with the rule that records it`() throws {
        let recording = try load("load > 1", ", labels: {at: \"{{ query \\\"twice\\\" | len }}\"}")
        var groups = recording.groups
        groups += try RuleFile.read(SourceText(name: "z.yml", "- {record: twice, expr: load * 2}")).groups
        let explained = try explanation(ReplayTests.Recording(recording, groups), of: "High", at: 60)
        #expect(explained.episodes.last?.labels["at"] == "2", "\(explained.episodes)")
    }

    @Test func `a limit that is exceeded is told`() throws {
        let recording = try ReplayTests.Recording("groups: [{name: g, limit: 1, rules: [{alert: High, expr: load > 1}]}]")
        for job in ["a", "b"] { try recording.record(Labels(metric: "load", ["job": job]), [2, 2]) }
        let found = try explanation(recording, of: "High", at: 15)
        #expect(found.state == .inactive && found.reasons == ["the evaluation failed: exceeded limit of 1 with 2 alerts"])
    }

    @Test func `a comparison of two vectors says by how much each pair misses`() throws {
        let recording = try load("load > on (job) limit")
        try recording.record(Labels(metric: "limit", ["job": "a"]), [3, 3, 3])
        let found = try explanation(recording, of: "High", at: 30)
        #expect(found.gaps.map(\.value) == [2] && found.gaps.map(\.threshold) == [3] && found.gaps.map(\.comparison) == ["load > on (job) limit"])
        #expect(found.reasons == [#"load{job="a"} is 2, which does not satisfy load > on (job) limit: 1 away from 3"#])
    }

    @Test func `each comparison beside an and says what it misses`() throws {
        let found = try explanation(load("load > 1 and load < 1.5"), of: "High", at: 30)
        #expect(found.gaps.map(\.comparison) == ["load > 1", "load > 1", "load < 1.5", "load < 1.5"])
    }

    @Test(arguments: ["1 < load < 3", "sum(load > 1) > 3", "sum(load > bool 1) > 3"])
    func `a comparison inside of another says what it misses, after the outer one`(expression: String) throws {
        let gaps = try explanation(load(expression), of: "High", at: 30).gaps
        #expect(gaps.map(\.threshold) == [3] + [1, 1], "\(gaps)")
        #expect(gaps.suffix(2).map(\.distance).sorted() == [-1, 1])
    }

    @Test func `labels that the rule sets choose an alert, and not what its expression finds`() throws {
        let found = try explanation(load("load > 1", ", labels: {job: z}"), of: "High", at: 45, labels: Labels(["alertname": "High", "job": "z"]))
        #expect(found.state == .firing && found.root.elements.map(\.labels) == [Labels(metric: "load", ["job": "a"])])
        #expect(found.reasons == [#"{alertname="High", job="z"} fires since 1970-01-01T00:00:30Z, active since 1970-01-01T00:00:30Z"#])
    }

    @Test func `what is absent is no longer so where it is there`() throws {
        let reasons = try explanation(load("absent(load)"), of: "High", at: 15).reasons
        #expect(reasons == ["absent(load) is empty, because what it looks for is there: 2 elements"])
    }

    @Test func `a rate without two samples says so`() throws {
        let reasons = try explanation(load("rate(load[10s]) > 1"), of: "High", at: 15).reasons
        #expect(reasons.first?.hasSuffix("had 2 series with 1, 1 samples, and gave nothing; it may need two samples in its window") == true)
    }

    @Test func `behind a recorded metric stands the rule that records it, and what made that empty`() throws {
        let recording = try ReplayTests.Recording(
            """
            - {record: job:load:ratio, expr: load / on (job) limit}
            - {alert: High, expr: job:load:ratio > 0.5}
            """)
        try recording.record(Labels(metric: "load", ["job": "a"]), [2, 2, 2])
        let found = try explanation(recording, of: "High", at: 15)
        #expect(found.reasons.count == 1 && found.reasons[0].hasPrefix("limit finds nothing: there is no metric limit"))
        let recorded = try #require(found.root.children.first?.children.first)
        #expect(recorded.recordedAs == "job:load:ratio" && recorded.text == "load / on (job) limit")
        #expect(recorded.children.map(\.vanishes) == [false, true] && !found.root.vanishes)
        #expect(found.root.tree(depth: 0).contains("limit  nothing  <- here the result vanishes"))
    }

    @Test func `what a recording rule compares is no condition of the alert, and at another time it is not looked into`() throws {
        let recording = try ReplayTests.Recording("- {record: high, expr: load > 1}\n- {alert: High, expr: high > 5 and high offset 15s}")
        try recording.record(Labels(metric: "load"), [2, 2, 2])
        let found = try explanation(recording, of: "High", at: 15)
        #expect(found.gaps.map(\.comparison) == ["high > 5"])
        #expect(found.root.tree(depth: 0).components(separatedBy: "high is recorded as").count == 2)
    }

    @Test func `a rule that reads itself is looked into once`() throws {
        let recording = try ReplayTests.Recording("- {record: total, expr: load + (total or load * 0)}\n- {alert: High, expr: total > 100}")
        try recording.record(Labels(metric: "load"), [1, 1, 1])
        let root = try explanation(recording, of: "High", at: 30).root
        #expect(root.tree(depth: 0).components(separatedBy: "total is recorded as").count == 2)
    }

    @Test func `what is active from the first instant on may have been so before`() throws {
        let recording = try load("load < 100")
        #expect(try explanation(recording, of: "High", at: 30).reasons.allSatisfy { $0.contains("active since 1970-01-01T00:00:00Z or before") })
    }

    @Test func `every part of the expression stands in the tree with its value`() throws {
        let root = try explanation(load("sum(rate(load[1m])) > scalar(max(load)) - 1"), of: "High", at: 45).root
        #expect(root.children.map(\.text) == ["sum(rate(load[1m]))", "scalar(max(load)) - 1"])
        guard case .scalar(let threshold) = root.children[1].value else { throw Missing() }
        #expect(threshold == 1)
        guard case .window(let series) = root.children[0].children[0].children[0].value else { throw Missing() }
        #expect(series.map(\.samples) == [4, 4])
    }

    private struct Missing: Error {}

    @Test func `a subquery without a step has that of the evaluations, as the rule's has`() throws {
        let found = try explanation(load("count_over_time(load[1m:]) > 3"), of: "High", at: 60)
        #expect(found.state == .firing && found.root.elements.map(\.value) == [4, 4])
    }

    @Test func `what it reads from other rules is replayed with it`() throws {
        let recording = try ReplayTests.Recording(
            "- {record: twice, expr: load * 2}\n- {record: unrelated, expr: load * 3}\n- {alert: High, expr: twice > 3}")
        try recording.record(Labels(metric: "load"), [0, 0, 2, 2])
        #expect(try explanation(recording, of: "High", at: 30).state == .firing)
    }
}
