import LapwingSeries

/// Pairs the series of two vectors and applies an operator to each pair.
///
/// Which rows can meet is settled once by their labels; only where a group has several rows on a side is it looked at
/// step by step whether two of them are there at once. Source: Prometheus 3.14 `promql/engine.go`, `VectorBinop`.
struct VectorJoin {
    private let plan: BinaryPlan
    private let matching: VectorMatching
    /// The side that may have many rows in a group, and the other; left and right but for one-to-many.
    private let many: StepMatrix
    private let one: StepMatrix
    private let isSwapped: Bool
    private var result: StepMatrix
    private var rowOf: [Labels: Int] = [:]

    init(_ plan: BinaryPlan, _ matching: VectorMatching, _ left: StepMatrix, _ right: StepMatrix) {
        self.plan = plan
        self.matching = matching
        isSwapped = matching.cardinality == .oneToMany
        many = isSwapped ? right : left
        one = isSwapped ? left : right
        result = StepMatrix(stepCount: left.stepCount)
    }

    /// What two rows have to share.
    private func signature(_ labels: Labels) -> Labels {
        matching.isOn ? labels.keeping(matching.labels) : labels.dropping(LabelNames(matching.labels.names + [LabelName.metric]))
    }

    mutating func result(_ evaluator: inout Evaluator) throws(QueryError) -> StepMatrix {
        let groups = Grouping(many.labels + one.labels, by: signature)
        let sides = groups.rows.map { rows in
            (many: rows.filter { $0 < many.rowCount }, one: rows.filter { $0 >= many.rowCount }.map { $0 - many.rowCount })
        }
        // Upstream swaps the sides for one-to-many and not the fills: `fill_right` stands in for the "one" side always.
        let (fillOne, fillMany) = (matching.rightFill, matching.leftFill)
        for (group, side) in sides.enumerated() {
            try evaluator.check()
            if side.one.count > 1 { try checkUnique(side.one, groups.labels[group], &evaluator) }
            if side.many.count > 1, !side.one.isEmpty || fillOne != nil { try checkManySide(side.many, side.one, hasFill: fillOne != nil) }
            for row in side.many {
                for partner in side.one { try join(row, partner, &evaluator) }
                if let fillOne { try fill(row: row, of: many, unless: side.one, of: one, with: fillOne, groups.labels[group], isMany: true, &evaluator) }
            }
            if let fillMany {
                for row in side.one {
                    try fill(row: row, of: one, unless: side.many, of: many, with: fillMany, groups.labels[group], isMany: false, &evaluator)
                }
            }
        }
        return result.filteringRows { result.hasValues(row: $0) }
    }

    // MARK: Uniqueness

    /// Whether any row of a matrix has a value at a step: where one side has none, nothing is matched and nothing wrong.
    private func isAnyPresent(_ matrix: StepMatrix, at step: Int) -> Bool {
        (0..<matrix.rowCount).contains { matrix.isPresent($0 * matrix.stepCount + step) }
    }

    private func checkUnique(_ rows: [Int], _ group: Labels, _ evaluator: inout Evaluator) throws(QueryError) {
        for step in 0..<one.stepCount {
            let present = rows.filter { one.isPresent($0 * one.stepCount + step) }
            guard present.count > 1, isAnyPresent(many, at: step) else { continue }
            let names = present.prefix(2).map { one.labels[$0].description }.sorted()
            throw .execution(
                "found duplicate series for the match group \(group) on the \(isSwapped ? "left" : "right") hand-side of the operation: "
                    + "[\(names[0]), \(names[1])];many-to-many matching not allowed: matching labels must be unique on one side")
        }
    }

    private func checkManySide(_ rows: [Int], _ partners: [Int], hasFill: Bool) throws(QueryError) {
        guard matching.cardinality == .oneToOne else { return }
        for step in 0..<many.stepCount {
            let present = rows.count { many.isPresent($0 * many.stepCount + step) }
            guard present > 1, hasFill || partners.contains(where: { one.isPresent($0 * one.stepCount + step) }) else { continue }
            throw .execution("multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)")
        }
    }

    // MARK: Rows

    private mutating func resultRow(_ manyLabels: Labels, _ oneLabels: Labels, dropsName: Bool) -> Int {
        let labels = resultLabels(manyLabels, oneLabels)
        if let row = rowOf[labels] {
            if dropsName { result.dropsName[row] = true }
            return row
        }
        rowOf[labels] = result.rowCount
        result.appendRow(labels, dropsName: dropsName)
        return result.rowCount - 1
    }

    private func resultLabels(_ manyLabels: Labels, _ oneLabels: Labels) -> Labels {
        var labels = manyLabels
        if plan.operation.dropsName { labels = labels.dropping(StepMatrix.metadataNames) }
        if matching.cardinality == .oneToOne {
            labels = matching.isOn ? labels.keeping(matching.labels) : labels.dropping(matching.labels)
        }
        for name in matching.included { labels = labels.setting(name, oneLabels[name] ?? "") }
        return labels
    }

    private mutating func join(_ row: Int, _ partner: Int, _ evaluator: inout Evaluator) throws(QueryError) {
        var target: Int?
        for step in 0..<result.stepCount {
            let (manyCell, oneCell) = (row * many.stepCount + step, partner * one.stepCount + step)
            guard many.isPresent(manyCell), one.isPresent(oneCell) else { continue }
            let dropsName = plan.returnsBool || many.dropsName[row]
            let place = target ?? resultRow(many.labels[row], one.labels[partner], dropsName: dropsName)
            target = place
            try write(many.element(at: manyCell), one.element(at: oneCell), at: place * result.stepCount + step, &evaluator)
        }
    }

    /// The steps at which a row has no partner, with the fill value in its place.
    private mutating func fill(
        row: Int, of side: StepMatrix, unless partners: [Int], of other: StepMatrix, with value: Double, _ group: Labels, isMany: Bool,
        _ evaluator: inout Evaluator
    ) throws(QueryError) {
        var target: Int?
        for step in 0..<side.stepCount {
            let cell = row * side.stepCount + step
            guard side.isPresent(cell), !partners.contains(where: { other.isPresent($0 * other.stepCount + step) }) else { continue }
            let place =
                target
                ?? (isMany
                    ? resultRow(side.labels[row], group, dropsName: plan.returnsBool || side.dropsName[row])
                    : resultRow(group, side.labels[row], dropsName: plan.returnsBool))
            target = place
            let element = side.element(at: cell)
            try write(
                isMany ? element : .float(value), isMany ? .float(value) : element, at: place * result.stepCount + step, &evaluator)
        }
    }

    private var taken: Set<Int> = []

    private mutating func write(
        _ manyValue: MixedWindow.Value, _ oneValue: MixedWindow.Value, at cell: Int, _ evaluator: inout Evaluator
    ) throws(QueryError) {
        guard taken.insert(cell).inserted else {
            throw .execution(
                matching.cardinality == .oneToOne
                    ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
                    : "multiple matches for labels: grouping labels must ensure unique matches")
        }
        let (left, right) = isSwapped ? (oneValue, manyValue) : (manyValue, oneValue)
        if let value = evaluator.combined(plan, left, right) { result.set(value, at: cell) }
    }
}

extension StepMatrix {
    /// A present cell as a value of its kind.
    func element(at cell: Int) -> MixedWindow.Value { histogram(at: cell).map(MixedWindow.Value.histogram) ?? .float(values[cell]) }
}
