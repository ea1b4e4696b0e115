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
            if found.cells(of: row).contains(where: { found.histogram(at: $0) != nil }) { throw .execution("info sample should be float") }
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

/// Joins rows with the info series that belong to them, step by step.
private struct InfoEnrichment {
    private let request: InfoRequest
    private let base: StepMatrix
    private let infos: StepMatrix
    /// The groups of info series of one name and one set of identifying labels.
    private let groups: Grouping
    /// By row of `base`: its groups, in the order of the info metrics' names.
    private let groupsOfRow: [[Int]]
    private var result: StepMatrix
    private var rowOf: [Labels: Int] = [:]

    init(_ request: InfoRequest, _ base: StepMatrix, _ infos: StepMatrix) {
        self.request = request
        self.base = base
        self.infos = infos
        let keys = LabelNames(InfoRequest.identifying.names + [LabelName.metric])
        let groups = Grouping(infos.labels) { $0.keeping(keys) }
        var groupsOfKey: [Labels: [Int]] = [:]
        for group in (0..<groups.count).sorted(by: { groups.labels[$0].metricName < groups.labels[$1].metricName }) {
            groupsOfKey[groups.labels[group].withoutMetricName, default: []].append(group)
        }
        self.groups = groups
        groupsOfRow = base.labels.map { labels in
            request.isInfo(labels) ? [] : groupsOfKey[labels.keeping(InfoRequest.identifying)] ?? []
        }
        result = StepMatrix(stepCount: base.stepCount)
    }

    mutating func result(_ evaluator: inout Evaluator) throws(QueryError) -> StepMatrix {
        let newest = try newestInfos(&evaluator)
        for row in 0..<base.rowCount {
            try evaluator.check()
            let isInfo = request.isInfo(base.labels[row])
            // From step to step the same info series are there: labels are made only when they change.
            var known: (infos: [Int], target: Int?)?
            for (step, cell) in base.cells(of: row).enumerated() where base.isPresent(cell) {
                let found = groupsOfRow[row].map { newest[$0 * base.stepCount + step] }.filter { $0 >= 0 }
                if known?.infos != found {
                    let isLeftOut = found.isEmpty && !isInfo && !request.allowsNone
                    known = (found, isLeftOut ? nil : try target(row, found))
                }
                guard let target = known?.target else { continue }
                let place = target * base.stepCount + step
                guard !result.isPresent(place) else { throw StepMatrix.sameLabelset }
                result.values[place] = base.values[cell]
                if let histogram = base.histogram(at: cell) { result.histograms[place] = histogram }
            }
        }
        return result
    }

    /// By group and step: the info series whose sample is newest, -1 where there is none.
    private func newestInfos(_ evaluator: inout Evaluator) throws(QueryError) -> [Int] {
        let steps = infos.stepCount
        var newest = [Int](repeating: -1, count: groups.count * steps)
        let isAsked = (0..<steps).map { step in (0..<base.rowCount).contains { base.isPresent($0 * steps + step) } }
        for row in 0..<infos.rowCount {
            try evaluator.check()
            for (step, cell) in infos.cells(of: row).enumerated() where isAsked[step] && infos.isPresent(cell) {
                let place = groups.groupOfRow[row] * steps + step
                let other = newest[place]
                if other < 0 || infos.values[other * steps + step] < infos.values[cell] {
                    newest[place] = row
                } else if infos.values[other * steps + step] == infos.values[cell] {
                    let time = Int64((infos.values[cell] * 1000).rounded())
                    throw .execution(
                        "found duplicate series for info metric: existing \(infos.labels[other]) @ \(time), new \(infos.labels[row]) @ \(time)")
                }
            }
        }
        return newest
    }

    /// The result's row for a row of the base with these info series.
    private mutating func target(_ row: Int, _ found: [Int]) throws(QueryError) -> Int {
        let own = base.labels[row]
        var added = Labels.Builder()
        for info in found {
            for label in infos.labels[info] where label.name != LabelName.metric && request.adds(label.name) {
                if let other = added[label.name], other != label.value { throw .execution("conflicting label: \(label.name)") }
                if own[label.name] == nil { added.set(label.name, label.value) }
            }
        }
        let labels = own.merging(added.labels)
        if let known = rowOf[labels] { return known }
        rowOf[labels] = result.rowCount
        result.appendRow(labels, dropsName: base.dropsName[row])
        return result.rowCount - 1
    }
}
