import LapwingSeries
import LapwingText

/// What `info` adds to its first argument's series: the labels of which info metrics, and which of their labels.
///
/// Source: Prometheus 3.14 `promql/info.go`.
struct InfoRequest {
    /// The labels by which series and info series belong together.
    static let identifying: LabelNames = ["instance", "job"]

    /// Conditions on the names of the info metrics.
    let nameMatchers: [Matcher]
    /// Conditions on other labels; when there are any, only the labels they name are added.
    let dataMatchers: [Matcher]

    init(_ selector: VectorSelector?) throws(QueryError) {
        let all = selector?.matchers ?? []
        dataMatchers = all.filter { $0.name != LabelName.metric }
        let names = all.filter { $0.name == LabelName.metric }
        if names.isEmpty {
            nameMatchers = [.equal(LabelName.metric, "target_info")]
        } else if names.contains(where: { $0.operation == .equal || $0.operation == .matches }) {
            nameMatchers = names
        } else {
            // What is only excluded is excluded from all that is called an info metric.
            guard let any = try? Matcher(LabelName.metric, .matches, ".+_info") else { throw .execution("info metrics cannot be selected") }
            nameMatchers = [any] + names
        }
    }

    /// Whether a series is itself one of the info metrics, which are not enriched.
    func isInfo(_ labels: Labels) -> Bool {
        let name = labels.metricName
        return nameMatchers.allSatisfy { $0.matches(name) }
    }

    /// Whether a series without an info series is left as it is, rather than left out.
    var allowsNone: Bool { dataMatchers.allSatisfy(\.matchesEmpty) }

    func adds(_ label: String) -> Bool { dataMatchers.isEmpty || dataMatchers.contains { $0.name == label } }
}

extension Evaluator {
    /// `info(vector, {selector})`: the labels of the info series that share `instance` and `job` with each series.
    mutating func info(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        var selector: VectorSelector?
        if plan.expressions.count > 1, case .vectorSelector(let node) = plan.expressions[1] { selector = node }
        let request = try InfoRequest(selector)
        let base = try vector(plan.arguments[0], on: grid)
        let shift = plan.arguments[0].firstShift ?? TimeShift()
        let infos = try infoSeries(request, for: base, shift: shift, on: grid)
        var enrichment = InfoEnrichment(request, base, infos)
        let result = try enrichment.result(&self)
        release(base.values.count + infos.values.count)
        try hold(result.values.count)
        return .vector(result)
    }

    /// When the newest sample of each info series was taken, in seconds, for the info series that may belong to a row.
    private mutating func infoSeries(
        _ request: InfoRequest, for base: StepMatrix, shift: TimeShift, on grid: StepGrid
    ) throws(QueryError) -> StepMatrix {
        var values: [String: Set<String>] = [:]
        for labels in base.labels where !request.isInfo(labels) {
            for name in InfoRequest.identifying.names {
                if let value = labels[name] { values[name, default: []].insert(value) }
            }
        }
        if values.isEmpty { return StepMatrix(stepCount: grid.count) }
        let plan = SelectorPlan(
            matchers: request.dataMatchers + request.nameMatchers, shift: shift, rangeExtension: nil, range: SourceRange(0, 0))
        func isWanted(_ labels: Labels) -> Bool { values.allSatisfy { name, wanted in wanted.contains(labels[name] ?? "") } }
        let found = try select(plan, on: grid)
        for row in 0..<found.rowCount where isWanted(found.labels[row]) {
            if found.cells(of: row).contains(where: { found.histogram(at: $0) != nil }) {
                throw .execution("this should be an info metric, with float samples: \(found.labels[row])")
            }
        }
        release(found.values.count)
        let times = try selectTimes(plan, on: grid)
        return times.filteringRows { isWanted(times.labels[$0]) }
    }
}

extension PlanNode {
    /// Where the samples of the first selector lie, with the shifts of the subqueries around it up to one that is fixed.
    var firstShift: TimeShift? {
        switch self {
        case .number, .string: nil
        case .selector(let plan): plan.shift
        case .window(let plan): plan.firstShift
        case .call(let plan): plan.arguments.lazy.compactMap(\.firstShift).first
        case .aggregation(let plan): plan.input.firstShift ?? plan.parameter?.firstShift
        case .binary(let plan): plan.left.firstShift ?? plan.right.firstShift
        case .negated(let inner), .stepInvariant(let inner): inner.firstShift
        }
    }
}

extension WindowPlan {
    fileprivate var firstShift: TimeShift? {
        switch source {
        case .selector(let selector): return selector.shift
        case .subquery(let inner, _):
            guard var found = inner.firstShift, !found.isFixed else { return inner.firstShift }
            let (sum, overflow) = found.offset.addingReportingOverflow(shift.offset)
            found.offset = overflow ? (sum < 0 ? .max : .min) : sum
            found.anchor = shift.anchor
            return found
        }
    }
}
