/// What `fill`, `fill_left` and `fill_right` put in the place of a partner that is missing.
extension VectorJoin {
    /// The steps at which a row of the "many" side has no partner, with the fill value in its place.
    mutating func fillOne(_ row: Int, _ group: Int, _ value: Double, _ evaluator: inout Evaluator) throws(QueryError) {
        let partners = groups.oneRows(of: group)
        var goal: (row: Int, isShared: Bool)?
        let isCrowded = matching.cardinality == .oneToOne && groups.manyRows(of: group).count > 1
        for (step, cell) in many.cells(of: row).enumerated() where many.isPresent(cell) {
            if partners.contains(where: { one.isPresent($0 * one.stepCount + step) }) { continue }
            let target: (row: Int, isShared: Bool)
            if let goal {
                target = goal
            } else {
                target = try self.target(resultLabels(many.labels[row], groups.labels[group]), for: row, group, &evaluator)
            }
            goal = target
            let place = Place(target: target.row, group: group, step: step, isShared: target.isShared, isCrowded: isCrowded)
            try write(many.element(at: cell), .float(value), place, &evaluator)
        }
    }

    /// The steps at which a row of the "one" side has no partner, or none that fits, likewise.
    mutating func fillMany(_ row: Int, _ group: Int, _ value: Double, _ evaluator: inout Evaluator) throws(QueryError) {
        try evaluator.check()
        let partners = groups.manyRows(of: group)
        var goal: Int?
        for (step, cell) in one.cells(of: row).enumerated() where one.isPresent(cell) {
            let isMatched = partners.contains { partner in
                let other = partner * many.stepCount + step
                return many.isPresent(other) && isMatch(many.element(at: other), one.element(at: cell))
            }
            if isMatched { continue }
            let target: Int
            if let goal {
                target = goal
            } else {
                let labels = resultLabels(groups.labels[group], one.labels[row])
                target = try self.target(labels, for: many.rowCount + row, group, &evaluator).row
            }
            goal = target
            let place = Place(target: target, group: group, step: step, isShared: false, isCrowded: false)
            try write(.float(value), one.element(at: cell), place, &evaluator)
        }
    }
}
