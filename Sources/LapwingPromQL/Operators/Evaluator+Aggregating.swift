import LapwingSeries
import LapwingText

extension Evaluator {
    mutating func aggregate(_ plan: AggregationPlan, on grid: StepGrid) throws(QueryError) -> StepMatrix {
        let pipeline = try pipeline(plan.input, on: grid)
        let grouping = groupings.grouping(of: pipeline.labels, by: plan.grouping, isWithout: plan.isWithout)
        if let result = try folded(plan, pipeline, grouping, on: grid) { return result }
        let input = try gather(pipeline, on: grid)
        let held = input.values.count
        defer { release(held) }
        return try aggregate(plan, input, input.rowCount == pipeline.rowCount ? grouping : Grouping(
            input.labels, names: plan.grouping, isWithout: plan.isWithout), on: grid)
    }

    /// An aggregation of rows that lie beside one another.
    private mutating func aggregate(
        _ plan: AggregationPlan, _ input: StepMatrix, _ grouping: Grouping, on grid: StepGrid
    ) throws(QueryError) -> StepMatrix {
        switch plan.operation {
        case .countValues:
            guard let parameter = plan.parameter else { throw .execution("count_values needs a label") }
            return try countValues(input, grouping, label: try string(parameter, on: grid), plan)
        case .topk, .bottomk, .limitk, .limitRatio:
            guard let parameter = plan.parameter else { throw .execution("\(plan.operation.rawValue) needs a number") }
            return try choose(input, grouping, plan, parameter: try scalar(parameter, on: grid))
        case .quantile:
            guard let parameter = plan.parameter else { throw .execution("quantile needs a number") }
            return quantiles(input, grouping, plan, parameter: try scalar(parameter, on: grid))
        case .sum, .avg, .count, .min, .max, .group, .stddev, .stdvar:
            return try folded(input, grouping, plan)
        }
    }

    /// The aggregations that take values one by one.
    private mutating func folded(_ input: StepMatrix, _ grouping: Grouping, _ plan: AggregationPlan) throws(QueryError) -> StepMatrix {
        var result = StepMatrix(stepCount: input.stepCount)
        for group in 0..<grouping.count { result.appendRow(grouping.labels[group], dropsName: false) }
        for row in 0..<input.rowCount where input.dropsName[row] { result.dropsName[grouping.groupOfRow[row]] = true }
        try hold(result.values.count)
        if !input.histograms.isEmpty {
            try foldMixed(input, grouping, plan, into: &result)
        } else {
            for (group, rows) in grouping.rows.enumerated() {
                foldByStep(plan.operation, input, rows, into: &result.values, base: group * result.stepCount)
            }
        }
        return result.filteringRows { result.hasValues(row: $0) }
    }

    /// The elements that `topk`, `bottomk`, `limitk` and `limit_ratio` choose, as rows of the input.
    private mutating func choose(
        _ input: StepMatrix, _ grouping: Grouping, _ plan: AggregationPlan, parameter: [Double]
    ) throws(QueryError) -> StepMatrix {
        guard try isAnyWanted(plan, parameter) else { return StepMatrix(stepCount: input.stepCount) }
        var result = StepMatrix(stepCount: input.stepCount)
        var rowOf = [Int](repeating: -1, count: input.rowCount)
        var order: [Int] = []
        let rows = grouping.rows
        var chosen: [(row: Int, step: Int)] = []
        defer { budget.release(0, taking: 2 * chosen.count) }
        for step in 0..<input.stepCount {
            try check()
            let before = chosen.count
            for group in 0..<grouping.count {
                let present = rows[group].filter { input.isPresent($0 * input.stepCount + step) }
                for row in chosenRows(present, input, step, plan, parameter[step]) {
                    if rowOf[row] < 0 {
                        rowOf[row] = order.count
                        order.append(row)
                    }
                    chosen.append((row, step))
                }
            }
            try budget.hold(0, taking: 2 * (chosen.count - before))
        }
        for row in order { result.appendRow(input.labels[row], dropsName: input.dropsName[row]) }
        try hold(result.values.count)
        for (row, step) in chosen {
            let source = row * input.stepCount + step
            let target = rowOf[row] * input.stepCount + step
            result.values[target] = input.values[source]
            if let histogram = input.histogram(at: source) { result.histograms[target] = histogram }
        }
        return result
    }

