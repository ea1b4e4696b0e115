import LapwingRegex
import LapwingSeries
import LapwingText

extension Evaluator {
    mutating func labelReplace(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        let target = try string(plan.arguments[1], on: grid)
        let replacement = try string(plan.arguments[2], on: grid)
        let source = try string(plan.arguments[3], on: grid)
        let pattern = try string(plan.arguments[4], on: grid)
        let expression: RegularExpression
        do {
            expression = try RegularExpression(pattern)
        } catch {
            throw .execution("invalid regular expression in label_replace(): \(pattern)")
        }
        guard LabelName.isValid(target) else { throw .execution("invalid destination label name in label_replace(): \(target)") }
        var matrix = try vector(plan.arguments[0], on: grid)
        for row in 0..<matrix.rowCount {
            let value = matrix.labels[row][source] ?? ""
            guard let match = expression.wholeMatch(value) else { continue }
            try check()
            guard let made = expression.expand(replacement, match: match, in: value, limit: budget.labelBytesLeft) else {
                throw .tooManyLabelBytes
            }
            try budget.made(labelBytes: made.utf8.count)
            matrix.labels[row] = matrix.labels[row].setting(target, made)
            if target == LabelName.metric { matrix.dropsName[row] = false }
        }
        return .vector(try matrix.merged())
    }

    mutating func labelJoin(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        let target = try string(plan.arguments[1], on: grid)
        let separator = try string(plan.arguments[2], on: grid)
        var sources: [String] = []
        for argument in plan.arguments.dropFirst(3) { sources.append(try string(argument, on: grid)) }
        for name in sources where !LabelName.isValid(name) { throw .execution("invalid source label name in label_join(): \(name)") }
        guard LabelName.isValid(target) else { throw .execution("invalid destination label name in label_join(): \(target)") }
        var matrix = try vector(plan.arguments[0], on: grid)
        for row in 0..<matrix.rowCount {
            try check()
            let parts = sources.map { matrix.labels[row][$0] ?? "" }
            try budget.made(labelBytes: parts.reduce(separator.utf8.count * max(0, parts.count - 1)) { $0 + $1.utf8.count })
            let joined = parts.joined(separator: separator)
            matrix.labels[row] = matrix.labels[row].setting(target, joined)
            if target == LabelName.metric { matrix.dropsName[row] = false }
        }
        return .vector(try matrix.merged())
    }

    // MARK: Sorting: what an instant query's answer shows; a range query's is sorted by labels in any case.

    mutating func sorted(_ plan: CallPlan, isDescending: Bool, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        var matrix = try vector(plan.arguments[0], on: grid)
        guard grid.count == 1 else {
            // They have no order, and are left out where none is asked for, too.
            for cell in matrix.histograms.keys { matrix.values[cell] = StepMatrix.absent }
            matrix.histograms = [:]
            return unsorted(matrix.filteringRows { matrix.hasValues(row: $0) }, plan)
        }
        let rows = (0..<matrix.rowCount).filter { matrix.histogram(at: $0) == nil }.enumerated().sorted { a, b in
            let (x, y) = (matrix.values[a.element], matrix.values[b.element])
            if x.isNaN || y.isNaN { return !x.isNaN || (y.isNaN && a.offset < b.offset) }
            return x == y ? a.offset < b.offset : isDescending ? x > y : x < y
        }
        return .vector(matrix.reordered(rows.map(\.element)))
    }

    private mutating func unsorted(_ matrix: StepMatrix, _ plan: CallPlan) -> EvaluatedValue {
        annotations.add(.sortInRangeQuery(plan.range))
        return .vector(matrix)
    }

    mutating func sortedByLabel(_ plan: CallPlan, isDescending: Bool, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        let matrix = try vector(plan.arguments[0], on: grid)
        guard grid.count == 1 else { return unsorted(matrix, plan) }
        var names: [String] = []
        for argument in plan.arguments.dropFirst() { names.append(try string(argument, on: grid)) }
        let rows = (0..<matrix.rowCount).sorted { a, b in
            let (first, second) = isDescending ? (matrix.labels[b], matrix.labels[a]) : (matrix.labels[a], matrix.labels[b])
            for name in names {
                let (x, y) = (first[name] ?? "", second[name] ?? "")
                if x != y { return NaturalOrder.precedes(x, y) }
            }
            return first < second
        }
        return .vector(matrix.reordered(rows))
    }
}

extension StepMatrix {
    fileprivate func reordered(_ rows: [Int]) -> StepMatrix {
        var result = StepMatrix(stepCount: stepCount)
        for row in rows { result.appendCopy(of: self, row: row, labels: labels[row], dropsName: dropsName[row]) }
        return result
    }
}

/// The order in which a person counts: runs of digits as numbers, so that `node2` comes before `node10`.
enum NaturalOrder {
    static func precedes(_ a: String, _ b: String) -> Bool {
        let (first, second) = (chunks(a), chunks(b))
        // By how many more zeros stand before a number than before the same one of the other: it tells where nothing else does.
        var moreZeros: Int?
        for (x, y) in zip(first, second) where x != y {
            let (digitsX, digitsY) = (isNumber(x), isNumber(y))
            if digitsX && digitsY {
                let (p, q) = (x.drop { $0 == 0x30 }, y.drop { $0 == 0x30 })
                if p.count != q.count { return p.count < q.count }
                if !p.elementsEqual(q) { return p.lexicographicallyPrecedes(q) }
                moreZeros = moreZeros ?? (x.count - y.count)
                continue
            }
            return x.lexicographicallyPrecedes(y)
        }
        return first.count == second.count ? (moreZeros ?? 0) < 0 : first.count < second.count
    }

    private static func isNumber(_ chunk: ArraySlice<UInt8>) -> Bool { chunk.first.map { $0 &- 0x30 <= 9 } ?? false }

    private static func chunks(_ text: String) -> [ArraySlice<UInt8>] {
        let bytes = Array(text.utf8)
        var chunks: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            let isDigit = bytes[start] &- 0x30 <= 9
            var end = start
            while end < bytes.count, (bytes[end] &- 0x30 <= 9) == isDigit { end += 1 }
            chunks.append(bytes[start..<end])
            start = end
        }
        return chunks
    }
}
