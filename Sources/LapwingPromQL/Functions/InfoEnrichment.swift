import LapwingSeries

/// Joins rows with the info series that belong to them, step by step.
struct InfoEnrichment {
    private let request: InfoRequest
    private let base: StepMatrix
    private let infos: StepMatrix
    /// The groups of info series of one name and one set of identifying labels.
    private let groups: Grouping
    /// By row of `base`: its groups, in the order of the info metrics' names.
    private let groupsOfRow: [[Int]]
    var result: StepMatrix
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