    /// Whether any step asks for elements.
    ///
    /// - Throws: for a parameter that is no count, or no ratio.
    private mutating func isAnyWanted(_ plan: AggregationPlan, _ parameter: [Double]) throws(QueryError) -> Bool {
        let (least, greatest) = (parameter.min() ?? 0, parameter.max() ?? 0)
        let hasNaN = parameter.contains(where: \.isNaN)
        if plan.operation == .limitRatio {
            if hasNaN { throw .execution("Ratio value is NaN") }
            let range = plan.parameterRange ?? plan.range
            if greatest > 1 { annotations.add(.invalidRatio(greatest, cappedTo: 1, range)) }
            if least < -1 { annotations.add(.invalidRatio(least, cappedTo: -1, range)) }
            return least != 0 || greatest != 0
        }
        if hasNaN { throw .execution("Parameter value is NaN") }
        if greatest < 1 { return false }
        if least <= -0x1p63 { throw .execution("Scalar value \(GoNumber.text(least)) underflows int64") }
        if greatest >= 0x1p63 - 1024 { throw .execution("Scalar value \(GoNumber.text(greatest)) overflows int64") }
        return true
    }

    private mutating func chosenRows(
        _ present: [Int], _ input: StepMatrix, _ step: Int, _ plan: AggregationPlan, _ parameter: Double
    ) -> [Int] {
        switch plan.operation {
        case .limitk: return Array(present.prefix(Self.elementCount(parameter, of: present.count)))
        case .limitRatio:
            let ratio = min(1, max(-1, parameter))
            return present.filter { RatioSampler.takes(input.labels[$0], ratio: ratio) }
        default:
            let floats = present.filter { input.histogram(at: $0 * input.stepCount + step) == nil }
            if floats.count < present.count { annotations.add(.histogramIgnored(in: plan.operation.rawValue, plan.range)) }
            var ranked = RankedElements(count: Self.elementCount(parameter, of: floats.count), isTop: plan.operation == .topk)
            for row in floats { ranked.add(row, input.values[row * input.stepCount + step]) }
            return ranked.rows
        }
    }

    private static func elementCount(_ parameter: Double, of available: Int) -> Int {
        parameter < 1 ? 0 : parameter >= Double(available) ? available : Int(parameter)
    }

    private mutating func quantiles(
        _ input: StepMatrix, _ grouping: Grouping, _ plan: AggregationPlan, parameter: [Double]
    ) -> StepMatrix {
        let range = plan.parameterRange ?? plan.range
        if parameter.contains(where: \.isNaN) { annotations.add(.invalidQuantile(.nan, range)) }
        if let greatest = parameter.filter({ !$0.isNaN }).max(), greatest > 1 { annotations.add(.invalidQuantile(greatest, range)) }
        if let least = parameter.filter({ !$0.isNaN }).min(), least < 0 { annotations.add(.invalidQuantile(least, range)) }
        var result = StepMatrix(stepCount: input.stepCount)
        for (group, rows) in grouping.rows.enumerated() {
            result.appendRow(grouping.labels[group], dropsName: rows.contains { input.dropsName[$0] })
            for step in 0..<input.stepCount {
                var values: [Double] = []
                for row in rows {
                    let cell = row * input.stepCount + step
                    guard input.isPresent(cell) else { continue }
                    if input.histogram(at: cell) != nil {
                        annotations.add(.histogramIgnored(in: "quantile", plan.inputRange))
                    } else {
                        values.append(input.values[cell])
                    }
                }
                if !values.isEmpty { result.values[group * result.stepCount + step] = quantile(parameter[step], values) }
            }
        }
        return result.filteringRows { result.hasValues(row: $0) }
    }

    /// How often each value stands in a group, the value as a label, unless `without` drops just that.
    private mutating func countValues(
        _ input: StepMatrix, _ grouping: Grouping, label: String, _ plan: AggregationPlan
    ) throws(QueryError) -> StepMatrix {
        guard LabelName.isValid(label) else { throw .execution("invalid label name \(GoQuote.quote(label))") }
        let isDropped = plan.isWithout && (label == LabelName.metric || plan.grouping.names.contains(label))
        var rowOf: [Labels: Int] = [:]
        var result = StepMatrix(stepCount: input.stepCount)
        for row in 0..<input.rowCount {
            try check()
            let base = grouping.labels[grouping.groupOfRow[row]]
            for (step, cell) in input.cells(of: row).enumerated() where input.isPresent(cell) {
                let text = input.histogram(at: cell).map(\.description) ?? GoNumber.text(input.values[cell], .fixed)
                let labels = isDropped ? base : base.setting(label, text)
                let target = rowOf[labels] ?? result.rowCount
                if target == result.rowCount {
                    rowOf[labels] = target
                    result.appendRow(labels, dropsName: false)
                    try hold(result.stepCount)
                }
                let place = target * result.stepCount + step
                result.values[place] = result.isPresent(place) ? result.values[place] + 1 : 1
            }
        }
        return result
    }
}
