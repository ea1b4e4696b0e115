import LapwingSeries

/// Pairs the series of two vectors and applies an operator to each pair.
///
/// Which rows can meet is settled once by their labels. Whether two of them meet in one place is looked at step by step
/// only where several rows share a group of a side that may have one, or a row of the result.
/// - Complexity: O(cells of both sides and of the result). Source: Prometheus 3.14 `promql/engine.go`, `VectorBinop`.
struct VectorJoin {
    let plan: BinaryPlan
    let matching: VectorMatching
    /// The side that may have many rows in a group, and the other; left and right but for one-to-many.
    let many: StepMatrix
    let one: StepMatrix
    let isSwapped: Bool
    let groups: JoinGroups
    var result: StepMatrix
    /// Rows of the result by their labels; an instant vector keeps those of different groups apart.
    private var rowOf: [ResultKey: Int] = [:]
    /// By row of the result: the row that it was made for, those of the "one" side behind those of the other.
    private var owner: [Int] = []
    /// Where a row of the result was written or filtered out, for those that several rows may write.
    private var claims: [ClaimKey: [Bool]] = [:]
    private let included: LabelNames

    private struct ResultKey: Hashable {
        var group: Int
        var labels: Labels
    }

    private struct ClaimKey: Hashable {
        var target: Int
        var group: Int
    }

    init(_ plan: BinaryPlan, _ matching: VectorMatching, _ left: StepMatrix, _ right: StepMatrix) {
        self.plan = plan
        self.matching = matching
        isSwapped = matching.cardinality == .oneToMany
        many = isSwapped ? right : left
        one = isSwapped ? left : right
        groups = JoinGroups(many, one, matching)
        included = LabelNames(matching.included)
        result = StepMatrix(stepCount: left.stepCount)
    }

    mutating func result(_ evaluator: inout Evaluator) throws(QueryError) -> StepMatrix {
        try checkOneSide(&evaluator)
        for row in 0..<many.rowCount {
            try evaluator.check()
            let group = groups.ofMany[row]
            for partner in groups.oneRows(of: group) { try join(row, partner, group, &evaluator) }
            // Upstream swaps the sides for one-to-many and not the fills: `fill_right` stands in for the "one" side always.
            if let value = matching.rightFill { try fillOne(row, group, value, &evaluator) }
        }
        if let value = matching.leftFill {
            for row in 0..<one.rowCount { try fillMany(row, groups.ofOne[row], value, &evaluator) }
        }
        return result.filteringRows { result.hasValues(row: $0) }
    }

    // MARK: Uniqueness

    /// A group has one row of the "one" side at each step; where the other side has nothing at all, nothing is wrong.
    private func checkOneSide(_ evaluator: inout Evaluator) throws(QueryError) {
        var manySteps: [Bool]?
        for group in groups.labels.indices {
            let rows = groups.oneRows(of: group)
            guard rows.count > 1 else { continue }
            try evaluator.check()
            let isAsked = manySteps ?? many.presentSteps
            manySteps = isAsked
            let isFilled = matching.leftFill != nil || matching.rightFill != nil
            var holder = [Int](repeating: -1, count: one.stepCount)
            for row in rows {
                for (step, cell) in one.cells(of: row).enumerated() where one.isPresent(cell) && (isAsked[step] || isFilled) {
                    if holder[step] >= 0 { throw duplicate(holder[step], row, groups.labels[group]) }
                    holder[step] = row
                }
            }
        }
    }

    private func duplicate(_ first: Int, _ second: Int, _ group: Labels) -> QueryError {
        let names = [one.labels[first].description, one.labels[second].description].sorted()
        return .execution(
            "found duplicate series for the match group \(group) on the \(isSwapped ? "left" : "right") hand-side of the operation: "
                + "[\(names[0]), \(names[1])];many-to-many matching not allowed: matching labels must be unique on one side")
    }

    private static let manyToOne = QueryError.execution(
        "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)")
    private static let notUnique = QueryError.execution(
        "multiple matches for labels: grouping labels must ensure unique matches")

    // MARK: The rows of the result

    func resultLabels(_ manyLabels: Labels, _ oneLabels: Labels) -> Labels {
        var labels = manyLabels
        if plan.operation.dropsName { labels = labels.dropping(StepMatrix.metadataNames) }
        if matching.cardinality == .oneToOne {
            labels = matching.isOn ? labels.keeping(matching.labels) : labels.dropping(matching.labels)
        }
        return included.isEmpty ? labels : labels.dropping(included).merging(oneLabels.keeping(included))
    }

    /// The result's row for these labels, and whether another row writes it as well.
    mutating func target(
        _ labels: Labels, for source: Int, _ group: Int, _ evaluator: inout Evaluator
    ) throws(QueryError) -> (row: Int, isShared: Bool) {
        let key = ResultKey(group: result.stepCount == 1 ? group : -1, labels: labels)
        if let row = rowOf[key] { return (row, owner[row] != source) }
        try evaluator.hold(result.stepCount)
        let row = result.rowCount
        rowOf[key] = row
        owner.append(source)
        // The labels are final: a name that was to be dropped is back where a comparison keeps it, as upstream has it.
        result.appendRow(labels, dropsName: plan.returnsBool)
        return (row, false)
    }

    // MARK: Pairs

