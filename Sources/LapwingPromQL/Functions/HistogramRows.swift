import LapwingSeries
import LapwingText

/// A vector as histograms: its native ones, and the buckets of its classic ones gathered by their other labels.
///
/// A bound that is no number, and a classic and a native histogram of the same name at the same step, are remarked and
/// left out. Source: Prometheus 3.14 `promql/engine.go`, `resetHistograms`.
struct HistogramRows: Sendable {
    /// One row of the result: a native histogram, a classic one, or now the one and then the other.
    struct Row: Sendable {
        var labels: Labels
        var classic: ClassicLayout?
        var native: Int?
    }

    private(set) var matrix: StepMatrix
    private(set) var rows: [Row] = []

    /// - Complexity: O(labels + cells with histograms).
    init(_ input: StepMatrix, _ range: SourceRange, _ annotations: inout Annotations) {
        matrix = input
        let kinds = input.kinds
        let groups = LabelGroups(input.labels, by: [LabelName.bucket], isDropping: true)
        var buckets = [[(bound: Double, row: Int)]](repeating: [], count: groups.labels.count)
        for row in 0..<input.rowCount where kinds[row].hasFloats {
            let text = input.labels[row][LabelName.bucket] ?? ""
            if let bound = GoNumber.parse(text) {
                buckets[groups.groupOfRow[row]].append((bound, row))
            } else {
                annotations.add(.badBucketLabel(input.labels[row].metricName, text, range))
            }
        }
        var rowOf: [Labels: Int] = [:]
        for row in 0..<input.rowCount where kinds[row].hasHistograms {
            rowOf[input.labels[row]] = rows.count
            rows.append(Row(labels: input.labels[row], native: row))
        }
        for (group, bounds) in buckets.enumerated() where !bounds.isEmpty {
            let layout = ClassicLayout(labels: groups.labels[group], bounds)
            if let row = rowOf[layout.labels] {
                rows[row].classic = layout
                dropMixedSteps(rows[row], range, &annotations)
            } else {
                rows.append(Row(labels: layout.labels, classic: layout))
            }
        }
    }

    /// Takes a native histogram and its classic buckets out where both are there.
    private mutating func dropMixedSteps(_ row: Row, _ range: SourceRange, _ annotations: inout Annotations) {
        guard let native = row.native, let classic = row.classic else { return }
        for step in 0..<matrix.stepCount {
            let cell = native * matrix.stepCount + step
            guard matrix.histogram(at: cell) != nil else { continue }
            let buckets = classic.rows.map { $0 * matrix.stepCount + step }.filter { matrix.isPresent($0) && matrix.histogram(at: $0) == nil }
            if buckets.isEmpty { continue }
            annotations.add(.mixedClassicNativeHistograms(row.labels.metricName, range))
            matrix.histograms[cell] = nil
            for cell in [cell] + buckets { matrix.values[cell] = StepMatrix.absent }
        }
    }
}

extension StepMatrix {
    typealias RowKinds = (hasFloats: Bool, hasHistograms: Bool)

    /// What each row holds.
    fileprivate var kinds: [RowKinds] {
        if histograms.isEmpty { return (0..<rowCount).map { (hasValues(row: $0), false) } }
        return (0..<rowCount).map { row in
            var kinds = (hasFloats: false, hasHistograms: false)
            for cell in cells(of: row) where isPresent(cell) {
                if histogram(at: cell) != nil { kinds.hasHistograms = true } else { kinds.hasFloats = true }
            }
            return kinds
        }
    }
}

/// What is computed of histograms: a value of each, with what is to be remarked.
enum HistogramKernel: Sendable {
    /// By step.
    case quantile([Double])
    /// By step, from and to.
    case fraction([Double], [Double])

    /// The values of one row at all steps.
    ///
    /// - Parameter scratch: reused from row to row.
    /// - Complexity: O(buckets × steps), without an allocation for a step of a classic histogram.
    func fill(
        _ values: inout [Double], _ rows: HistogramRows, _ row: HistogramRows.Row, _ grid: StepGrid, _ scratch: inout HistogramScratch,
        _ range: SourceRange, _ annotations: inout Annotations
    ) {
        let name = row.labels.metricName
        if let native = row.native {
            for step in 0..<grid.count {
                guard let histogram = rows.matrix.histogram(at: native * grid.count + step) else { continue }
                var remark: NativeHistogramRemark?
                switch self {
                case .quantile(let quantiles): values[step] = histogram.quantile(quantiles[step], &remark)
                case .fraction(let lower, let upper): values[step] = histogram.fraction(from: lower[step], to: upper[step], &remark)
                }
                if let remark { annotations.add(remark, name, range) }
            }
        }
        if let layout = row.classic { fillClassic(&values, layout, rows.matrix.values, grid, &scratch, name, range, &annotations) }
    }

    private func fillClassic(
        _ values: inout [Double], _ layout: ClassicLayout, _ cells: [Double], _ grid: StepGrid, _ scratch: inout HistogramScratch,
        _ name: String, _ range: SourceRange, _ annotations: inout Annotations
    ) {
        scratch.buckets.removeAll()
        switch self {
        case .fraction(let lower, let upper):
            for step in 0..<grid.count {
                scratch.buckets.take(layout, cells, step, stepCount: grid.count)
                if !scratch.buckets.counts.isEmpty { values[step] = scratch.buckets.fraction(from: lower[step], to: upper[step]) }
            }
        case .quantile(let quantiles):
            var buckets = scratch.buckets
            // Said once for the row: it may be so at every step.
            var forced: ForcedMonotonicity?
            func single(_ step: Int, _ values: inout [Double]) {
                buckets.take(layout, cells, step, stepCount: grid.count)
                if buckets.counts.isEmpty { return }
                var mended: ForcedMonotonicity?
                values[step] = buckets.quantile(quantiles[step], at: grid.time(step), forced: &mended)
                guard let mended else { return }
                forced == nil ? forced = mended : forced?.add(mended)
            }
            if layout.isWhole {
                scratch.quantiles.fill(&values, layout, cells, quantiles, single)
            } else {
                for step in 0..<grid.count { single(step, &values) }
            }
            if let forced { annotations.add(.forcedMonotonicity(name, forced, range)) }
        }
    }
}

/// What histogram functions compute with, reused from row to row.
struct HistogramScratch {
    var buckets = ClassicBuckets()
    var quantiles = ClassicQuantiles()
}

extension Annotations {
    fileprivate mutating func add(_ remark: NativeHistogramRemark, _ name: String, _ range: SourceRange) {
        switch remark {
        case .isNotANumber: add(.quantileIsNotANumber(name, range))
        case .isSkewed: add(.quantileIsSkewed(name, range))
        case .leavesOutNotANumbers: add(.fractionLeavesOutNotANumbers(name, range))
        }
    }
}
