import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries

/// What rules do over recorded data.
struct MeasuredRules {
    /// In the order of files, groups and rules.
    private let replays: [RulePosition: RuleReplay]
    /// From where to where the alerts were replayed.
    let span: Duration

    init(_ files: [RuleFile], _ data: LintData, evaluationInterval: Duration) {
        let start = max(data.times.start, data.times.end - LintData.replayed)
        let settings = ReplaySettings(start: start, end: data.times.end, interval: evaluationInterval)
        let report = Replay(files.flatMap(\.groups), over: data.snapshot, settings).run { _ in true }
        var replays: [RulePosition: RuleReplay] = [:]
        var index = 0
        for (file, content) in files.enumerated() {
            for (group, rules) in content.groups.enumerated() {
                for place in rules.rules.indices where index < report.rules.count {
                    replays[RulePosition(file: file, group: group, place: place)] = report.rules[index]
                    index += 1
                }
            }
        }
        self.replays = replays
        span = data.times.end.duration(since: start)
    }

    subscript(position: RulePosition) -> RuleReplay? { replays[position] }
}

/// What one evaluation of a rule costs at the end of the data.
struct RuleCost {
    var seriesRead: Int
    var samplesRead: Int
    var results: Int
    var time: Duration

    init?(_ rule: Rule, _ data: LintData) {
        let clock = ContinuousClock()
        let begun = clock.now
        guard let result = try? QueryEngine().instant(rule.query, at: data.times.end, over: data.snapshot) else { return nil }
        time = begun.duration(to: clock.now)
        (seriesRead, samplesRead) = (result.statistics.seriesSelected, result.statistics.samplesRead)
        results = (try? result.ruleVector(at: data.times.end).count) ?? 0
    }
}