    private mutating func join(_ row: Int, _ partner: Int, _ group: Int, _ evaluator: inout Evaluator) throws(QueryError) {
        let (manyBase, oneBase) = (row * many.stepCount, partner * one.stepCount)
        guard let first = firstMeeting(manyBase, oneBase) else { return }
        let (target, isShared) = try target(resultLabels(many.labels[row], one.labels[partner]), for: row, group, &evaluator)
        let isCrowded = matching.cardinality == .oneToOne && groups.manyRows(of: group).count > 1
        if isShared || isCrowded || !many.histograms.isEmpty || !one.histograms.isEmpty || plan.operation.isTrim {
            for step in first..<result.stepCount {
                guard many.isPresent(manyBase + step), one.isPresent(oneBase + step) else { continue }
                let place = Place(target: target, group: group, step: step, isShared: isShared, isCrowded: isCrowded)
                try write(many.element(at: manyBase + step), one.element(at: oneBase + step), place, &evaluator)
            }
        } else {
            let span = CellSpan(
                left: (isSwapped ? oneBase : manyBase) + first, right: (isSwapped ? manyBase : oneBase) + first,
                target: target * result.stepCount + first, count: result.stepCount - first)
            combineRows(
                plan.operation, returnsBool: plan.returnsBool, isSwapped ? one.values : many.values,
                isSwapped ? many.values : one.values, &result.values, span)
        }
    }

    private func firstMeeting(_ manyBase: Int, _ oneBase: Int) -> Int? {
        for step in 0..<many.stepCount where many.isPresent(manyBase + step) && one.isPresent(oneBase + step) { return step }
        return nil
    }

    /// Where one value goes.
    struct Place {
        var target: Int
        var group: Int
        var step: Int
        var isShared: Bool
        /// The group has several rows on a side that may have one.
        var isCrowded: Bool
    }

    mutating func write(
        _ manyValue: MixedWindow.Value, _ oneValue: MixedWindow.Value, _ place: Place, _ evaluator: inout Evaluator
    ) throws(QueryError) {
        let (left, right) = isSwapped ? (oneValue, manyValue) : (manyValue, oneValue)
        let value = evaluator.combined(plan, left, right)
        let cell = place.target * result.stepCount + place.step
        if plan.operation.isComparison ? plan.operation.compares(left, right) : value != nil { try claim(place) }
        guard let value else { return }
        guard !result.isPresent(cell) else { throw StepMatrix.sameLabelset }
        result.set(value, at: cell)
    }

    /// - Throws: when another row of the group had its match at the same step.
    private mutating func claim(_ place: Place) throws(QueryError) {
        guard place.isShared || place.isCrowded else { return }
        let isOneToOne = matching.cardinality == .oneToOne
        let key = ClaimKey(target: isOneToOne ? -1 : place.target, group: place.group)
        if claims[key] == nil { claims[key] = isOneToOne ? [Bool](repeating: false, count: result.stepCount) : claimed(place) }
        if claims[key]?[place.step] == true { throw isOneToOne ? Self.manyToOne : Self.notUnique }
        claims[key]?[place.step] = true
    }

    /// The steps at which the first owner of a row had its matches.
    private func claimed(_ place: Place) -> [Bool] {
        var taken = [Bool](repeating: false, count: result.stepCount)
        let row = owner[place.target]
        guard row < many.rowCount, groups.ofMany[row] == place.group else { return taken }
        for partner in groups.oneRows(of: place.group) {
            guard resultLabels(many.labels[row], one.labels[partner]) == result.labels[place.target] else { continue }
            for step in 0..<result.stepCount
            where many.isPresent(row * many.stepCount + step) && one.isPresent(partner * one.stepCount + step) {
                taken[step] = isMatch(many.element(at: row * many.stepCount + step), one.element(at: partner * one.stepCount + step))
            }
        }
        return taken
    }

    /// What does not fit together is no match; what a comparison filters out is one.
    func isMatch(_ manyValue: MixedWindow.Value, _ oneValue: MixedWindow.Value) -> Bool {
        let (left, right) = isSwapped ? (oneValue, manyValue) : (manyValue, oneValue)
        if plan.operation.isComparison { return plan.operation.compares(left, right) }
        var remarks = Annotations()
        return combined(plan, left, right, &remarks) != nil
    }
}

extension StepMatrix {
    /// A present cell as a value of its kind.
    func element(at cell: Int) -> MixedWindow.Value { histogram(at: cell).map(MixedWindow.Value.histogram) ?? .float(values[cell]) }

    /// The steps at which any row has a value.
    fileprivate var presentSteps: [Bool] {
        var steps = [Bool](repeating: false, count: stepCount)
        for row in 0..<rowCount {
            for (step, cell) in cells(of: row).enumerated() where isPresent(cell) { steps[step] = true }
        }
        return steps
    }
}

extension BinaryOperator {
    var isTrim: Bool { self == .trimUpper || self == .trimLower }

    /// Whether a comparison knows both kinds: histograms are equal or not, and never more or less.
    fileprivate func compares(_ left: MixedWindow.Value, _ right: MixedWindow.Value) -> Bool {
        switch (left, right) {
        case (.float, .float): true
        case (.histogram, .histogram): self == .equal || self == .notEqual
        case (.float, .histogram), (.histogram, .float): false
        }
    }
}
